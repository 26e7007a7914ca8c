/** Ratios in the words of messages. */

/**
 * Whole per cent, where neither none nor all is said of what only comes near.
 * Examples: .934 is `93 %`, .997 `over 99 %`, .003 `under 1 %`, 1 `100 %`.
 */
export const percent = (ratio: number): string => {
  const whole = Math.round(ratio * 100)
  if (whole === 100 && ratio < 1) return 'over 99 %'
  if (whole === 0 && ratio > 0) return 'under 1 %'
  return `${whole} %`
}
