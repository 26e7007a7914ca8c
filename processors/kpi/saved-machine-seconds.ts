/**
 * saved_machine_seconds: what our stops saved less what they burnt. Unit: seconds. Window: 14 d, placed by the score.
 * Saved is the time that stopped failing runs went on after the stop, burnt the time stopped passing runs had run until
 * theirs. Counterfactual: in advice mode nothing was stopped. n is the stops. Assumes that a stop frees the machine at once.
 * Source: aicoe #365. No interval here: runs of one push are not independent, the back-test resamples groups.
 * Example: a failing run of 3,600 s stopped at 600 s, a passing one of 1,000 s at 400 s: 3,000 − 400 = 2,600 s, n 2.
 */

import { net, OUR_RULE } from '../../schemas/measures.ts'
import { countOf } from './counters.ts'
import { ID } from './names.ts'
import { ruleOf } from './scores.ts'
import { EVERYWHERE, NONE, NOTHING, plain, type KpiRow } from './row.ts'

export const savedMachineSeconds: KpiRow = {
  name: 'saved_machine_seconds',
  unit: 'seconds',
  windows: ['14d'],
  dimensions: EVERYWHERE,
  doc: 'Σ (duration − stop) of stopped failing runs − Σ stop of stopped passing runs',
  interval: NONE,
  counts: [],
  value: ({ scores, rules }) => {
    const rule = ruleOf(scores, rules, OUR_RULE)
    const scored = countOf(scores, ID['score/passing']) + countOf(scores, ID['score/failing'])
    return scored === 0 ? NOTHING : plain(net(rule), rule.stoppedFailing + rule.stoppedPassing)
  },
}
