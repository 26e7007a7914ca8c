/** Recorded CI as it would be heard with a policy for every job (docs/config.md, jobs). */

import type { Offer } from '../../runtime/ports.ts'
import type { RunEvent } from '../../schemas/events.ts'

/** Puts words before the policy that the start of a run tells. Example: `act` and `watch` make `act watch`. */
export const withPolicy =
  (words: string) =>
  (offer: Offer): Offer => {
    const event = offer.topic === 'ci.run-events.v1' ? (offer.record as RunEvent) : null
    if (event?.kind !== 'started') return offer
    const policy = `${words} ${event.labels['policy'] ?? ''}`.trim()
    return { ...offer, record: { ...event, labels: { ...event.labels, policy } } }
  }
