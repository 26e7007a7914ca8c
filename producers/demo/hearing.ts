/** When simulated facts are heard: most within seconds, some late, one in a hundred twice. */

import type { Offer } from '../../runtime/ports.ts'
import type { TopicName } from '../../schemas/topics.ts'
import { between, type Chance } from './random.ts'

const SECOND_MS = 1000
const TWICE_SHARE = 0.01
const LATE_SHARE = 0.03

/** A fact is heard for the last time at most this long after it happened. */
export const LONGEST_DELAY_MS = 320 * SECOND_MS

const delayMs = (chance: Chance): number => {
  const kind = chance()
  if (kind < LATE_SHARE) return Math.round(between(chance, 30, 200) * SECOND_MS)
  return Math.round(between(chance, 0.2, kind < 0.4 ? 12 : 3) * SECOND_MS)
}

/** The offers of one fact, whose `observedAt` is still that of its event: one, or two of the same id. */
export const heard = (topic: TopicName, record: Offer['record'], chance: Chance): Offer[] => {
  const observedAt = record.eventAt + delayMs(chance)
  const first = { topic, record: { ...record, observedAt } }
  if (chance() >= TWICE_SHARE) return [first]
  const again = observedAt + Math.round(between(chance, 5, 120) * SECOND_MS)
  return [first, { topic, record: { ...record, observedAt: again } }]
}
