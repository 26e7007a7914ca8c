/**
 * brier_skill: 1 − Brier of our forecasts over that of the job's decayed base rate, at half the median passing duration.
 * Unit: ratio (above 0 is better than history alone, 1 is perfect). Window: 14 d, placed by the score.
 * Assumes one forecast per run. Source: Brier 1950. Interval: ratio estimator, linearised (Cochran 1977, 6.4).
 * Example: squared errors .04 and .01 against .25 and .25: 1 − .05 / .5 = .9, .8168 to .9832.
 */

import { Z95 } from '../../schemas/measures.ts'
import { countOf, MILLION } from './counters.ts'
import { ID } from './names.ts'
import { EVERYWHERE, NOTHING, type KpiRow } from './row.ts'
import { checkOf, HALF } from './scores.ts'

export const brierSkill: KpiRow = {
  name: 'brier_skill',
  unit: 'ratio',
  windows: ['14d'],
  dimensions: EVERYWHERE,
  doc: '1 − Σ squared errors of pFail / Σ squared errors of the base rate, at half the median passing duration',
  interval: 'ratio estimator, 95 %',
  counts: [],
  value: ({ scores }) => {
    const { n, brier: own, baseBrier: base } = checkOf(scores, HALF)
    if (base <= 0) return NOTHING
    const rest = own / base
    const squares =
      countOf(scores, ID['score/skill/own2']) / MILLION -
      2 * rest * (countOf(scores, ID['score/skill/both']) / MILLION) +
      rest ** 2 * (countOf(scores, ID['score/skill/base2']) / MILLION)
    const half = (Z95 * Math.sqrt(Math.max(0, squares))) / base
    return {
      value: 1 - rest,
      numerator: own,
      denominator: base,
      low: 1 - rest - half,
      high: 1 - rest + half,
      n,
    }
  },
}
