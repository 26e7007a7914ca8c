/** Definitions over totals: what a ratio of counts is, and what it is worth. */

/** Normal quantile of a 95 % interval. */
const Z95 = 1.959964

/**
 * 95 % interval of a share (Wilson 1927). Example: 0 of 299 gives 0 to .0127; 3 of 4 gives .301 to .954. Null for none.
 */
export const wilson = (
  numerator: number,
  denominator: number,
): { readonly low: number; readonly high: number } | null => {
  if (denominator === 0) return null
  const share = numerator / denominator
  const spread = Z95 ** 2 / denominator
  const middle = share + spread / 2
  const half = Math.sqrt(spread * (share * (1 - share) + spread / 4))
  return {
    low: Math.max(0, (middle - half) / (1 + spread)),
    high: Math.min(1, (middle + half) / (1 + spread)),
  }
}

/** Part of a whole, NaN where there is no whole. */
export const share = (part: number, whole: number): number => (whole > 0 ? part / whole : NaN)

/** 1 - Brier / Brier of the base rate: 0 no better, 1 perfect, below 0 worse. Example: .15 against .20 is .25. */
export const brierSkill = (brier: number, baseBrier: number): number =>
  baseBrier > 0 ? 1 - brier / baseBrier : NaN

/** -ln of the chance given to what happened; chances are held at least 1e-6 from 0 and 1. Example: .8 and failed is .223. */
export const logLoss = (pFail: number, failed: boolean): number =>
  -Math.log(Math.max(1e-6, failed ? pFail : 1 - pFail))
