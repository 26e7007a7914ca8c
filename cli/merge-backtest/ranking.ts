/** Area under the ROC curve over cases drawn with weights: chance that a true case ranks above a false one, ties half. */

import type { Weights } from '../backtest/bootstrap.ts'

interface Case {
  readonly unit: number
  readonly chance: number
  readonly isTrue: boolean
}

/** Null without both kinds. Example: true at .9 and .4, false at .5: 1 of 2 pairs is right, .5. */
export const aucOf = (cases: readonly Case[], weights: Weights): number | null => {
  const sorted = [...cases].sort((a, b) => a.chance - b.chance)
  let [falseBelow, trueAll, right] = [0, 0, 0]
  for (let from = 0; from < sorted.length;) {
    let [to, trues, falses] = [from, 0, 0]
    for (; sorted[to]?.chance === sorted[from]?.chance; to += 1) {
      const { unit, isTrue } = sorted[to] ?? { unit: 0, isTrue: false }
      if (isTrue) trues += weights[unit] ?? 0
      else falses += weights[unit] ?? 0
      if (to + 1 >= sorted.length) {
        to += 1
        break
      }
    }
    right += trues * (falseBelow + falses / 2)
    trueAll += trues
    falseBelow += falses
    from = to
  }
  return trueAll > 0 && falseBelow > 0 ? right / (trueAll * falseBelow) : null
}
