/** One course of runs, told by each kind of source in its own words: what every source must do can be tried on all of them. */

import type { Play, PlayedAnswer, PlayedRequest } from './ci-server.ts'
import { playGithub, type WorldRun } from './github-world.ts'
import { byRange, progressive } from './log-worlds.ts'

/** A run as the service knows it at one instant; it ends in a failure where its number divides by three. */
interface CourseRun {
  readonly number: number
  readonly startedAt: number
  readonly endedAt: number
}
export interface Course {
  readonly runs: readonly CourseRun[]
  readonly endsAt: number
}
/** Runs that start one after the other and overlap. */
export const courseOf = (count: number, from: number, stepMs: number, lengthMs: number): Course => {
  const runs = Array.from({ length: count }, (_, index) => {
    const startedAt = from + index * stepMs
    return { number: index + 1, startedAt, endedAt: startedAt + lengthMs }
  })
  return { runs, endsAt: from + (count - 1) * stepMs + lengthMs }
}

type Told = CourseRun & { readonly isEnded: boolean; readonly isFailed: boolean }
const toldAt = ({ runs }: Course, now: number): readonly Told[] =>
  runs
    .filter(({ startedAt }) => startedAt <= now)
    .map((run) => ({ ...run, isEnded: run.endedAt <= now, isFailed: run.number % 3 === 0 }))

type Tell = (runs: readonly Told[], request: PlayedRequest, now: number) => PlayedAnswer

const NOT_FOUND: PlayedAnswer = { status: 404, body: 'not found' }
/** The log of a run: what it says at its end is told once of those that fail. */
const logOf = ({ number, isEnded }: Told): string =>
  `Running job ${number}\n${isEnded ? `error: run ${number} broke\n` : ''}`
const logOfRun = (runs: readonly Told[], number: string | undefined): string | null => {
  const run = runs.find((one) => String(one.number) === number)
  return run === undefined ? null : logOf(run)
}
const iso = (at: number): string => new Date(at).toISOString()

const github: Tell = (runs, request) => {
  const log = logOfRun(runs, /\/jobs\/(\d+)\/logs$/.exec(request.path)?.[1])
  if (log !== null) return { body: log }
  const worldRuns = runs.map(({ number, startedAt, endedAt, isEnded, isFailed }): WorldRun => {
    const status = isEnded ? 'completed' : 'in_progress'
    const conclusion = isEnded ? (isFailed ? 'failure' : 'success') : null
    const ends = isEnded ? endedAt : null
    const times = { createdAt: startedAt, startedAt, completedAt: ends }
    const job = { id: number, name: 'job', status, conclusion, ...times }
    const more = { createdAt: startedAt, updatedAt: ends ?? startedAt, jobs: [[job]] }
    return { id: number + 1000, attempt: 1, status, conclusion, ...more }
  })
  return playGithub(() => ({ runs: worldRuns, pulls: [] }))(request)
}

const prow: Tell = (runs, { path }) => {
  if (path === '/log') return { body: `INFO[${iso(runs[0]?.startedAt ?? 0)}] Running step test.\n` }
  if (path !== '/prowjobs.js') return NOT_FOUND
  const items = runs.map(({ number, startedAt, endedAt, isEnded, isFailed }) => ({
    metadata: { name: `uuid-${number}` },
    spec: { type: 'periodic', job: 'job', extra_refs: [{ org: 'o', repo: 'r' }] },
    status: {
      startTime: iso(startedAt),
      pendingTime: iso(startedAt),
      build_id: String(number),
      state: isEnded ? (isFailed ? 'failure' : 'success') : 'pending',
      ...(isEnded ? { completionTime: iso(endedAt) } : {}),
    },
  }))
  return { body: { items }, isGzipped: true }
}

