/** What receives notifications: how one is sent, and how much of them it is sent when. */

import { HttpError, type HttpResponse } from '../../runtime/http.ts'
import type { Incident } from '../../schemas/events.ts'
import type { Filter } from './filter.ts'
import { isDelivered, isPassing, retryAfterMs } from './retry.ts'
import type { Pace } from './pace.ts'

/** An incident to be told, under a key that is the same on every attempt. */
export interface Notice {
  readonly incident: Incident
  readonly idempotencyKey: string
  /** What the receiver gave for the message of this incident that is there; null before the first. */
  readonly thread: string | null
}
export type Delivery =
  | { readonly kind: 'delivered'; readonly thread?: string }
  /** Later, perhaps: nothing is lost by waiting. */
  | {
      readonly kind: 'again'
      readonly why: string
      readonly afterMs?: number | undefined
      /** True where what was sent may be what the receiver fails at: where it answered that it failed. */
      readonly mayBeAtFault?: boolean
    }
  /** Never. */
  | { readonly kind: 'refused'; readonly why: string }

export interface Receiver {
  readonly name: string
  readonly filter: Filter
  readonly pace: Pace
  /** True where only what opens and closes is told: its messages cannot be changed. */
  readonly isPlain: boolean
  /** One incident, or all that wait where it is a digest. The thread given is kept for each of them. */
  readonly send: (notices: readonly Notice[], signal: AbortSignal) => Promise<Delivery>
}

export const DELIVERED: Delivery = { kind: 'delivered' }
/** What an answer of HTTP comes to. */
export const deliveryOf = (response: HttpResponse, now: number): Delivery => {
  if (isDelivered(response.status)) return DELIVERED
  const why = `the receiver answered ${response.status}`
  if (!isPassing(response.status)) return { kind: 'refused', why }
  const mayBeAtFault = response.status >= 500
  return { kind: 'again', why, afterMs: retryAfterMs(response, now), mayBeAtFault }
}
/** What comes of a request without an answer. Rethrows what is no trouble of the network. */
export const unanswered = (error: unknown): Delivery => {
  if (!(error instanceof HttpError)) throw error
  // An answer too large to read is an answer all the same: the receiver has the record.
  return error.reason === 'too-large' ? DELIVERED : { kind: 'again', why: error.message }
}
