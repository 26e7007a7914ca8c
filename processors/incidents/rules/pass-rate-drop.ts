/** A13: fewer runs pass than the week before, beyond chance. */

import { percent } from '../../../schemas/percent.ts'
import { DAY, limit, type KpiRule } from '../rule.ts'

export const passRateDrop: KpiRule<'drop' | 'keep'> = {
  of: 'kpi',
  name: 'pass-rate-drop',
  code: 'A13',
  severity: 'warning',
  per: 'subject',
  kpi: 'net_improvement',
  window: '7d',
  dimensions: ['job', 'repo'],
  doc: 'The pass rate of 7 days is at least `drop` below that of the 7 days before, and the 95 % interval of the difference lies below zero. Over when the drop is less than `keep`.',
  advice: 'Compare the two weeks: what changed, and in which jobs.',
  coolDownMs: 2 * DAY,
  limits: {
    drop: limit(0.1, 'ratio points', [0.01, 1], 'Drop from which it is raised.'),
    keep: limit(0.05, 'ratio points', [0, 1], 'Drop below which it is over.'),
  },
  isRaised: ({ value, high }, { drop, keep }, isHeld) =>
    value !== null && (isHeld ? value <= -keep : value <= -drop && high !== null && high < 0),
  words: (subject, { value, low, high, n }) => ({
    title: `${subject}: the pass rate fell by ${Math.round(-100 * (value ?? 0))} points against the week before`,
    signal: `95 % interval ${percent(low ?? -1)} to ${percent(high ?? 1)}, over ${n} runs`,
  }),
}