/** TestGrid brings its tabs up to date now and then: here with each full second. */
const testgrid: Tell = (runs, { path }, now) => {
  const updatedAt = Math.floor(now / 1000) * 1000
  if (path.endsWith('/summary'))
    return { body: { job: { overall_status: 'FLAKY', last_update_timestamp: updatedAt / 1000 } } }
  if (!path.endsWith('/table')) return NOT_FOUND
  const shown = runs.filter(({ startedAt }) => startedAt <= updatedAt).toReversed()
  const isEnded = (run: Told): boolean => run.endedAt <= updatedAt
  const codes = shown.map((run) => (isEnded(run) ? (run.isFailed ? 12 : 1) : 4))
  const minutes = shown.map((run) => (isEnded(run) ? (run.endedAt - run.startedAt) / 60_000 : null))
  const overall = {
    name: 'Overall',
    statuses: codes.map((value) => ({ count: 1, value })),
    graphs: [{ metric: ['test-duration-minutes'], values: [minutes] }],
  }
  const body = {
    'test-group-name': 'job',
    changelists: shown.map(({ number }) => String(number)),
    timestamps: shown.map(({ startedAt }) => startedAt),
    tests: [overall],
  }
  return { body }
}

const gitlab: Tell = (runs, request) => {
  const { path } = request
  const log = logOfRun(runs, /\/jobs\/(\d+)\/trace$/.exec(path)?.[1])
  if (log !== null) return byRange(log, request)
  const statusOf = ({ isEnded, isFailed }: Told): string =>
    isEnded ? (isFailed ? 'failed' : 'success') : 'running'
  if (path.endsWith('/pipelines'))
    return { body: runs.map((run) => ({ id: run.number, status: statusOf(run) })) }
  const [, number] = /\/pipelines\/(\d+)\/jobs$/.exec(path) ?? []
  const run = runs.find((one) => String(one.number) === number)
  if (run === undefined) return NOT_FOUND
  const job = {
    id: run.number,
    name: 'job',
    status: statusOf(run),
    created_at: iso(run.startedAt),
    started_at: iso(run.startedAt),
    finished_at: run.isEnded ? iso(run.endedAt) : null,
  }
  return { body: [job] }
}

const jenkins: Tell = (runs, request) => {
  const { path } = request
  const log = logOfRun(runs, /^\/job\/a\/(\d+)\/logText\/progressiveText$/.exec(path)?.[1])
  if (log !== null) return progressive(log, request, !log.includes('broke'))
  if (path !== '/job/a/api/json') return NOT_FOUND
  const allBuilds = runs.toReversed().map(({ number, startedAt, endedAt, isEnded, isFailed }) => ({
    number,
    timestamp: startedAt,
    duration: isEnded ? endedAt - startedAt : 0,
    result: isEnded ? (isFailed ? 'FAILURE' : 'SUCCESS') : null,
    building: !isEnded,
  }))
  return { body: { allBuilds } }
}

interface CiWorld {
  /** It hands out logs of its runs one by one. */
  readonly hasLogs?: true
  /** Its part of a configuration, without name and interval. */
  readonly configured: (url: string) => object
  readonly tell: Tell
}
export const CI_WORLDS: Readonly<Record<string, CiWorld>> = {
  github: {
    configured: (api) => ({ kind: 'github', api, repos: ['o/r'], token: { env: 'TOKEN' } }),
    tell: github,
    hasLogs: true,
  },
  prow: {
    configured: (url) => ({ kind: 'prow', deck: url, storage: url, bucket: 'bucket' }),
    tell: prow,
  },
  testgrid: {
    configured: (page) => ({ kind: 'testgrid', page, dashboards: ['d'] }),
    tell: testgrid,
  },
  gitlab: {
    configured: (url) => ({ kind: 'gitlab', url, projects: ['g/a'], logs_every: '1s' }),
    tell: gitlab,
    hasLogs: true,
  },
  jenkins: {
    configured: (url) => ({ kind: 'jenkins', url, jobs: ['a'], logs_every: '1s' }),
    tell: jenkins,
    hasLogs: true,
  },
}

/** Plays a course as the clock goes. */
export const playCourse =
  ({ tell }: CiWorld, course: Course, now: () => number): Play =>
  (request) =>
    tell(toldAt(course, now()), request, now())
