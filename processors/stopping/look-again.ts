/** A look at a run that is known: with the history as it stands, and with what the job's other running runs say. */

import type { Cells, Effect, Tables } from '../processor.ts'
import { runCell } from '../run-cell.ts'
import type { Basis } from './basis.ts'
import { look } from './look.ts'
import { isMendRare } from './mended.ts'
import { agedRatio } from './overtaken.ts'
import type { Cause } from './say.ts'
import { openRuns, type OpenRuns, putOpenRuns, testsOf, type RunningRun } from './state.ts'
import { viewOf, type View } from './view.ts'
import { workedBy } from './waiting.ts'

export const lookAgain = (
  cells: Cells,
  cell: string,
  cause: Cause,
  causeId: string,
  now: number,
  tables: Tables,
  ages: Ages = new Map(),
): Effect[] => {
  const running = cells.get(cell) as RunningRun | undefined
  if (running === undefined) return []
  const view = viewOf(cells, running, running.labels, now, tables)
  return lookAt(cells, running, view, cause, causeId, ages)
}

/** Looks at a run, and keeps who is stopped without a failed step. */
export const lookAt = (
  cells: Cells,
  running: RunningRun,
  view: View,
  cause: Cause,
  causeId: string,
  ages: Ages = new Map(),
): Effect[] => {
  const cell = runCell(running)
  const open = openRuns(cells)
  const elapsedSeconds = workedBy(running, view.now)
  const isStopped = open.stopped.includes(cell)
  const isWaiting =
    !isStopped &&
    open.stopped.length >= view.standing.stopsAtOnce &&
    !isMendRare(view.history.failing, running.startedAt, elapsedSeconds, view.basis.medianFail)
  const others = besideOf(cells, open, view, cell, ages)
  const tests = running.redTests.length === 0 ? {} : testsOf(cells)
  const { effects, verdict } = look(running, view, { isWaiting, others, tests }, cause, causeId)
  cells.put(cell, running)
  if (verdict.level === 'stop' && verdict.ground !== 'sign' && !isStopped)
    putOpenRuns(cells, { ...open, stopped: [...open.stopped, cell] })
  return effects
}

/** What the ages of the job's running runs say, by run: worked out once for all that are looked at in one step. */
export type Ages = Map<Basis, ReadonlyMap<string, number>>
/** The same of all but one: less than 1 where they say anything. */
const besideOf = (
  cells: Cells,
  { runs }: OpenRuns,
  view: View,
  own: string,
  ages: Ages,
): readonly number[] => {
  if (runs.length === 0 || (runs.length === 1 && runs[0] === own)) return NO_OTHERS
  const others: number[] = []
  for (const [cell, ratio] of agesOf(cells, runs, view, ages)) if (cell !== own) others.push(ratio)
  return others
}
const NO_OTHERS: readonly number[] = []
const agesOf = (
  cells: Cells,
  runs: readonly string[],
  { basis, now }: View,
  ages: Ages,
): ReadonlyMap<string, number> => {
  const known = ages.get(basis)
  if (known !== undefined) return known
  const ratios = new Map<string, number>()
  for (const cell of runs) {
    const run = cells.get(cell) as RunningRun | undefined
    const ratio = run === undefined ? 1 : agedRatio(basis, run, now)
    if (ratio < 1) ratios.set(cell, ratio)
  }
  ages.set(basis, ratios)
  return ratios
}
