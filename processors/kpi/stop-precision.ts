/**
 * stop_precision: stopped failing runs over stopped runs, of our rule. Unit: ratio. Window: 14 d, placed by the score.
 * Assumes that the first stop counts, also if it was taken back; runs without a class are not scored.
 * Source: design of the scores. Where red is normal, precision is cheap: see the lift of the measures.
 * Example: 8 failing and 2 passing runs stopped: .8, .4902 to .9433.
 */

import { OUR_RULE, precision } from '../../schemas/measures.ts'
import { ruleOf } from './scores.ts'
import { EVERYWHERE, valueOf, WILSON, type KpiRow } from './row.ts'

export const stopPrecision: KpiRow = {
  name: 'stop_precision',
  unit: 'ratio',
  windows: ['14d'],
  dimensions: EVERYWHERE,
  doc: 'stopped failing runs / stopped runs',
  interval: WILSON,
  counts: [],
  value: ({ scores, rules }) => valueOf(precision(ruleOf(scores, rules, OUR_RULE))),
}
