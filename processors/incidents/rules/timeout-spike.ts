/** A12: runs hit their time limit again and again. */

import { percent } from '../../../schemas/percent.ts'
import { HOUR, limit, type KpiRule } from '../rule.ts'

export const timeoutSpike: KpiRule<'low' | 'keep' | 'least'> = {
  of: 'kpi',
  name: 'timeout-spike',
  code: 'A12',
  severity: 'warning',
  per: 'subject',
  kpi: 'timeout_rate',
  window: '24h',
  dimensions: ['job', 'repo'],
  doc: 'The lower bound of timeout_rate over 24 h of a job or a repository is at or over `low`, with at least `least` time-outs. Over when the rate is below `keep`.',
  advice:
    'Look for what hangs, not for what fails: a step without an end, a machine that is too slow.',
  coolDownMs: 6 * HOUR,
  limits: {
    low: limit(0.05, 'ratio', [0, 1], 'Lower bound of the rate from which it is raised.'),
    keep: limit(0.03, 'ratio', [0, 1], 'Rate below which it is over.'),
    least: limit(3, 'runs', [1, 10_000], 'Time-outs at least.'),
  },
  isRaised: ({ value, low: lower, numerator }, { low, keep, least }, isHeld) =>
    isHeld ? (value ?? 0) >= keep : (lower ?? 0) >= low && (numerator ?? 0) >= least,
  words: (subject, { value, numerator, denominator, low, high }) => ({
    title: `${subject}: ${percent(value ?? 0)} of the runs of 24 hours hit their time limit`,
    signal: `${numerator ?? 0} of ${denominator ?? 0} runs; 95 % interval ${percent(low ?? 0)} to ${percent(high ?? 1)}`,
  }),
}
