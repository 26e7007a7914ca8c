/**
 * Logs of runs that a service hands out one by one: which are to be read, and how far each was read. Those of failed runs
 * are read to their end; those of runs that go on, where the service gives them then, are read on now and then.
 */

import type { RunEvent, RunRef } from '../../schemas/events.ts'
import { keyOf } from '../payload/json.ts'
import type { Other } from '../payload/turn.ts'
import { announcement } from './excerpt-record.ts'
import { newExcerptState, type ExcerptState } from './excerpt.ts'
import type { LogPosition } from './lines.ts'

/** A log that is to be read on: plain data. */
export interface OpenLog {
  readonly run: RunRef
  readonly since: number
  /** When its run ended, in milliseconds; null while it goes on. */
  endedAt: number | null
  /** When it was last asked for, in milliseconds; 0 before. */
  readAt: number
  position: LogPosition
  /** It comes whole, whatever part is asked for. */
  isWhole: boolean
  readonly excerpt: ExcerptState
  /** How often nothing was found of it, one time after the other. */
  vain: number
}
/** Logs that are to be read, by run. */
export type OpenLogs = Record<string, OpenLog>

/** How logs of one service are asked for. */
export interface LogService {
  /** Name of the log in records. */
  readonly name: string
  /** Address of the log of a run; `offset` is for those that take it in the address, and answer from there on. */
  readonly urlOf: (run: RunRef, offset: number) => string
  readonly isOffsetInUrl: boolean
  /** It can be read while its run goes on. */
  readonly isLive: boolean
}
export interface LogPace {
  /** Logs that are read in one round at most, and that are followed at a time; 0 reads none. */
  readonly roundLogs: number
  /** Bytes that are read in one round at most. */
  readonly roundBytes: number
  /** Time between two readings of a log that grows, in milliseconds. */
  readonly everyMs: number
}

/** Of what ended before, as when a past day is read at first, the logs are left alone. */
const FRESH_MS = 3_600_000
/** Who never ends is let go. */
const LONGEST_MS = 3 * 86_400_000
/** Logs that wait to be read. */
const MOST_OPEN = 1_000
const FAILURES: ReadonlySet<string> = new Set(['failure', 'error', 'timedOut'])

const nameOf = ({ job, runId, attempt }: RunRef): string => keyOf(`${runId} ${attempt} ${job}`)

const newOpenLog = ({ source, repo, job, runId, attempt }: RunRef, now: number): OpenLog => ({
  run: { source, repo, job, runId, attempt },
  since: now,
  endedAt: null,
  readAt: 0,
  position: { offset: 0, isInLongLine: false },
  isWhole: false,
  excerpt: newExcerptState(),
  vain: 0,
})

/**
 * Takes in what was told of runs. Changes what is remembered in place; what it returns belongs before or into the turn that
 * tells the same.
 */
export const noteRuns = (
  logs: OpenLogs,
  facts: readonly RunEvent[],
  { name: log, isLive }: Pick<LogService, 'name' | 'isLive'>,
  { roundLogs }: Pick<LogPace, 'roundLogs'>,
  now: number,
): Other[] => {
  const others: Other[] = []
  if (roundLogs === 0) return others
  for (const fact of facts) {
    const name = nameOf(fact)
    const known = logs[name]
    const count = Object.keys(logs).length
    if (fact.kind === 'started' && isLive && known === undefined && count < roundLogs)
      logs[name] = newOpenLog(fact, now)
    if (fact.kind !== 'finished') continue
    const isRead = FAILURES.has(fact.outcome ?? '') && now - fact.eventAt <= FRESH_MS
    if (!isRead || (known === undefined && count >= MOST_OPEN)) {
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- plain data, kept as JSON
      delete logs[name]
      continue
    }
    const open = (logs[name] ??= newOpenLog(fact, now))
    open.endedAt = fact.eventAt
    open.readAt = 0
    if (open.excerpt.lines === 0)
      others.push(announcement(open.run, log, { eventAt: now, observedAt: now }))
  }
  return others
}

/** Logs whose turn it is: those of ended runs first, then those read longest ago. Lets go of those whose run is lost. */
export const dueLogs = (
  logs: OpenLogs,
  { roundLogs, everyMs }: Pick<LogPace, 'roundLogs' | 'everyMs'>,
  now: number,
): [name: string, log: OpenLog][] => {
  for (const [name, { since }] of Object.entries(logs))
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- plain data, kept as JSON
    if (now - since > LONGEST_MS) delete logs[name]
  return Object.entries(logs)
    .filter(([, { readAt, endedAt }]) => endedAt !== null || now - readAt >= everyMs)
    .sort(
      ([, a], [, b]) =>
        Number(a.endedAt === null) - Number(b.endedAt === null) || a.readAt - b.readAt,
    )
    .slice(0, roundLogs)
}
