/** Statistics of sorted numbers, each drawn `weights[unit]` times. */

import type { Weights } from './bootstrap.ts'

/** Numbers in ascending order with the unit each came from. */
export interface Sorted {
  readonly values: Float64Array
  readonly units: Uint32Array
  /** Place of each before sorting. */
  readonly order: Uint32Array
}

/** Sorts values with their units. */
export const sortedBy = (values: readonly number[], units: readonly number[]): Sorted => {
  const order = Uint32Array.from(values.keys()).sort(
    (a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b,
  )
  return {
    values: Float64Array.from(order, (place) => values[place] ?? 0),
    units: Uint32Array.from(order, (place) => units[place] ?? 0),
    order,
  }
}

/**
 * Area under the ROC curve: chance that a failing run was forecast higher than a passing one, ties counted half
 * (Mann and Whitney 1947). Example: failing .8 and .4, passing .4 and .2: (1 + 1 + .5 + 1) / 4 = .875. Null without both.
 */
export const auc = (sorted: Sorted, failed: Uint8Array, weights: Weights): number | null => {
  const { values, units } = sorted
  let [passing, failing, won] = [0, 0, 0]
  for (let i = 0; i < values.length;) {
    const value = values[i]
    let [tiedPassing, tiedFailing] = [0, 0]
    for (; i < values.length && values[i] === value; i += 1) {
      const weight = weights[units[i] ?? 0] ?? 0
      if (failed[i] === 1) tiedFailing += weight
      else tiedPassing += weight
    }
    won += tiedFailing * (passing + tiedPassing / 2)
    passing += tiedPassing
    failing += tiedFailing
  }
  return passing > 0 && failing > 0 ? won / (passing * failing) : null
}

/** Median; the mean of the two in the middle where they are two. Example: 1, 2, 4, 10 gives 3; null of nothing. */
export const median = ({ values, units }: Sorted, weights: Weights): number | null => {
  let all = 0
  for (const unit of units) all += weights[unit] ?? 0
  let below = 0
  let lower: number | null = null
  for (let i = 0; i < values.length; i += 1) {
    const weight = weights[units[i] ?? 0] ?? 0
    if (weight === 0) continue
    const value = values[i] ?? NaN
    if (lower !== null) return (lower + value) / 2
    below += weight
    if (below > all / 2) return value
    if (below === all / 2) lower = value
  }
  return null
}
