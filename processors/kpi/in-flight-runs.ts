/** Which runs of a job are in flight, and under which minute each is counted. */

import { runName } from '../../schemas/keys.ts'
import type { Run } from '../../schemas/events.ts'
import type { Cells } from '../processor.ts'
import { add } from './counters.ts'
import { openId } from './names.ts'
import { addPending } from './partials.ts'
import type { Subject } from './subject.ts'

const MINUTE_MS = 60_000
const HOUR_MINUTES = 60
/** With so many runs in flight, starts are kept by the hour: their list stays bounded. */
const MANY_IN_FLIGHT = 1000
/** So many runs are kept beside the subject; each further one is a cell. */
const OPEN_KEPT = 16

const cellOf = (run: string): string => `open/${run}`
/** While all runs in flight are beside the subject, no cell is looked for. */
const hasCells = ({ open, inFlight }: Subject): boolean => inFlight > open.length

/** Counts a run that has started; false where it was counted before. */
export const open = (cells: Cells, subject: Subject, started: Run, now: number): boolean => {
  const run = runName(started)
  if (subject.open.some((known) => known.run === run)) return false
  if (hasCells(subject) && cells.get(cellOf(run)) !== undefined) return false
  const exact = Math.floor((started.startedAt ?? started.eventAt) / MINUTE_MS)
  const minute = subject.inFlight < MANY_IN_FLIGHT ? exact : exact - (exact % HOUR_MINUTES)
  if (subject.open.length < OPEN_KEPT) subject.open.push({ run, minute })
  else cells.put(cellOf(run), minute)
  countOpen(cells, subject, minute, 1, now)
  return true
}

/** Takes a run that has ended back. One whose start was never heard was never in flight. */
export const close = (cells: Cells, subject: Subject, ended: Run, now: number): void => {
  const minute = takeOpen(cells, subject, runName(ended))
  if (minute !== undefined) countOpen(cells, subject, minute, -1, now)
}

const takeOpen = (cells: Cells, subject: Subject, run: string): number | undefined => {
  const at = subject.open.findIndex((known) => known.run === run)
  if (at >= 0) return subject.open.splice(at, 1)[0]?.minute
  if (!hasCells(subject)) return undefined
  const minute = cells.get(cellOf(run)) as number | undefined
  if (minute !== undefined) cells.delete(cellOf(run))
  return minute
}

const countOpen = (
  cells: Cells,
  subject: Subject,
  minute: number,
  sign: 1 | -1,
  now: number,
): void => {
  add(subject.starts, minute, sign)
  subject.inFlight += sign
  addPending(cells, subject, now, [openId(minute - (minute % HOUR_MINUTES)), sign])
}
