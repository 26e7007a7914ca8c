/** State of the signals processor: the groups of a repository, and how its jobs end. */

import type { Cells } from '../processor.ts'
import type { JobEnds } from './change.ts'
import { AT_ITS_WORD, type Stray, type ToldEnd } from './stray.ts'

export interface Member {
  job: string
  runId: string
  attempt: number
  startedAt: number
  /** True where its policy says that the change may merge without it. */
  isOptional: boolean
  /** What it was last told. */
  told: number
}
interface FailedJob {
  job: string
  policy: string | null
}
export interface Group {
  /** Failures among the ended members minus those expected. */
  excess: number
  running: Member[]
  /** Runs that ended at the instant at which it was last heard of: their starts may be told after their ends. */
  ended: string[]
  /** True once a run was heard of that is not optional. */
  hasRequired: boolean
  /** When its first run started, and when anything was last heard of it. */
  startedAt: number
  heardAt: number
  /** Required jobs that failed and did not pass since, the first of them first. */
  failed: FailedJob[]
  /** True once a failure of it was counted, and once that went away. */
  isFailed: boolean
  isMended: boolean
  /** True while a look at the change as a whole is due. */
  isDue: boolean
  /** True once something was told of that end. */
  isEndTold: boolean
  /** What was first told of the end of the last run it waits for, until that has come. */
  told: ToldEnd | null
}
/** Changes of a repository whose first failure was seen, and those where it went away; decayed. */
export interface Mends {
  failed: number
  mended: number
}

const fields = (types: Record<string, unknown>): object[] =>
  Object.entries(types).map(([name, type]) => ({ name, type }))
const record = (name: string, types: Record<string, unknown>): object => ({
  type: 'record',
  name,
  fields: fields(types),
})
const doubles = { type: 'array', items: 'double' }
const MEMBER = record('Member', {
  job: 'string',
  runId: 'string',
  attempt: 'int',
  startedAt: 'long',
  isOptional: 'boolean',
  told: 'double',
})

export const CELLS = {
  rate: record('JobEnds', {
    failures: 'double',
    runs: 'double',
    passSeconds: doubles,
    failSeconds: doubles,
  }),
  stray: record('Stray', { by: doubles }),
  mends: record('Mends', { failed: 'double', mended: 'double' }),
  group: record('Group', {
    excess: 'double',
    running: { type: 'array', items: MEMBER },
    ended: { type: 'array', items: 'string' },
    hasRequired: 'boolean',
    startedAt: 'long',
    heardAt: 'long',
    failed: {
      type: 'array',
      items: record('FailedJob', { job: 'string', policy: ['null', 'string'] }),
    },
    isFailed: 'boolean',
    isMended: 'boolean',
    isDue: 'boolean',
    told: [
      'null',
      record('ToldEnd', { atMs: 'long', remainingSeconds: 'double', width: 'double' }),
    ],
    isEndTold: 'boolean',
  }),
}

export const newGroup = (startedAt: number, now: number): Group => ({
  excess: 0,
  running: [],
  ended: [],
  hasRequired: false,
  startedAt,
  heardAt: now,
  failed: [],
  isFailed: false,
  isMended: false,
  isDue: false,
  told: null,
  isEndTold: false,
})
export const groupCell = (group: string): string => `group/${group}`
const NO_ENDS: JobEnds = { failures: 0, runs: 0, passSeconds: [], failSeconds: [] }

/** How the runs of a job end, or, without one, those of the whole repository. */
export const endsOf = (cells: Cells, job?: string): JobEnds =>
  (cells.get(job === undefined ? 'rate' : `rate/${job}`) as JobEnds | undefined) ?? NO_ENDS
export const strayOf = (cells: Cells): Stray =>
  (cells.get('stray') as Stray | undefined) ?? AT_ITS_WORD
export const mendsOf = (cells: Cells): Mends =>
  (cells.get('mends') as Mends | undefined) ?? { failed: 0, mended: 0 }

/** The repository counts as one run of each job. */
const REPO_RUNS = 1
/** Before anything is known. */
const RATE_AT_FIRST = 0.1

/** Failure rate of a job, leaning on that of its repository. Example: nothing known: .1. */
export const rateOf = (own: JobEnds, repo: JobEnds): number => {
  const wide = (repo.failures + RATE_AT_FIRST) / (repo.runs + 1)
  return (own.failures + REPO_RUNS * wide) / (own.runs + REPO_RUNS)
}
