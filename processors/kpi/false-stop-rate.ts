/**
 * false_stop_rate: stopped passing runs over passing runs, of our rule. Unit: ratio. Window: 14 d, placed by the score.
 * Assumes as stop_precision. Source: design of the scores; its bound is 1 %.
 * Example: 2 of 100 passing runs stopped: .02, .0055 to .0700.
 */

import { falseStopRate as rateOf, OUR_RULE } from '../../schemas/measures.ts'
import { countOf } from './counters.ts'
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
  value: ({ scores, rules }) =>
    valueOf(
      rateOf({ passing: countOf(scores, ID['score/passing']) }, ruleOf(scores, rules, OUR_RULE)),
    ),
}
