/**
 * Runs whose log stands still for longer than logs of their job ever did: one timer per run with a log. A log that goes on
 * again must grow twice before the finding is over: one line may be no more than word of the end that comes.
 */

import type { Run } from '../../../schemas/events.ts'
import { runName } from '../../../schemas/keys.ts'
import { clearTimer, setTimer, type Cells, type Effect } from '../../processor.ts'
import { runCells } from '../../run-cell.ts'
import { clear, findHeld, raise, subjectOf, type Occasion } from '../held.ts'
import type { WaitingRule } from '../rule.ts'
import { rulesOf, type Rule, type Settings } from '../settings.ts'
import type { JobState, Watched } from './job-state.ts'
import { isTooLong, refOfRun, waitOf, wakeFor } from './waits.ts'

/** The log of a running run: how long it is, since when, and what it was silent for at most before. */
interface RunLog {
  bytes: number
  at: number
  longestMs: number
  /** It was told to stand still, and has grown so often since. */
  isTold: boolean
  grown: number
}
const CELL = 'log'
export const LOG_CELL = {
  type: 'record',
  name: 'RunLog',
  fields: [
    { name: 'bytes', type: 'long' },
    { name: 'at', type: 'long' },
    { name: 'longestMs', type: 'long' },
    { name: 'isTold', type: 'boolean' },
    { name: 'grown', type: 'int' },
  ],
}
/** Longest silences of the job's newest passes, in seconds, newest last. */
export const SILENCES_CELL = { type: 'array', items: 'int' }
const MOST_SILENCES = 20
const silencesOf = (cells: Cells): readonly number[] =>
  (cells.get('silences') as readonly number[] | undefined) ?? []

const GROWTHS_TO_CLOSE = 2

const cellOf = runCells(CELL)
export const isLogTimer = (timer: string): boolean => timer.startsWith(`${CELL}/`)

/** When a rule finds the silence of a log too long; Infinity where it cannot tell. */
const dueOf = (cells: Cells, log: RunLog, { row, limits }: Rule<WaitingRule>): number => {
  const after = row.log?.afterSeconds(silencesOf(cells), limits) ?? null
  return after === null ? Infinity : log.at + Math.ceil(after * 1000)
}
const rulesOfLogs = (settings: Settings): readonly Rule<WaitingRule>[] =>
  rulesOf<WaitingRule['of']>(settings, 'running').filter(({ row }) => row.log !== undefined)
const placeOf = (rule: Rule<WaitingRule>, watched: Watched, occasion: Occasion) => ({
  ...watched,
  subject: subjectOf(rule.row, occasion.ref, watched.head),
  member: watched.run,
})

/** True where its log is longer than was heard. */
export const hasGrown = (cells: Cells, run: Run): boolean =>
  (run.logBytes ?? 0) > ((cells.get(cellOf(run)) as RunLog | undefined)?.bytes ?? 0)

/** True where the log of a run was told to stand still, and has for too long by now. */
export const isStandingStill = (
  cells: Cells,
  run: string,
  rule: Rule<WaitingRule>,
  now: number,
): boolean => {
  const log = cells.get(`${CELL}/${run}`) as RunLog | undefined
  return log?.isTold === true && dueOf(cells, log, rule) <= now
}

/** What is new of a run's log that has grown. */
export const onLog = (
  cells: Cells,
  state: JobState,
  run: Run,
  occasion: Occasion,
  settings: Settings,
): Effect[] => {
  const cell = cellOf(run)
  const name = runName(run)
  const watched = state.runs.find((each) => each.run === name)
  const bytes = run.logBytes ?? 0
  const known = cells.get(cell) as RunLog | undefined
  if (watched === undefined) return []
  const { now } = occasion
  const log: RunLog = {
    ...{ bytes, at: now, isTold: known?.isTold ?? false, grown: known?.grown ?? 0 },
    longestMs: known === undefined ? 0 : Math.max(known.longestMs, now - known.at),
  }
  if (log.isTold) log.grown += 1
  const isOn = log.grown >= GROWTHS_TO_CLOSE
  if (isOn) Object.assign(log, { isTold: false, grown: 0 })
  cells.put(cell, log)
  // The timer of a known log is not moved at each of its lines: it looks again when it is due.
  const timer = known === undefined || isOn ? wake(cells, cell, log, settings, now) : []
  return [...(isOn ? goesOn(state, watched, occasion, settings) : []), ...timer]
}

/** It stays overdue where it has run for too long besides; else the end still tells whether it was right. */
const goesOn = (
  state: JobState,
  watched: Watched,
  occasion: Occasion,
  settings: Settings,
): Effect[] => {
  const over = rulesOfLogs(settings)
    .filter((rule) => !isTooLong(state, waitOf(watched), rule, occasion.now))
    .map((rule) => findHeld(state.held, rule.name, placeOf(rule, watched, occasion)))
    .filter((held) => held !== undefined)
    .flatMap((held) => clear(state.held, held, occasion, 'its log goes on', { keep: true }))
  return [...over, ...wakeFor(state, watched, occasion.ref, settings, occasion.now)]
}

const UNKNOWN_MS = 3_600_000

const wake = (
  cells: Cells,
  cell: string,
  log: RunLog,
  settings: Settings,
  now: number,
): Effect[] => {
  const due = Math.min(Infinity, ...rulesOfLogs(settings).map((rule) => dueOf(cells, log, rule)))
  // Where too few passes are known yet, it is asked again once more of them may be.
  return [setTimer(cell, Math.max(now + 1, due === Infinity ? now + UNKNOWN_MS : due))]
}

/** Tells of a log that it stands still, or sets the timer anew where it has grown since. */
export const lookAtLog = (
  cells: Cells,
  state: JobState,
  timer: string,
  occasion: Occasion,
  settings: Settings,
): Effect[] => {
  const log = cells.get(timer) as RunLog | undefined
  const run = timer.slice(CELL.length + 1)
  const watched = state.runs.find((each) => each.run === run)
  if (log === undefined || watched === undefined) return []
  const { now } = occasion
  const ref = refOfRun(occasion.ref, run)
  const due = rulesOfLogs(settings).filter((rule) => dueOf(cells, log, rule) <= now)
  if (due.length === 0) return wake(cells, timer, log, settings, now)
  const seconds = (now - log.at) / 1000
  const effects = due.flatMap((rule) =>
    rule.row.log === undefined
      ? []
      : raise(
          state.held,
          { ...occasion, ref },
          rule,
          placeOf(rule, watched, { ...occasion, ref }),
          rule.row.log.words({ ...ref, seconds }),
        ),
  )
  cells.put(timer, { ...log, isTold: true, grown: 0 })
  return effects
}

/** The end of a run: what a pass was silent for is what logs of the job may be. */
export const endLog = (cells: Cells, run: Run, now: number): Effect[] => {
  const cell = cellOf(run)
  const log = cells.get(cell) as RunLog | undefined
  if (log === undefined) return []
  cells.delete(cell)
  if (run.outcome === 'success') {
    // A log that grew once more at an instant that nobody knows tells nothing of its last silence.
    const lastMs = (run.logBytes ?? 0) > log.bytes ? 0 : now - log.at
    const seconds = Math.ceil(Math.max(0, log.longestMs, lastMs) / 1000)
    cells.put('silences', [...silencesOf(cells), seconds].slice(-MOST_SILENCES))
  }
  return [clearTimer(cell)]
}
