/** Decayed means that lean on a wider one while they have heard little. */

export interface Mean {
  weight: number
  sum: number
}
export const newMean = (): Mean => ({ weight: 0, sum: 0 })

/** Hears a value; `keep` is the share of the past kept. */
export const hear = (mean: Mean, value: number, keep: number): void => {
  mean.weight = mean.weight * keep + 1
  mean.sum = mean.sum * keep + value
}

/** The mean, as if `strength` values of `wider` had been heard too. Example: 2 and 4 beside three 6s: 24 / 5 = 4.8. */
export const shrunk = ({ weight, sum }: Mean, wider: number, strength: number): number =>
  (sum + strength * wider) / (weight + strength)
