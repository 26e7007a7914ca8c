/** What a family of densities can do. */

import type { Observations } from './observations.ts'

export type Params = readonly number[]

export interface Family {
  readonly name: string
  /** Maximum likelihood, as many numbers as the family has free parameters; null where the family cannot be fitted. */
  readonly fit: (sample: Observations) => Params | null
  /** Natural logarithm of the density in 1/s at x seconds; minus infinity outside the support. */
  readonly logDensity: (params: Params, x: number) => number
}

/** A fit where a location or the ends are given. */
export interface Given {
  /** Mean log density of the sample. */
  readonly likelihood: number
  readonly params: Params
}
