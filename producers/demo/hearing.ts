/** When simulated facts are heard: most within seconds, some late, one in a hundred twice. */

import type { Offer } from '../../runtime/ports.ts'
import type { TopicName } from '../../schemas/topics.ts'
import { between, type Chance } from './random.ts'

const SECOND_MS = 1000
const TWICE_SHARE = 0.01
const LATE_SHARE = 0.03

const delayMs = (chance: Chance): number => {
  const kind = chance()
  if (kind < LATE_SHARE) return Math.round(between(chance, 30, 200) * SECOND_MS)
  return Math.round(between(chance, 0.2, kind < 0.4 ? 12 : 3) * SECOND_MS)
}

/** The offers of one fact that was just made: one, or two of the same id. Sets its `observedAt`. */
export const heard = (topic: TopicName, record: Offer['record'], chance: Chance): Offer[] => {
  record.observedAt = record.eventAt + delayMs(chance)
  if (chance() >= TWICE_SHARE) return [{ topic, record }]
  const observedAt = record.observedAt + Math.round(between(chance, 5, 120) * SECOND_MS)
  return [
    { topic, record },
    { topic, record: { ...record, observedAt } },
  ]
}
