/**
 * A linear model that learns online: recursive least squares, and one Newton step a case for log odds (Laplace
 * approximation; Spiegelhalter and Lauritzen 1990). It forgets as it goes, and never knows less than at its start.
 */

export interface Linear {
  weights: number[]
  /** Upper triangle of the covariance of the weights, row by row. */
  covariance: number[]
}

/** Place of row i, column j >= i in the triangle of n rows. */
const place = (n: number, i: number, j: number): number => i * n - (i * (i - 1)) / 2 + (j - i)

/** A model that knows nothing but the start weights, and how far each may be off. */
export const newLinear = (weights: readonly number[], variances: readonly number[]): Linear => ({
  weights: [...weights],
  covariance: variances.flatMap((variance, i) =>
    variances.slice(i).map((_, j) => (j === 0 ? variance : 0)),
  ),
})

/** Sum of the products. Example: weights 1, 2 at 3, 4 give 11. */
export const dot = (weights: readonly number[], x: readonly number[]): number => {
  let sum = 0
  for (let i = 0; i < x.length; i += 1) sum += (weights[i] ?? 0) * (x[i] ?? 0)
  return sum
}

export interface Lesson {
  readonly x: readonly number[]
  /** What happened minus what was forecast, in units of the forecast. */
  readonly error: number
  /** How much one such case tells: 1 / variance of the error. */
  readonly information: number
  /** Variances at the start, which knowledge never exceeds, and the share of knowledge kept per case. */
  readonly variances: readonly number[]
  readonly keep: number
}

/** Covariance times x. */
const spreadOf = ({ covariance }: Linear, x: readonly number[]): number[] => {
  const n = x.length
  const gain = new Array<number>(n).fill(0)
  let at = 0
  for (let i = 0; i < n; i += 1)
    for (let j = i; j < n; j += 1, at += 1) {
      const value = covariance[at] ?? 0
      gain[i] = (gain[i] ?? 0) + value * (x[j] ?? 0)
      if (j !== i) gain[j] = (gain[j] ?? 0) + value * (x[i] ?? 0)
    }
  return gain
}

/**
 * Changes the model by one case: w += P·x·error / (1/information + xᵀPx), P −= P·x·xᵀ·P / (1/information + xᵀPx).
 * Example: one weight of variance 1 at x = 1, error 2, information 1: the weight moves by 1, its variance becomes .5.
 */
export const learnLinear = (linear: Linear, lesson: Lesson): void => {
  const { x, error, information, variances, keep } = lesson
  const n = x.length
  const { weights, covariance } = linear
  for (let i = 0; i < n; i += 1) {
    const own = place(n, i, i)
    covariance[own] = Math.min(variances[i] ?? 0, (covariance[own] ?? 0) / keep)
  }
  const gain = spreadOf(linear, x)
  const shrink = 1 / (1 / information + dot(gain, x))
  let at = 0
  for (let i = 0; i < n; i += 1) {
    const by = (gain[i] ?? 0) * shrink
    weights[i] = (weights[i] ?? 0) + by * error
    for (let j = i; j < n; j += 1, at += 1)
      covariance[at] = (covariance[at] ?? 0) - by * (gain[j] ?? 0)
  }
}
