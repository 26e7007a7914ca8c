/** What one round of polling GitHub works with. */

import type { LogPace } from '../log/follow.ts'
import type { Refused, RefusedPayload } from '../payload/heard.ts'
import type { Get } from '../payload/reach.ts'
import type { RepoCursor } from './cursor.ts'

export interface GithubConfig {
  readonly source: string
  /** Address of the API, as in `https://api.github.com`. */
  readonly api: string
  /** `owner/name` each. */
  readonly repos: readonly string[]
  /** How far back the first round looks, in milliseconds. */
  readonly horizonMs: number
  /** Runs that go on whose jobs are read in one round at most; those read longest ago come first. */
  readonly roundRuns: number
  readonly hasPulls: boolean
  /** Sizes and reviews take two requests for each change of a pull request. */
  readonly hasReviews: boolean
  /** Paths of changed files take one more. */
  readonly hasFiles: boolean
  /** Issues, and comments on them and on pull requests. */
  readonly hasIssues: boolean
  /** Logs of failed jobs. */
  readonly logs: LogPace
}
export interface RepoRound {
  readonly get: Get
  readonly config: GithubConfig
  readonly repo: string
  readonly cursor: RepoCursor
  readonly now: number
}

export const repoUrl = ({ api }: GithubConfig, repo: string): string =>
  `${api.replace(/\/+$/, '')}/repos/${repo.split('/').map(encodeURIComponent).join('/')}`

export const options = ({ config, repo, now }: RepoRound) => ({
  source: config.source,
  repo,
  now,
})

/** What could not be read, for the dead letters. */
export const refusedOf = ({ reason, message }: RefusedPayload, payload: unknown): Refused => ({
  reason,
  detail: message,
  payload: JSON.stringify(payload),
})
