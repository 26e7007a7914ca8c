/** How far advice goes that the policy of a job lets be said. */

import type { Level } from '../../schemas/events.ts'
import type { Policy } from '../../schemas/policy.ts'

interface Advice {
  readonly level: Level
  readonly reason: string
}
const ORDER: readonly Level[] = ['abstain', 'continue', 'watch', 'advise', 'stop']

/** The advice, as far as the policy lets it be said. */
export const within = (policy: Policy, isClosing: boolean, advice: Advice): Advice => {
  if (policy.most === 'off') return { level: 'abstain', reason: 'policy of the job: no advice' }
  if (ORDER.indexOf(advice.level) > ORDER.indexOf(policy.most))
    return { level: policy.most, reason: `policy of the job: no more than ${policy.most}` }
  if (advice.level === 'stop' && isClosing)
    return { level: 'advise', reason: 'policy of the job: a step has begun that must go on' }
  return advice
}
