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

/** A comment as it is listed. */
export interface ListedComment {
  readonly id: number
  readonly body?: string | null
  readonly user?: { readonly login?: string; readonly type?: string } | null
}
/**
 * Our comment among others: it begins with our mark and is of the user that we are, since anybody can write the mark.
 * `self` is null where the token is that of an app, which is no user: its comments are those of a bot.
 */
export const isOurs = ({ body, user }: ListedComment, mark: string, self: string | null): boolean =>
  body?.startsWith(mark) === true &&
  (self === null ? user?.type === 'Bot' : user?.login?.toLowerCase() === self.toLowerCase())
/** Answers to `GET /user` that say that the token is no user's. */
export const isNoUser = (status: number): boolean => status === 403 || status === 404
