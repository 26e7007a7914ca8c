/** What a bot does at GitHub: one comment and one check run a pull request, found again by what is written into them. */

import type { HttpClient } from '../../runtime/http.ts'
import {
  githubRequest,
  isNoUser,
  isOurs,
  repoPath,
  type GithubApi,
  type GithubMethod,
  type ListedComment,
} from '../github-request.ts'

/** GitHub answered, but not with what was asked for. */
export class GithubRefusal extends Error {
  override name = 'GithubRefusal'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  constructor(what: string, status: number, headers: Readonly<Record<string, string>>) {
    super(`${what} was answered ${status}`)
    this.status = status
    this.headers = headers
  }
}
interface CheckRun {
  readonly name: string
  readonly sha: string
  readonly title: string
  readonly summary: string
}
export interface Github {
  /** Number of the first comment that holds the mark, written by whoever the token is; null where there is none. */
  findComment(repo: string, pull: number, mark: string): Promise<number | null>
  addComment(repo: string, pull: number, body: string): Promise<number>
  editComment(repo: string, comment: number, body: string): Promise<void>
  findCheck(repo: string, sha: string, name: string): Promise<number | null>
  addCheck(repo: string, check: CheckRun): Promise<number>
  editCheck(repo: string, id: number, check: CheckRun): Promise<void>
}

const TIMEOUT_MS = 10_000
const MAX_BYTES = 4 * 1024 * 1024
const PAGE = 100
/** Comments looked through for our own: a bot comes early. */
const MAX_PAGES = 5

interface Listed {
  readonly id: number
}

/** Calls may throw {@link GithubRefusal}, or HttpError where no answer came. */
export const openGithub = (http: HttpClient, target: GithubApi): Github => {
  const ask = async (method: GithubMethod, path: string, body?: object): Promise<unknown> => {
    const response = await http.send({
      ...githubRequest(target, method, path, body),
      ...{ timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES },
    })
    if (response.status >= 300)
      throw new GithubRefusal(`${method} ${path}`, response.status, response.headers)
    return JSON.parse(response.body.toString('utf8')) as unknown
  }
  let self: string | null | undefined
  const whoWeAre = async (): Promise<string | null> => {
    if (self !== undefined) return self
    try {
      self = ((await ask('GET', '/user')) as { login: string }).login
    } catch (error) {
      if (!(error instanceof GithubRefusal) || !isNoUser(error.status)) throw error
      self = null
    }
    return self
  }
  const idOf = (answer: unknown): number => (answer as Listed).id
  const checkBody = ({ name, sha, title, summary }: CheckRun): object => ({
    ...{ name, head_sha: sha, status: 'completed', conclusion: 'neutral' },
    output: { title, summary },
  })
  return {
    findComment: async (repo, pull, mark) => {
      for (let page = 1; page <= MAX_PAGES; page += 1) {
        const path = `${repoPath(repo)}/issues/${pull}/comments?per_page=${PAGE}&page=${page}`
        const comments = (await ask('GET', path)) as readonly ListedComment[]
        const marked = comments.filter(({ body }) => body?.startsWith(mark) === true)
        const own = marked.length === 0 ? null : await whoWeAre()
        const found = marked.find((comment) => isOurs(comment, mark, own))
        if (found !== undefined) return found.id
        if (comments.length < PAGE) return null
      }
      return null
    },
    addComment: async (repo, pull, body) =>
      idOf(await ask('POST', `${repoPath(repo)}/issues/${pull}/comments`, { body })),
    editComment: async (repo, comment, body) => {
      await ask('PATCH', `${repoPath(repo)}/issues/comments/${comment}`, { body })
    },
    findCheck: async (repo, sha, name) => {
      const path = `${repoPath(repo)}/commits/${encodeURIComponent(sha)}/check-runs?check_name=${encodeURIComponent(name)}`
      const { check_runs: runs } = (await ask('GET', path)) as { check_runs: readonly Listed[] }
      return runs[0]?.id ?? null
    },
    addCheck: async (repo, check) =>
      idOf(await ask('POST', `${repoPath(repo)}/check-runs`, checkBody(check))),
    editCheck: async (repo, id, check) => {
      await ask('PATCH', `${repoPath(repo)}/check-runs/${id}`, checkBody(check))
    },
  }
}
