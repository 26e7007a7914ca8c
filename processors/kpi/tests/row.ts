/** What a row of the table of KPIs of tests is. */

import { NOTHING, shareOf, type Value } from '../row.ts'
import type { TestReading } from './reading.ts'

export type TestWindow = 'now' | '7d' | '30d'

export interface TestKpiRow {
  /** Unique, snake_case; the `kpi` of its values. */
  readonly name: string
  readonly unit: 'percent' | 'percent points' | 'ratio' | 'results' | 'runs' | 'tests' | 'seconds'
  /** Number in AI4CI's catalogue of 26; null for those that it had not. */
  readonly ai4ci: number | null
  readonly windows: readonly TestWindow[]
  /** Definition, numerator over denominator, for the documentation. */
  readonly doc: string
  /** The formula that AI4CI published, where it has one; null else. */
  readonly compatDoc: string | null
  /** Value and compat of the grid in reading.ts, as rounded to four digits. */
  readonly example: readonly [value: number | null, compat: number | null]
  readonly value: (reading: TestReading) => Value
  readonly compat: (reading: TestReading) => number | null
}

export const WINDOWED: readonly TestWindow[] = ['7d', '30d']
export const NOW: readonly TestWindow[] = ['now']
export const noCompat = (): null => null

const HUNDRED = 100
const timesHundred = (share: number | null): number | null =>
  share === null ? null : share * HUNDRED

/** A share of counted things in percent with its Wilson interval. Example: 1 of 4 is 25, 4.56 to 69.94. */
export const percentOf = (part: number, whole: number): Value => inPoints(shareOf(part, whole))
/** A share, or a difference of two, in percent. */
export const inPoints = ({ value, numerator, denominator, low, high, n }: Value): Value => ({
  value: timesHundred(value),
  numerator,
  denominator,
  low: timesHundred(low),
  high: timesHundred(high),
  n,
})
/** A percentage as AI4CI took it: none only where there is no cell at all. */
export const plainPercent = (part: number, whole: number): number | null =>
  whole === 0 ? null : (HUNDRED * part) / whole

/** A plain quotient without an interval. */
export const quotientOf = (sum: number, n: number): Value =>
  n === 0 ? NOTHING : { ...NOTHING, value: sum / n, numerator: sum, denominator: n, n }
