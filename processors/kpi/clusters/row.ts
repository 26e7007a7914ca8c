/** What a row of the table of KPIs of clusters is, and what it reads. */

import type { Value } from '../row.ts'

/** Runs on a cluster of jobs that run elsewhere too. */
interface ClusterReading {
  /** Runs with a class, and those of them that passed. */
  readonly runs: number
  readonly passes: number
  /** Passes there would be at the pass rates elsewhere. */
  readonly expected: number
  /** Σ runs² / runs elsewhere, over jobs: how uncertain the expected passes are. */
  readonly spread: number
}

export interface ClusterKpiRow {
  /** Unique, snake_case; the `kpi` of its values. */
  readonly name: string
  readonly unit: 'ratio points'
  readonly windows: readonly ['24h']
  /** Definition, numerator over denominator, for the documentation. */
  readonly doc: string
  readonly value: (reading: ClusterReading) => Value
}
