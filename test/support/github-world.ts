/** A GitHub to be polled: workflow runs, jobs and pull requests as they are at one instant. */

import type { Play, PlayedRequest } from './ci-server.ts'

export interface WorldJob {
  readonly id: number
  readonly name: string
  readonly status: string
  readonly conclusion: string | null
  readonly createdAt: number
  readonly startedAt: number | null
  readonly completedAt: number | null
  readonly steps?: readonly {
    readonly name: string
    readonly number: number
    readonly status: string
    readonly conclusion: string | null
  }[]
}
export interface WorldRun {
  readonly id: number
  readonly attempt: number
  readonly status: string
  readonly conclusion: string | null
  readonly createdAt: number
  readonly updatedAt: number
  /** Jobs of each attempt, the first one first. */
  readonly jobs: readonly (readonly WorldJob[])[]
}
export interface WorldPull {
  readonly number: number
  readonly updatedAt: number
  readonly createdAt: number
  readonly sha: string
  readonly labels?: readonly string[]
  readonly mergedAt?: number
  readonly closedAt?: number
  readonly reviews?: readonly { readonly id: number; readonly submittedAt: number }[]
}
interface WorldIssue {
  readonly number: number
  readonly createdAt: number
  readonly updatedAt: number
  readonly labels?: readonly string[]
  readonly closedAt?: number
  readonly isPull?: boolean
}
interface WorldComment {
  readonly id: number
  readonly number: number
  readonly createdAt: number
  readonly updatedAt?: number
  readonly isPull?: boolean
}
export interface GithubWorld {
  readonly runs: readonly WorldRun[]
  readonly pulls: readonly WorldPull[]
  readonly issues?: readonly WorldIssue[]
  readonly comments?: readonly WorldComment[]
}

const iso = (at: number | null | undefined): string | null =>
  at == null ? null : `${new Date(at).toISOString().slice(0, 19)}Z`

export const jobJson = (job: WorldJob, run: WorldRun, attempt: number): object => ({
  id: job.id,
  run_id: run.id,
  run_attempt: attempt,
  workflow_name: 'CI',
  head_branch: 'main',
  head_sha: 'abc',
  name: job.name,
  status: job.status,
  conclusion: job.conclusion,
  created_at: iso(job.createdAt),
  started_at: iso(job.startedAt ?? job.createdAt),
  completed_at: iso(job.completedAt),
  labels: ['ubuntu-24.04'],
  runner_name: job.startedAt === null ? null : 'runner 1',
  steps: (job.steps ?? []).map((step) => ({
    ...step,
    started_at: iso(job.startedAt),
    completed_at: step.status === 'completed' ? iso(job.completedAt ?? job.startedAt) : null,
  })),
})
const runJson = (run: WorldRun): object => ({
  id: run.id,
  name: 'CI',
  event: 'push',
  run_attempt: run.attempt,
  status: run.status,
  conclusion: run.conclusion,
  head_branch: 'main',
  head_sha: 'abc',
  created_at: iso(run.createdAt),
  updated_at: iso(run.updatedAt),
  pull_requests: [],
  repository: { full_name: 'o/r' },
})
const pullJson = (pull: WorldPull, hasSizes = false): object => ({
  number: pull.number,
  state: pull.closedAt === undefined && pull.mergedAt === undefined ? 'open' : 'closed',
  user: { login: 'ann' },
  created_at: iso(pull.createdAt),
  updated_at: iso(pull.updatedAt),
  closed_at: iso(pull.closedAt ?? pull.mergedAt),
  merged_at: iso(pull.mergedAt),
  labels: (pull.labels ?? []).map((name) => ({ name })),
  head: { sha: pull.sha },
  base: { ref: 'main' },
  draft: false,
  ...(hasSizes ? { additions: 3, deletions: 1, changed_files: 2 } : {}),
})

const issueJson = (issue: WorldIssue): object => ({
  number: issue.number,
  state: issue.closedAt === undefined ? 'open' : 'closed',
  state_reason: issue.closedAt === undefined ? null : 'completed',
  user: { login: 'ann' },
  author_association: 'NONE',
  title: 'It is broken',
  body: null,
  comments: 0,
  assignees: [],
  created_at: iso(issue.createdAt),
  updated_at: iso(issue.updatedAt),
  closed_at: iso(issue.closedAt),
  labels: (issue.labels ?? []).map((name) => ({ name })),
  ...(issue.isPull === true ? { pull_request: { url: 'x' } } : {}),
})
const commentJson = (comment: WorldComment): object => ({
  id: comment.id,
  issue_url: `https://api.github.com/repos/o/r/issues/${comment.number}`,
  html_url: `https://github.com/o/r/${comment.isPull === true ? 'pull' : 'issues'}/${comment.number}#issuecomment-${comment.id}`,
  user: { login: 'eve' },
  author_association: 'MEMBER',
  body: 'three short words',
  created_at: iso(comment.createdAt),
  updated_at: iso(comment.updatedAt ?? comment.createdAt),
})
/** Items changed since, newest change first. */
const changedSince = <T extends { createdAt: number; updatedAt?: number }>(
  items: readonly T[],
  request: PlayedRequest,
): readonly T[] => {
  const at = (item: T): number => item.updatedAt ?? item.createdAt
  const since = Date.parse(request.query.get('since') ?? '')
  const found = items.filter((item) => at(item) >= since).toSorted((a, b) => at(b) - at(a))
  return pageOf(found, request)
}

