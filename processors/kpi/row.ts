/** What a row of the KPI table is, and what it reads. */

import type { KpiValue } from '../../schemas/events.ts'
import type { SliceDimension } from '../../schemas/slices.ts'
import { wilson, Z95, type Ratio } from '../../schemas/measures.ts'
import type { Counters } from './counters.ts'
import type { CountRun } from './ends.ts'
import { quantile } from './histogram.ts'
import type { HistogramName } from './names.ts'

export type WindowName = 'now' | '24h' | '7d' | '14d'
/** Whom the table is told of; labels have those of its KPIs that are counted of each end by itself. */
export type Dimension = 'job' | 'repo' | 'community' | SliceDimension
type Unit = 'ratio' | 'ratio points' | 'seconds' | 'runs'

/** What is true at one instant and in no window. Instants in milliseconds since the epoch. */
export interface Gauges {
  readonly asOf: number
  readonly inFlight: number
  readonly oldestStartAt: number | null
  /** Failures in a row at the newest end, and ends seen. */
  readonly streak: number
  readonly ends: number
  readonly lastFinishAt: number | null
}

/** What a KPI reads: the counters of its window. */
export interface Reading {
  readonly runs: Counters
  /** Scores of the last 14 days. */
  readonly scores: Counters
  /** Rules of the scores, by their place in the counters' ids. */
  readonly rules: readonly string[]
  /** Runs of the last 14 days, for KPIs that compare. */
  readonly fortnight: Counters
  readonly gauges: Gauges
}

/** What AI4CI published is given for tests alone (tests/row.ts). */
export type Value = Omit<KpiValue, 'kpi' | 'compat'>

/** One KPI. */
export interface KpiRow {
  /** Unique, snake_case; the `kpi` of its values. */
  readonly name: string
  readonly unit: Unit
  readonly windows: readonly WindowName[]
  readonly dimensions: readonly Exclude<Dimension, SliceDimension>[]
  /** Definition, numerator over denominator, for the documentation. */
  readonly doc: string
  /** How its interval is made. */
  readonly interval: string
  /** What it needs counted of each finished run. */
  readonly counts: readonly CountRun[]
  readonly value: (reading: Reading) => Value
}

/** What is read off the ends alone, each by itself, can be told of any set of runs. */
export const isOfLabels = ({ counts }: Pick<KpiRow, 'counts'>): boolean => counts.length > 0

export const EVERYWHERE: KpiRow['dimensions'] = ['job', 'repo', 'community']
export const WILSON = 'Wilson 95 %'
export const ORDER_STATISTICS =
  'order statistics, 95 %; an end is null where the sample is too small'
export const NORMAL = 'normal 95 % of a mean; null below 2 observations'
export const NONE = 'none: it is a count or an instant'

/** Nothing was heard. */
export const NOTHING: Value = {
  value: null,
  numerator: null,
  denominator: null,
  low: null,
  high: null,
  n: 0,
}

/** A share of counted things; field by field, as a record has a dozen of them. */
export const shareOf = (numerator: number, denominator: number): Value => {
  if (denominator <= 0) return NOTHING
  const value = numerator / denominator
  const { low, high } = wilson(value, denominator, Z95)
  return { value, numerator, denominator, low, high, n: denominator }
}
export const valueOf = (of: Ratio): Value =>
  of.value === null
    ? NOTHING
    : {
        value: of.value,
        numerator: of.numerator,
        denominator: of.denominator,
        low: of.low,
        high: of.high,
        n: of.denominator,
      }

/** A plain number with no interval. */
export const plain = (value: number, n: number): Value => ({ ...NOTHING, value, n })

export const quantileOf = (counters: Counters, name: HistogramName, q: number): Value => {
  const { value, low, high, n } = quantile(counters, name, q)
  if (n === 0) return NOTHING
  return { value, numerator: null, denominator: null, low, high, n }
}

/** Mean with its normal 95 % interval. Example: 2 and 4 (sum 6, squares 20) is 3, 1.04 to 4.96. */
export const meanOf = (sum: number, squares: number, n: number): Value => {
  if (n <= 0) return NOTHING
  const mean = sum / n
  const half = n < 2 ? null : Z95 * Math.sqrt(Math.max(0, squares / n - mean * mean) / (n - 1))
  return {
    value: mean,
    numerator: sum,
    denominator: n,
    low: half === null ? null : Math.max(0, mean - half),
    high: half === null ? null : mean + half,
    n,
  }
}
