/** Says what has changed of a subject: KPI records by window, their history, measures; tombstones where a window is empty. */

import type { Kpi, KpiValue, Measure } from '../../schemas/events.ts'
import { key } from '../../schemas/keys.ts'
import { emit, retire, type Effect } from '../processor.ts'
import { CHANGED, hourlyOf, weeksChanged } from './changes.ts'
import { countOf, type Counters } from './counters.ts'
import { KPIS, rowsOf, WINDOWS } from './index.ts'
import { measureOf } from './measures.ts'
import { ID, scoresFrom } from './names.ts'
import {
  NOTHING,
  type Dimension,
  type Gauges,
  type KpiRow,
  type Reading,
  type WindowName,
} from './row.ts'
import { failuresInARow, lastFinish } from './sequence.ts'
import type { State } from './subject.ts'
import { DAY, expireAt, HOUR_MS, HOURS, isLive, sumOf } from './window.ts'

const { kpis, history, measures } = CHANGED
const MEASURED = ['14d', 'total'] as const

/** One emission: of whom, as of which instant, at which pipeline time. */
export interface Occasion extends State {
  readonly dimension: Dimension
  readonly name: string
  readonly asOf: number
  readonly at: number
}

/** Subtracts what leaves a window as of this instant and notes which windows have changed; true where any has. */
export const noteExpired = ({ cells, subject, windows, asOf }: Occasion): boolean => {
  const days = expireAt(cells, windows, DAY, asOf)
  if (days.length > 0) subject.changed |= kpis['24h'] | history['24h']
  const hours = expireAt(cells, windows, HOURS, asOf)
  for (const { name, pane } of hours)
    if (name === '7d') subject.changed |= kpis['7d'] | history['7d']
    else {
      subject.changed |= weeksChanged(windows, asOf, 1) | kpis.now
      if (hasScores(pane)) subject.changed |= measures['14d']
    }
  return days.length + hours.length > 0
}
const hasScores = (counters: Counters): boolean => scoresFrom(counters) < counters.length

/** Emits the windows among the bits of `which` that have changed. What is said hourly waits for the full hour. */
export const sayChanged = (occasion: Occasion, which: number): Effect[] => {
  const { subject, asOf, dimension } = occasion
  const due = subject.changed & which & (asOf % HOUR_MS === 0 ? ~0 : ~hourlyOf(dimension))
  const effects: Effect[] = []
  if (due === 0) return effects
  subject.changed &= ~due
  for (const window of WINDOWS)
    if ((due & (kpis[window] | history[window])) !== 0) sayWindow(occasion, window, due, effects)
  for (const window of MEASURED)
    if ((due & measures[window]) !== 0) effects.push(sayMeasure(occasion, window))
  return effects
}

const sayWindow = (
  occasion: Occasion,
  window: WindowName,
  due: number,
  effects: Effect[],
): void => {
  const isHeld = isWindowLive(occasion, window)
  const record = kpiOf(occasion, window)
  if ((due & kpis[window]) !== 0) {
    // A last one without runs before it goes: who holds something against it does not hear what is retired.
    effects.push(emit('ci.kpis.v1', record))
    if (!isHeld) effects.push(retire('ci.kpis.v1', key(occasion.dimension, occasion.name, window)))
  }
  if ((due & history[window]) !== 0)
    effects.push(emit('ci.kpi-history.v1', { ...record, eventId: `${record.eventId}/history` }))
}

const isWindowLive = ({ subject, windows, asOf }: Occasion, window: WindowName): boolean =>
  window === 'now'
    ? subject.inFlight > 0 || isLive(windows, '14d', asOf)
    : isLive(windows, window, asOf)

const kpiOf = (occasion: Occasion, window: WindowName): Kpi => {
  const reading = readingOf(occasion, window)
  const values: KpiValue[] = []
  for (const row of rowsOf(occasion.dimension, window)) values.push(valueOf(row, reading))
  const late = window === 'now' ? occasion.subject.late : countOf(reading.runs, ID.late)
  return { ...stampOf(occasion, 'kpi', window), values, late }
}

/** Of many a row nothing was heard: all records say so with the same value. */
const NOTHING_TOLD: ReadonlyMap<KpiRow, KpiValue> = new Map(
  KPIS.map((row) => [row, { kpi: row.name, ...NOTHING, compat: null }]),
)
/** Field by field: a spread of some twenty values for each record would cost more than their formulas. */
const valueOf = (row: KpiRow, reading: Reading): KpiValue => {
  const told = row.value(reading)
  if (told === NOTHING) return NOTHING_TOLD.get(row) ?? { kpi: row.name, ...NOTHING, compat: null }
  const { value, numerator, denominator, low, high, n } = told
  return { kpi: row.name, value, numerator, denominator, low, high, n, compat: null }
}

const stampOf = (
  { dimension, name, asOf, at }: Occasion,
  kind: 'kpi' | 'measure',
  window: string,
): Omit<Kpi, 'values' | 'late'> => ({
  eventId: `${kind}/${dimension}/${name}/${window}/${asOf}`,
  eventAt: asOf,
  observedAt: at,
  dimension,
  subject: name,
  window,
  simulated: name === 'demo' || name.startsWith('demo:'),
})

const NO_COUNTERS: Counters = []
/** The scores of the fortnight are part of its counters. */
const readingOf = (occasion: Occasion, window: WindowName): Reading => {
  const { windows } = occasion
  return {
    runs: window === 'now' ? NO_COUNTERS : sumOf(windows, window),
    scores: windows.fortnight,
    fortnight: windows.fortnight,
    rules: windows.rules,
    gauges: gaugesOf(occasion),
  }
}

const gaugesOf = ({ subject, asOf }: Occasion): Gauges => ({
  asOf,
  inFlight: subject.inFlight,
  oldestStartAt: oldest(subject.starts),
  streak: failuresInARow(subject),
  ends: subject.recent.length,
  lastFinishAt: lastFinish(subject),
})
/** Starts are in order of their minute. */
const oldest = (starts: Readonly<Counters>): number | null => {
  const [minute] = starts
  return minute === undefined ? null : minute * 60_000
}

const sayMeasure = (occasion: Occasion, window: '14d' | 'total'): Effect => {
  const { windows, dimension, name } = occasion
  const scores = window === '14d' ? windows.fortnight : windows.total
  if (!hasScores(scores)) return retire('ci.measures.v1', key(dimension, name, window))
  const measure: Measure = {
    ...stampOf(occasion, 'measure', window),
    ...measureOf(scores, windows.rules),
  }
  return emit('ci.measures.v1', measure)
}
