/**
 * false_stop_rate: stopped passing runs over passing runs, of our rule. Unit: ratio. Window: 14 d, placed by the score.
 * Where stops are acted on each counts with the runs it stands for (stopping/cut.ts); the interval is that of the ones seen.
 * Assumes as stop_precision. Source: design of the scores; its bound is 1 %.
 * Example: 2 of 100 passing runs stopped: .02, .0055 to .0700.
 */

import type { RuleMeasure } from '../../schemas/events.ts'
import { falseStopRate as rateOf, OUR_RULE, ratio, type Ratio } from '../../schemas/measures.ts'
import { countOf, MILLION } from './counters.ts'
import { ID } from './names.ts'
import { ruleOf } from './scores.ts'
import { EVERYWHERE, valueOf, WILSON, type KpiRow } from './row.ts'

export const falseStopRate: KpiRow = {
  name: 'false_stop_rate',
  unit: 'ratio',
  windows: ['14d'],
  dimensions: EVERYWHERE,
  doc: 'stopped passing runs / passing runs',
  interval: WILSON,
  counts: [],
  value: ({ scores, rules }) => {
    const passing = countOf(scores, ID['score/passing'])
    const ours = ruleOf(scores, rules, OUR_RULE)
    const unseen = countOf(scores, ID['score/unseenPasses']) / MILLION
    return valueOf(unseen === 0 ? rateOf({ passing }, ours) : withUnseen(ours, passing, unseen))
  },
}

/**
 * As many false stops were seen, beside fewer passing runs: no surer than they make it.
 * Example: 2 of 1,000, which stand for 38 more: 40 of 1,038, with the interval of 2 of 51.9.
 */
const withUnseen = (ours: RuleMeasure, passing: number, unseen: number): Ratio => {
  const { stoppedPassing } = ours
  const { numerator, denominator, value } = ratio(stoppedPassing + unseen, passing + unseen)
  const { low, high } = ratio(stoppedPassing, stoppedPassing / (value ?? 1))
  return { numerator, denominator, value, low, high }
}