const pageOf = <T>(items: readonly T[], { query }: PlayedRequest): readonly T[] => {
  const size = Number(query.get('per_page') ?? 30)
  const from = (Number(query.get('page') ?? 1) - 1) * size
  return items.slice(from, from + size)
}
const isCreatedWithin = (createdAt: number, created: string | null): boolean => {
  if (created === null) return true
  if (created.startsWith('>=')) return createdAt >= Date.parse(created.slice(2))
  const [from = '', to = ''] = created.split('..')
  return createdAt >= Date.parse(from) && createdAt <= Date.parse(to)
}
const runsAnswer = (world: GithubWorld, request: PlayedRequest) => {
  const status = request.query.get('status')
  const runs = world.runs
    .filter((run) => isCreatedWithin(run.createdAt, request.query.get('created')))
    .filter((run) => status === null || run.status === status)
    .toSorted((a, b) => b.createdAt - a.createdAt)
  // As GitHub does: the list ends at 1,000.
  const shown = pageOf(runs.slice(0, 1000), request)
  return { total_count: runs.length, workflow_runs: shown.map(runJson) }
}

const ROUTES: readonly [
  RegExp,
  (world: GithubWorld, ids: number[], request: PlayedRequest) => unknown,
][] = [
  [/^\/repos\/o\/r\/actions\/runs$/, (world, _ids, request) => runsAnswer(world, request)],
  [
    /^\/repos\/o\/r\/actions\/runs\/(\d+)$/,
    ({ runs }, [id]) => runs.filter((run) => run.id === id).map(runJson)[0],
  ],
  [
    /^\/repos\/o\/r\/actions\/runs\/(\d+)\/attempts\/(\d+)\/jobs$/,
    ({ runs }, [id, attempt = 1], request) => {
      const run = runs.find((one) => one.id === id)
      const jobs = run?.jobs[attempt - 1]
      if (run === undefined || jobs === undefined) return undefined
      const shown = pageOf(jobs, request).map((job) => jobJson(job, run, attempt))
      return { total_count: jobs.length, jobs: shown }
    },
  ],
  [
    /^\/repos\/o\/r\/pulls$/,
    ({ pulls }, _ids, request) =>
      pageOf(
        pulls.toSorted((a, b) => b.updatedAt - a.updatedAt),
        request,
      ).map((one) => pullJson(one)),
  ],
  [
    /^\/repos\/o\/r\/pulls\/(\d+)$/,
    ({ pulls }, [number]) =>
      pulls.filter((one) => one.number === number).map((one) => pullJson(one, true))[0],
  ],
  [
    /^\/repos\/o\/r\/pulls\/(\d+)\/reviews$/,
    ({ pulls }, [number]) =>
      (pulls.find((one) => one.number === number)?.reviews ?? []).map(({ id, submittedAt }) => ({
        id,
        state: 'APPROVED',
        submitted_at: iso(submittedAt),
        commit_id: 'abc',
      })),
  ],
  [
    /^\/repos\/o\/r\/pulls\/(\d+)\/files$/,
    () => ['go.mod', 'main.go'].map((filename) => ({ filename, status: 'modified' })),
  ],
  [
    /^\/repos\/o\/r\/issues$/,
    ({ issues = [] }, _ids, request) => changedSince(issues, request).map(issueJson),
  ],
  [
    /^\/repos\/o\/r\/issues\/comments$/,
    ({ comments = [] }, _ids, request) => changedSince(comments, request).map(commentJson),
  ],
]

/** Plays the world as it is whenever a request comes. */
export const playGithub =
  (world: () => GithubWorld): Play =>
  (request) => {
    for (const [path, answer] of ROUTES) {
      const match = path.exec(request.path)
      const body = match && answer(world(), match.slice(1).map(Number), request)
      if (body != null)
        return { body, isGzipped: true, headers: { 'content-type': 'application/json' } }
    }
    return { status: 404, body: { message: 'Not Found' } }
  }
