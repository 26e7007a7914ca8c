/** What a row of the table of KPIs of pulls and issues is, and what it reads. */

import type { Counters } from '../counters.ts'
import { countOf } from '../counters.ts'
import { quantileFrom } from '../histogram.ts'
import { NOTHING, type Value } from '../row.ts'
import { BUCKETS, ID, SPANS, type SpanName } from './names.ts'
import type { People } from './people.ts'

export type PullWindow = 'now' | '7d' | '30d'

export interface PullReading {
  readonly asOf: number
  /** Sums of the window; empty for `now`. */
  readonly counters: Counters
  readonly windowMs: number
  readonly window: PullWindow
  /** Open ones by the hour in which they were opened, as pairs. */
  readonly openPulls: Counters
  readonly openIssues: Counters
  readonly queued: number
  readonly authors: People
  readonly reviewers: People
  /** What of it was ever heard of: what was not is no zero. */
  readonly heard: Readonly<Record<'issues' | 'queue' | 'authors' | 'reviewers', boolean>>
}

export interface PullKpiRow {
  /** Unique, snake_case; the `kpi` of its values. */
  readonly name: string
  readonly unit: 'seconds' | 'pulls' | 'issues' | 'people' | 'ratio' | 'runs' | 'pulls a day'
  readonly windows: readonly PullWindow[]
  /** Definition, numerator over denominator, for the documentation. */
  readonly doc: string
  readonly source: string
  readonly value: (reading: PullReading) => Value
}

export const WINDOWED: readonly PullWindow[] = ['7d', '30d']
export const MONTH: readonly PullWindow[] = ['30d']
export const NOW: readonly PullWindow[] = ['now']

export const sumOf = ({ counters }: PullReading, name: keyof typeof ID): number =>
  countOf(counters, ID[name])

/** A quantile of a span, with the interval and the error of ../histogram.ts. */
export const spanQuantile = ({ counters }: PullReading, name: SpanName, q: number): Value => {
  const { value, low, high, n } = quantileFrom(counters, SPANS[name], BUCKETS, q)
  return n === 0 ? NOTHING : { ...NOTHING, value, low, high, n }
}

const HOUR_S = 3600
/** Quantile of the ages of what is open, to the hour. Unit: seconds. */
export const ageQuantile = (open: Readonly<Counters>, asOf: number, q: number): Value => {
  let n = 0
  for (let at = 1; at < open.length; at += 2) n += open[at] ?? 0
  if (n === 0) return NOTHING
  // Pairs stand in the order of opening: the oldest first.
  let older = n - Math.ceil(n * q)
  for (let at = 0; at < open.length; at += 2) {
    older -= open[at + 1] ?? 0
    if (older < 0) return { ...NOTHING, value: asOf / 1000 - (open[at] ?? 0) * HOUR_S, n }
  }
  return NOTHING
}
export const countOpen = (open: Readonly<Counters>): number => {
  let n = 0
  for (let at = 1; at < open.length; at += 2) n += open[at] ?? 0
  return n
}
