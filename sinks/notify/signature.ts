/**
 * The signature of a webhook: HMAC-SHA256 over `<timestamp>.<body>` with the shared secret, so that neither can be
 * changed, and a copy sent later is known by its timestamp. Same construction as Stripe's and Slack's.
 */

import { createHmac, timingSafeEqual } from 'node:crypto'

export const TIMESTAMP_HEADER = 'stopline-timestamp'
export const SIGNATURE_HEADER = 'stopline-signature'
/** A receiver refuses what was signed longer ago. */
const TOLERANCE_SECONDS = 300

/** `v1=<hex>`. `timestamp` is seconds since the epoch. Example: secret `s`, 1714564800, body `{}`; see its test. */
export const sign = (secret: string, timestamp: number, body: string): string =>
  `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`

export interface Signed {
  readonly timestamp: string
  readonly signature: string
  readonly body: string
}

/** What a receiver does: true for what we signed within the tolerance before or after `nowSeconds`. */
export const isGenuine = (secret: string, signed: Signed, nowSeconds: number): boolean => {
  const timestamp = Number(signed.timestamp)
  if (!(Math.abs(nowSeconds - timestamp) <= TOLERANCE_SECONDS)) return false
  const wanted = Buffer.from(sign(secret, timestamp, signed.body))
  const given = Buffer.from(signed.signature)
  return wanted.length === given.length && timingSafeEqual(wanted, given)
}
