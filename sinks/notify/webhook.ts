/** The webhook: the record of an incident as JSON, signed, to one address. Redirects are not followed. */

import type { Clock } from '../../runtime/clock.ts'
import type { HttpClient } from '../../runtime/http.ts'
import { deliveryOf, unanswered, type Receiver } from './receiver.ts'
import { sign, SIGNATURE_HEADER, TIMESTAMP_HEADER } from './signature.ts'

const TIMEOUT_MS = 10_000
const MAX_ANSWER_BYTES = 64 * 1024

export interface WebhookConfig extends Pick<Receiver, 'name' | 'filter' | 'pace'> {
  readonly url: string
  readonly secret: string
  readonly timeoutMs?: number
}

/** The body is the same every time; the timestamp is that of the attempt. Throws where the address is not one of http. */
export const createWebhook = (
  { url, secret, timeoutMs = TIMEOUT_MS, name, filter, pace }: WebhookConfig,
  { http, clock }: { readonly http: HttpClient; readonly clock: Clock },
): Receiver => {
  if (!/^https?:$/.test(new URL(url).protocol))
    throw new TypeError('the webhook needs an address that begins with http:// or https://')
  return {
    ...{ name, filter, pace: { ...pace, digestMs: 0 }, isPlain: false },
    send: async ([notice], signal) => {
      if (notice === undefined) return { kind: 'delivered' }
      const body = JSON.stringify(notice.incident)
      const timestamp = Math.floor(clock.now() / 1000)
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'stopline',
        'idempotency-key': notice.idempotencyKey,
        [TIMESTAMP_HEADER]: String(timestamp),
        [SIGNATURE_HEADER]: sign(secret, timestamp, body),
      }
      try {
        const request = { method: 'POST', url, headers, body, timeoutMs, signal } as const
        const response = await http.send({ ...request, maxBytes: MAX_ANSWER_BYTES })
        return deliveryOf(response, clock.now())
      } catch (error) {
        return unanswered(error)
      }
    },
  }
}
