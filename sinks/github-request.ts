/** A request to the API of GitHub, as every sink sends it. Pure. */

export interface GithubApi {
  /** Address of the API, such as https://api.github.com. */
  readonly api: string
  readonly token: string
}
export type GithubMethod = 'GET' | 'POST' | 'PATCH'

/** What is sent; limits are the caller's. */
export const githubRequest = (
  { api, token }: GithubApi,
  method: GithubMethod,
  path: string,
  body?: object,
) => ({
  method,
  url: `${api.replace(/\/+$/, '')}${path}`,
  headers: {
    accept: 'application/vnd.github+json',
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'user-agent': 'stopline',
    'x-github-api-version': '2022-11-28',
  },
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
})

/** Where a repository lies below the API. Example: `o/r` is `/repos/o/r`. */
export const repoPath = (repo: string): string =>
  `/repos/${repo.split('/').map(encodeURIComponent).join('/')}`
