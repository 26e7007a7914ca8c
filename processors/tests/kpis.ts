/**
 * KPIs of the tests of a job, once an hour in the job's turn: what was heard until then, over runs first heard in the last 7 and 30 days, of
 * those that the grid keeps (512). A job is asked again when a run leaves a window; a silent one costs nothing.
 */

import type { Kpi, KpiValue } from '../../schemas/events.ts'
import { key as keyOf } from '../../schemas/keys.ts'
import { TEST_ROWS } from '../kpi/tests/index.ts'
import type { TestKpiRow, TestWindow } from '../kpi/tests/row.ts'
import { emit, retire, type Cells, type Effect } from '../processor.ts'
import { firstColumn, type Column, type Row, type Tab } from './cells.ts'
import { memberOf, MOST_MEMBERS, partnersOf, TOGETHER } from './co-failures.ts'
import { newestColumns } from './columns.ts'
import { isAlert, streakOf } from './failures.ts'
import { FAIL, isNoResult } from './kinds.ts'
import { cellsOf, DAY_MS, lookAt, placeAfter, WEEK_MS, type Look } from './look.ts'
import { isRegressed } from './regression.ts'
import { readSheet } from './sheets.ts'
import { countAlike, type Alike } from './steady.ts'
import { closeTally, newTally, tallyRuns, tallySteady, tallyTest, type Tally } from './tally.ts'

const MONTH_MS = 30 * DAY_MS
/** A failure is new where the test did not fail in so long before the last day. */
const FRESH_AFTER_MS = 15 * DAY_MS
const WINDOWS: readonly TestWindow[] = ['now', '7d', '30d']

/** A test that failed in two runs of a window, or more. */
interface Failing {
  readonly test: string
  readonly kinds: readonly number[]
  readonly failures: number
}
interface Windowed {
  readonly tally: Tally
  readonly failing: Failing[]
}

/** KPIs of a job's tests as of `now`. */
export const sayKpis = (cells: Cells, job: string, tab: Tab, now: number): Effect[] => {
  const look = lookAt(tab, now)
  const columns = newestColumns(cells, tab, tab.times.length)
  const week = windowOf(look, columns, WEEK_MS)
  const month = windowOf(look, columns, MONTH_MS)
  tallySheets(cells, tab, look, columns, [week, month])
  for (const each of [week, month]) close(each)
  const tallies = { now: week.tally, '7d': week.tally, '30d': month.tally }
  return WINDOWS.flatMap((window): Effect[] => {
    if (month.tally.runs === 0 || (window === '7d' && week.tally.runs === 0))
      return [retire('ci.kpis.v1', keyOf('tests', job, window))]
    const record = recordOf(job, window, tallies[window], now)
    if (window !== '7d') return [emit('ci.kpis.v1', record)]
    const history = { ...record, eventId: `${record.eventId}/history` }
    return [emit('ci.kpis.v1', record), emit('ci.kpi-history.v1', history)]
  })
}

const windowOf = (look: Look, columns: readonly Column[], lengthMs: number): Windowed => {
  const { times, now } = look
  const [from, before] = [placeAfter(times, now - lengthMs), placeAfter(times, now - 2 * lengthMs)]
  const tally = newTally(from, before, times.length)
  tally.failuresOnly = look.isFailuresOnly
  tallyRuns(tally, columns)
  return { tally, failing: [] }
}

const tallySheets = (
  cells: Cells,
  tab: Tab,
  look: Look,
  columns: readonly Column[],
  windows: readonly Windowed[],
): void => {
  const commits = commitsOf(columns)
  const first = firstColumn(tab)
  const day = placeAfter(look.times, look.now - DAY_MS)
  const fortnight = placeAfter(look.times, look.now - FRESH_AFTER_MS)
  const alike = new Map<number, Alike>()
  for (let at = 0; at < tab.sheets; at += 1)
    for (const row of readSheet(cells, at).rows) {
      if (row.last < first || countAlike(alike, row, tab)) continue
      const kinds = cellsOf(row, look)
      for (const { tally, failing } of windows) {
        tallyTest(tally, kinds, look.times, commits)
        tallyNow(tally, row, kinds, day, fortnight)
        const failures = failuresFrom(kinds, tally.from)
        if (failures >= 2) failing.push({ test: row.test, kinds, failures })
      }
    }
  for (const { row, tests } of alike.values()) {
    const kinds = cellsOf(row, look)
    for (const { tally } of windows) tallySteady(tally, kinds, commits, tests)
  }
}

