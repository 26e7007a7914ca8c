/** Offers as the log takes them: in order of time, after what was offered before, each with its wire bytes. */

import { CODECS, UnencodableError } from '../../schemas/codec.ts'
import type { DeadLetter } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { TOPICS, topicRank } from '../../schemas/topics.ts'
import type { Keyed, Offer } from '../ports.ts'
import { keyed } from './stage.ts'

/** Offers in order of time and topic; one observed at or before `now`, the time already reached, comes just after it. */
export const stamped = (offers: readonly Offer[], now: number): readonly Offer[] => {
  const earliest = now + 1
  if (isStamped(offers, earliest)) return offers
  return offers
    .map((offer) =>
      offer.record.observedAt < earliest
        ? { topic: offer.topic, record: { ...offer.record, observedAt: earliest } }
        : offer,
    )
    .sort(compareOffers)
}
const compareOffers = (a: Offer, b: Offer): number =>
  a.record.observedAt - b.record.observedAt || topicRank(a.topic) - topicRank(b.topic)
/** Most are as they should be, and need no copy. */
const isStamped = (offers: readonly Offer[], earliest: number): boolean =>
  offers.every((offer, i) => {
    const before = offers[i - 1]
    if (before === undefined) return offer.record.observedAt >= earliest
    return compareOffers(before, offer) <= 0
  })

/** The offer with its wire bytes; a record that its schema cannot hold becomes a dead letter, as JSON. */
export const encoded = ({ topic, record, bytes: known }: Offer): Keyed => {
  try {
    const bytes = known ?? CODECS[TOPICS[topic].schema].encode(record as never)
    return keyed(topic, record, record.observedAt, bytes)
  } catch (error) {
    if (!(error instanceof UnencodableError)) throw error
    const at = Number.isSafeInteger(record.observedAt) ? record.observedAt : 0
    const letter: DeadLetter = {
      eventId: derivedId(idOf(record), 'dead/offer'),
      eventAt: at,
      observedAt: at,
      origin: topic,
      position: idOf(record),
      reason: 'unencodable',
      detail: error.message,
      step: 'offer',
      payload: Buffer.from(JSON.stringify(record)),
    }
    return keyed('ci.dead-letters.v1', letter, at)
  }
}

/** What does not fit its schema may have anything for an id. */
const idOf = ({ eventId }: { readonly eventId: unknown }): string => String(eventId)
