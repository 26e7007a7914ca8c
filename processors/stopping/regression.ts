/** One step of Bayesian logistic regression on the Laplace approximation (Spiegelhalter and Lauritzen 1990). */

export interface Regression {
  weights: number[]
  /** Row by row. */
  covariance: number[]
}
/** How one outcome is learned. */
interface Lesson {
  /** What happened minus what was forecast. */
  readonly error: number
  readonly forecast: number
  /** How much of an independent outcome it is. */
  readonly weight: number
  /** Knowledge of a weight fades by this much, and is never less than by these variances. */
  readonly forget: number
  readonly variances: readonly number[]
}

/** Changes the regression: w += P·x·weight·error / (1 + information·xᵀPx); P −= P·x·xᵀ·P / (1/information + xᵀPx). */
export const step = (
  { weights, covariance }: Regression,
  terms: readonly number[],
  { error, forecast, weight, forget, variances }: Lesson,
): void => {
  const information = weight * forecast * (1 - forecast)
  const n = terms.length
  const gain: number[] = []
  let spread = 0
  for (let i = 0; i < n; i += 1) {
    const own = i * n + i
    covariance[own] = Math.min(variances[i] ?? 0, (covariance[own] ?? 0) / forget)
    let sum = 0
    for (let j = 0; j < n; j += 1) sum += (covariance[i * n + j] ?? 0) * (terms[j] ?? 0)
    gain.push(sum)
    spread += sum * (terms[i] ?? 0)
  }
  const shrink = 1 / (1 / information + spread)
  for (let i = 0; i < n; i += 1) {
    const by = (gain[i] ?? 0) * shrink
    weights[i] = (weights[i] ?? 0) + (by * error * weight) / information
    for (let j = 0; j < n; j += 1)
      covariance[i * n + j] = (covariance[i * n + j] ?? 0) - by * (gain[j] ?? 0)
  }
}
