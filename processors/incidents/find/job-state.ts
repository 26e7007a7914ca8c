/** What the rules of a job keep: its runs that wait or run, its ends in a row, how long things take, and what is held. */

import type { Run } from '../../../schemas/events.ts'
import { runName } from '../../../schemas/keys.ts'
import type { Cells } from '../../processor.ts'
import { HELD_LIST, type Held } from '../held.ts'
import type { JobTimes } from '../rule.ts'

/** A run that waits (`startedAt` is 0) or runs. Empty text: not known. */
export interface Watched {
  readonly run: string
  queuedAt: number
  startedAt: number
  head: string
  sha: string
  link: string
  owner: string
}
/** Ends in a row on one head; `sha` is the commit of the first failure. */
export interface HeadStreak {
  readonly head: string
  failures: number
  passes: number
  sha: string
  at: number
}
/** A time without an end of the job, and the end that it came to. */
interface Gap {
  readonly end: number
  readonly seconds: number
}
export interface JobState {
  runs: Watched[]
  held: Held[]
  streaks: HeadStreak[]
  /** Seconds, newest last. */
  queueSeconds: number[]
  gaps: Gap[]
  lastEndAt: number
  /** Ends with a class, ever. */
  ends: number
  /** 99th percentile of passes and failures; 0 where too few are known. */
  longestSeconds: number
  /** Share of the longest tenth that failed. Unit: ratio 0..1. */
  lateFailing: number
  /** When the timer is due; 0 where none is set. */
  watchAt: number
}

const text = (name: string): object => ({ name, type: 'string' })
const long = (name: string): object => ({ name, type: 'long' })
const listOf = (items: unknown): object => ({ type: 'array', items })
const record = (name: string, fields: readonly object[]): object => ({
  type: 'record',
  name,
  fields,
})
const WATCHED = record('Watched', [
  text('run'),
  long('queuedAt'),
  long('startedAt'),
  ...['head', 'sha', 'link', 'owner'].map(text),
])
const STREAK = record('HeadStreak', [
  text('head'),
  long('failures'),
  long('passes'),
  text('sha'),
  long('at'),
])
export const JOB_CELL = record('JobAlerts', [
  { name: 'runs', type: listOf(WATCHED) },
  { name: 'held', type: HELD_LIST },
  { name: 'streaks', type: listOf(STREAK) },
  { name: 'queueSeconds', type: listOf('int') },
  { name: 'gaps', type: listOf(record('EndGap', [long('end'), { name: 'seconds', type: 'int' }])) },
  long('lastEndAt'),
  long('ends'),
  { name: 'longestSeconds', type: 'double' },
  { name: 'lateFailing', type: 'double' },
  long('watchAt'),
])

/** Of a job so many runs are watched; the forecasts of others are of its job, not of their head. */
const MOST_WATCHED = 150
const MOST_TEXT = 200
const MOST_QUEUES = 50
const MOST_GAPS = 20
const MOST_SECONDS = 2 ** 31 - 1

export const jobStateOf = (cells: Cells): JobState | undefined =>
  cells.get('job') as JobState | undefined
export const newJobState = (): JobState => ({
  ...{ runs: [], held: [], streaks: [], queueSeconds: [], gaps: [] },
  ...{ lastEndAt: 0, ends: 0, longestSeconds: 0, lateFailing: 0, watchAt: 0 },
})

/** Triggers of runs that are of a pull request, whether or not its number is told. */
const PULL_TRIGGERS: ReadonlySet<string> = new Set([
  'pull_request',
  'pull_request_target',
  'presubmit',
  'merge_request',
])
/** True where the change under test may be to blame for a failure. */
export const isOfPull = ({ pull, trigger }: Pick<Run, 'pull' | 'trigger'>): boolean =>
  pull !== null || (trigger !== null && PULL_TRIGGERS.has(trigger))

/**
 * What runs of one change share: the pull request, else the branch; empty where runs of the job come alone, as most
 * periodic ones do. Example: `pull 17`, `main`.
 */
export const headOf = ({
  pull,
  group,
  branch,
  trigger,
}: Pick<Run, 'pull' | 'group' | 'branch' | 'trigger'>): string => {
  if (pull !== null) return `pull ${pull}`
  return group === null ? '' : (branch ?? trigger ?? '').slice(0, MOST_TEXT)
}

const linkOf = ({ runId, labels }: Pick<Run, 'runId' | 'labels'>): string => {
  const link = labels['url'] ?? (runId.startsWith('https://') ? runId : '')
  return link.length > 2 * MOST_TEXT ? '' : link
}

/** The run among those watched, put there where it is new. */
export const watch = (state: JobState, run: Run): Watched | undefined => {
  const name = runName(run)
  const known = state.runs.find((each) => each.run === name)
  if (known === undefined && state.runs.length >= MOST_WATCHED) return undefined
  const watched = known ?? {
    ...{ run: name, queuedAt: run.queuedAt ?? run.eventAt, startedAt: 0 },
    ...{ head: headOf(run), sha: (run.sha ?? '').slice(0, MOST_TEXT), link: linkOf(run) },
    owner: (run.labels['owner'] ?? '').slice(0, MOST_TEXT),
  }
  if (known === undefined) state.runs.push(watched)
  if (run.startedAt !== null) watched.startedAt = run.startedAt
  return watched
}
export const unwatch = (state: JobState, run: string): Watched | undefined => {
  const at = state.runs.findIndex((each) => each.run === run)
  return at < 0 ? undefined : state.runs.splice(at, 1)[0]
}

const secondsOf = (ms: number): number => Math.min(MOST_SECONDS, Math.max(0, Math.round(ms / 1000)))
export const noteQueue = (state: JobState, ms: number): void => {
  state.queueSeconds.push(secondsOf(ms))
  if (state.queueSeconds.length > MOST_QUEUES) state.queueSeconds.shift()
}

const WEEK_MS = 7 * 86_400_000
/** Of too many gaps the shortest of the week is forgotten: people sleep, and have weekends, between bursts of runs. */
export const noteGap = ({ gaps }: JobState, ms: number, end: number): void => {
  gaps.push({ end, seconds: secondsOf(ms) })
  if (gaps.length <= MOST_GAPS) return
  const isOld = (gaps[0]?.end ?? end) <= end - WEEK_MS
  const shortest = gaps.reduce(
    (at, { seconds }, i) => (seconds < (gaps[at]?.seconds ?? 0) ? i : at),
    0,
  )
  gaps.splice(isOld ? 0 : shortest, 1)
}
export const timesOf = (state: JobState): JobTimes => ({
  longestSeconds: state.longestSeconds === 0 ? null : state.longestSeconds,
  lateFailing: state.lateFailing,
  queueSeconds: state.queueSeconds,
  gapSeconds: state.gaps.map(({ seconds }) => seconds),
})
