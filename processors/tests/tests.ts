/**
 * Processor `tests`: results of the tests of each job, as a grid of tests and runs, and what they come to. Nothing is said
 * of a single result; after a pane of 5 minutes, each job in its turn, what has changed is said once (pane.ts).
 */

import type { Run, TestResult } from '../../schemas/events.ts'
import { failedClass } from '../../schemas/outcomes.ts'
import { ENDED, NAMED } from '../../schemas/strips.ts'
import { phaseOf } from '../phase.ts'
import { setTimer, type Cells, type Effect, type Processor } from '../processor.ts'
import { runCell } from '../run-cell.ts'
import { firstColumn, newTab, tabOf, TEST_CELLS, type Tab } from './cells.ts'
import { columnOf, keepColumn, readColumn } from './columns.ts'
import { forgetTab } from './forget.ts'
import { hearResult, marksOfEnd } from './hear.ts'
import { nextLeaving, sayKpis } from './kpis.ts'
import { sayPane } from './pane.ts'
import { staleAtOf } from './tab-status.ts'

const NO_EFFECTS: readonly Effect[] = []
const PANE_MS = 5 * 60_000
const HOUR_MS = 60 * 60_000
/** Jobs speak spread over this long after the end of a pane. */
const TURN_MS = 8_000
/** A job is forgotten so long after its newest column. */
const FORGOTTEN_MS = 60 * 24 * 3_600_000

export const tests: Processor = {
  name: 'tests',
  inputs: ['ci.test-results.v1', 'ci.runs.v1'],
  outputs: [
    'ci.test-states.v1',
    'ci.test-sheets.v1',
    'ci.test-tabs.v1',
    'ci.failure-groups.v1',
    'ci.kpis.v1',
    'ci.kpi-history.v1',
  ],
  cells: TEST_CELLS,
  /** Of runs only the end matters. */
  wants(record, topic) {
    if (topic !== 'ci.runs.v1') return true
    const { change } = record as Run
    return change === 'finished' || change === 'corrected'
  },
  step(cells, key, input, now) {
    if (input.kind === 'timer') return onTimer(cells, key, input.timer, now)
    if (input.topic === 'ci.runs.v1') return onRun(cells, key, input.record as Run, now)
    return onResult(cells, key, input.record as TestResult, now)
  },
}

const onResult = (
  cells: Cells,
  key: string,
  result: TestResult,
  now: number,
): readonly Effect[] => {
  const tab = tabOf(cells) ?? newTab()
  const before = sizeOf(tab)
  const useless = hearResult(cells, tab, result, now)
  const isSame = sizeOf(tab) === before
  if (isSame && useless !== null) return [useless]
  const effects = wake(tab, key, now)
  if (!isSame || effects.length > 0) cells.put('tab', tab)
  return useless === null ? effects : [...effects, useless]
}

/** Changes whenever a result changes the head. */
const sizeOf = ({ tests: known, next, touched, hasPasses }: Tab): number =>
  known + next + touched.length + (hasPasses ? 1 : 0)

/** An end matters only where tests of the job are known. */
const onRun = (cells: Cells, key: string, run: Run, now: number): readonly Effect[] => {
  const tab = tabOf(cells)
  if (tab === undefined) return NO_EFFECTS
  const number = endedColumn(cells, tab, run, now)
  const column = number === null ? undefined : readColumn(cells, number)
  if (number === null || column === undefined) return NO_EFFECTS
  column.outcome = run.outcome
  column.sha = run.sha
  keepColumn(cells, number)
  const at = number - firstColumn(tab)
  tab.marks[at] = ((tab.marks[at] ?? 0) & ~(ENDED | NAMED)) | marksOfEnd(run.outcome, column)
  const effects = wake(tab, key, now)
  cells.put('tab', tab)
  return effects
}

/** A run that came to nothing is no column, unless results of it were heard. */
const endedColumn = (cells: Cells, tab: Tab, run: Run, now: number): number | null => {
  const isClassed = failedClass(run.outcome ?? 'unknown') !== null
  const isKnown = cells.get(runCell(run)) !== undefined
  if (!isClassed && !isKnown) return null
  const column = columnOf(cells, tab, run, run.finishedAt ?? run.eventAt, now)
  return column === null || column < firstColumn(tab) ? null : column
}

/** Sets the timers of the pane's and of the hour's end, in the job's turn. */
const wake = (tab: Tab, key: string, now: number): Effect[] => {
  const phase = phaseOf(key, TURN_MS)
  const effects = wakeAt(tab, endOf(now, HOUR_MS, phase))
  if (tab.paneAt > 0) return effects
  tab.paneAt = endOf(now, PANE_MS, phase)
  return [...effects, setTimer('pane', tab.paneAt)]
}
/** The next end of a span after an instant, in a turn. */
const endOf = (at: number, spanMs: number, phase: number): number =>
  Math.floor((at - phase) / spanMs) * spanMs + spanMs + phase

/** Sets the timer of KPIs, where nothing is to be said of them before. */
const wakeAt = (tab: Tab, at: number): Effect[] => {
  if (at === Infinity || (tab.kpisAt > 0 && tab.kpisAt <= at)) return []
  tab.kpisAt = at
  return [setTimer('kpis', at)]
}
const sayHour = (cells: Cells, key: string, tab: Tab, now: number): Effect[] => {
  tab.kpisAt = 0
  const leaves = nextLeaving(tab, now)
  const at = leaves === Infinity ? leaves : endOf(leaves - 1, HOUR_MS, phaseOf(key, TURN_MS))
  return [...sayKpis(cells, key, tab, now), ...wakeAt(tab, at)]
}

const onTimer = (cells: Cells, key: string, timer: string, now: number): readonly Effect[] => {
  const tab = tabOf(cells)
  if (tab === undefined) return NO_EFFECTS
  if (timer === 'kpis') {
    const said = sayHour(cells, key, tab, now)
    cells.put('tab', tab)
    return said
  }
  const newest = tab.times.at(-1) ?? now
  if (timer === 'stale') {
    tab.staleAt = 0
    if (newest + FORGOTTEN_MS <= now) return forgetTab(cells, key, tab)
  } else tab.paneAt = 0
  const isNews = timer === 'pane' || staleAtOf(tab.times) <= now
  const effects = isNews ? sayPane(cells, key, tab, now) : []
  effects.push(...watch(tab, newest, now))
  cells.put('tab', tab)
  return effects
}

/** Sets the timer that says the tab is stale or, once it is, forgets it. */
const watch = (tab: Tab, newest: number, now: number): Effect[] => {
  const staleAt = staleAtOf(tab.times)
  const at = staleAt > now ? staleAt : Math.max(newest + FORGOTTEN_MS, now + 1)
  if (tab.staleAt > 0 && tab.staleAt <= at) return []
  tab.staleAt = at
  return [setTimer('stale', at)]
}
