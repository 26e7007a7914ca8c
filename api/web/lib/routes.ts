/** Addresses of the page, and of what it asks the API. Parts are percent-encoded: a repo holds a slash. */

import type { JobRef, RunRef } from '../../../schemas/events.ts'
import { jobKey, type PullRef } from '../../../schemas/keys.ts'

/** What KPIs are kept of. Example: `repo` and `prow:o/r`. */
export interface Subject {
  readonly dimension: string
  readonly subject: string
}

/** Pages that need no more than their name. */
const SIMPLE_PAGES = [
  ...(['jobs', 'runs', 'tests', 'health', 'clusters', 'pulls', 'incidents', 'savings'] as const),
  ...(['what-if', 'models', 'compare', 'search', 'views', 'pipeline'] as const),
] as const
type SimplePage = 'now' | (typeof SIMPLE_PAGES)[number]

export type Route =
  | {
      readonly page: SimplePage
    }
  | { readonly page: 'subject'; readonly of: Subject }
  | { readonly page: 'test'; readonly test: string }
  | { readonly page: 'job' | 'grid'; readonly job: JobRef }
  | { readonly page: 'run'; readonly run: RunRef }
  | { readonly page: 'pull'; readonly pull: PullRef }
  | { readonly page: 'incident'; readonly incident: string }
  | { readonly page: 'missing' }

const join = (...parts: readonly (string | number)[]): string =>
  parts.map((part) => `/${encodeURIComponent(part)}`).join('')

/** Address of a job's page. Example: `/jobs/prow/o%2Fr/unit`. */
export const jobPath = (job: JobRef): string => join('jobs', job.source, job.repo, job.job)

/** Address of the grid of a job's tests, with one of them opened. */
export const gridPath = (job: JobRef, test: string | null = null): string =>
  `${jobPath(job)}/tests${query({ test })}`

/** Address of the page of one test in all its jobs. */
export const testPath = (test: string): string => join('tests', test)

/** Address of the page of a repository, or of another subject of KPIs. Example: `/health/repo/prow%3Ao%2Fr`. */
export const subjectPath = ({ dimension, subject }: Subject): string =>
  join('health', dimension, subject)

/** Address of a run's page. */
export const runPath = (run: RunRef): string =>
  join('runs', run.source, run.repo, run.job, run.runId, run.attempt)

/** Address of a pull request's page. */
export const pullPath = ({ source, repo, pull }: PullRef): string =>
  join('pulls', source, repo, pull)

/** Address of an incident's page. */
export const incidentPath = (incident: string): string => join('incidents', incident)
export const incidentApi = (incident: string, rest = ''): string =>
  `/v1${incidentPath(incident)}${rest}`

/** The same under the API, with what is asked of it. */
export const jobApi = (job: JobRef, rest = ''): string => `/v1${jobPath(job)}${rest}`
export const runApi = (run: RunRef, rest = ''): string => `/v1${runPath(run)}${rest}`

/** A repository as addresses name it. */
export interface RepoRef {
  readonly source: string
  readonly repo: string
}
export const doraApi = ({ source, repo }: RepoRef): string =>
  `/v1${join('repos', source, repo)}/dora`

export const pullApi = (pull: PullRef, rest = ''): string => `/v1${pullPath(pull)}${rest}`

/** A query string from what is not null or empty. Example: `?window=24h`. */
export const query = (values: Record<string, string | number | null>): string => {
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== '')
  const text = given.map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`).join('&')
  return text === '' ? '' : `?${text}`
}

const SIMPLE = new Map<string, Route>([
  ['', { page: 'now' }],
  ...SIMPLE_PAGES.map((page) => [page, { page }] as const),
])

/** Address of the runs for one pull request. Example: `/runs?source=github&repo=o%2Fr&pull=7`. */
export const pullRuns = ({ source, repo, pull }: PullRef): string =>
  `/runs${query({ source, repo, pull })}`

/** The route of a path; a path that is none is `missing`, never a guess. */
export const routeOf = (path: string): Route => {
  const parts = decodeParts(path)
  if (parts === null) return { page: 'missing' }
  const [first = '', source = '', repo = '', job = '', runId = '', attempt = ''] = parts
  if (parts.length <= 1) return SIMPLE.get(first) ?? { page: 'missing' }
  if (first === 'tests' && parts.length === 2) return { page: 'test', test: source }
  if (first === 'incidents' && parts.length === 2) return { page: 'incident', incident: source }
  if (first === 'jobs' && parts.length === 4) return { page: 'job', job: { source, repo, job } }
  if (first === 'health' && parts.length === 3)
    return { page: 'subject', of: { dimension: source, subject: repo } }
  if (first === 'pulls' && parts.length === 4 && /^\d+$/.test(job))
    return { page: 'pull', pull: { source, repo, pull: Number(job) } }
  if (first === 'jobs' && parts.length === 5 && runId === 'tests')
    return { page: 'grid', job: { source, repo, job } }
  if (first === 'runs' && parts.length === 6 && /^\d+$/.test(attempt))
    return { page: 'run', run: { source, repo, job, runId, attempt: Number(attempt) } }
  return { page: 'missing' }
}

const decodeParts = (path: string): string[] | null => {
  try {
    return path
      .replace(/^\/|\/$/g, '')
      .split('/')
      .map(decodeURIComponent)
  } catch {
    return null
  }
}

/** The live stream a page follows: only what it shows. */
export const streamOf = (route: Route): string => {
  const ofJob =
    route.page === 'job' || route.page === 'grid'
      ? route.job
      : route.page === 'run'
        ? route.run
        : null
  if (ofJob !== null) return `/v1/stream${query({ job: jobKey(ofJob) })}`
  const topics =
    route.page === 'now'
      ? 'forecast,decision,score,incident,run'
      : route.page === 'incidents' || route.page === 'incident'
        ? 'incident'
        : 'score'
  return `/v1/stream?topics=${topics}`
}