/** Neighbouring columns of one commit have one number; a commit that is not told is its run's own. */
const commitsOf = (columns: readonly Column[]): number[] => {
  let number = 0
  return columns.map(({ sha }, i) => {
    if (sha === null || sha !== columns[i - 1]?.sha) number += 1
    return number
  })
}

const tallyNow = (
  { now }: Tally,
  row: Row,
  kinds: readonly number[],
  day: number,
  fortnight: number,
): void => {
  const streak = streakOf(kinds).length
  if (streak > 0) now.failing += 1
  now.longestStreak = Math.max(now.longestStreak, streak)
  if (isAlert(kinds)) now.alerts += 1
  if (row.trouble !== null && isRegressed(row.trouble)) now.regressions += 1
  if (kinds.includes(FAIL, day) && failuresFrom(kinds, fortnight, day) === 0) now.newFailures += 1
}

const failuresFrom = (kinds: readonly number[], from: number, to = kinds.length): number => {
  let n = 0
  for (let i = from; i < to; i += 1) if (kinds[i] === FAIL) n += 1
  return n
}

/** What fails together: of too many tests those that failed most, by name where as often. */
const close = ({ tally, failing }: Windowed): void => {
  closeTally(tally)
  const members = failing
    .sort((a, b) => b.failures - a.failures || (a.test < b.test ? -1 : 1))
    .slice(0, MOST_MEMBERS)
    .map(({ test, kinds }) =>
      memberOf(
        test,
        kinds.slice(tally.from).map((kind) => (isNoResult(kind) ? null : kind === FAIL)),
      ),
    )
  const { together } = tally
  together.tests = failing.length
  for (const partners of partnersOf(members, TOGETHER)) {
    if (partners.length === 0) continue
    together.partnered += 1
    together.partners += partners.length
    together.characters += charactersOf(partners.map(({ test }) => test))
  }
}
/** Length of a list of texts as Python prints it. Example: `['a', 'bc']` has 11 characters. */
const charactersOf = (texts: readonly string[]): number =>
  texts.reduce((sum, text) => sum + text.length + 4, 0)

const recordOf = (job: string, window: TestWindow, tally: Tally, now: number): Kpi => ({
  eventId: `kpi/tests/${job}/${window}/${now}`,
  ...{ eventAt: now, observedAt: now, dimension: 'tests', subject: job, window },
  values: TEST_ROWS[window].map((row) => valueOf(row, tally)),
  late: 0,
  simulated: job.startsWith('demo:'),
})

/** Field by field, as a job has a hundred of them. */
const valueOf = (row: TestKpiRow, tally: Tally): KpiValue => {
  const { value, numerator, denominator, low, high, n } = row.value(tally)
  const compat = row.compat(tally)
  return { kpi: row.name, value, numerator, denominator, low, high, n, compat }
}

/** Forgets the KPIs of a job's tests. */
export const forgetKpis = (job: string): Effect[] =>
  WINDOWS.map((window) => retire('ci.kpis.v1', keyOf('tests', job, window)))

/**
 * When next something leaves a window without anything being heard; Infinity where nothing will. What is
 * new in a day is said to be over once, when the newest run is a day old.
 */
export const nextLeaving = ({ times }: Tab, asOf: number): number => {
  const newest = (times.at(-1) ?? 0) + DAY_MS
  let next = newest > asOf ? newest : Infinity
  for (const lengthMs of [WEEK_MS, 2 * WEEK_MS, MONTH_MS, 2 * MONTH_MS]) {
    const leaving = times[placeAfter(times, asOf - lengthMs)]
    if (leaving !== undefined) next = Math.min(next, leaving + lengthMs)
  }
  return next
}
