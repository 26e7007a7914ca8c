/**
 * The webhook: every record of ci.incidents.v1 is sent to one address, signed, at least once and in order. The topic is
 * the outbox and a cursor in the store the place in it, so it waits for a receiver that is down and never holds up the
 * pipeline. What a receiver refuses for good becomes a dead letter, and the next record is sent.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../runtime/clock.ts'
import { HttpError, type HttpClient } from '../../runtime/http.ts'
import type { Metrics } from '../../runtime/metrics.ts'
import type { LogReader, LogRecord } from '../../runtime/ports.ts'
import type { DeadLetter, Incident } from '../../schemas/events.ts'
import {
  backoffMs,
  isDelivered,
  isPassing,
  RETRY_POLICY,
  retryAfterMs,
  type RetryPolicy,
} from './retry.ts'
import { sign, SIGNATURE_HEADER, TIMESTAMP_HEADER } from './signature.ts'

const TOPIC = 'ci.incidents.v1'
/** Name of the cursor in the store. */
export const WEBHOOK_CURSOR = 'sink/webhook'
const TIMEOUT_MS = 10_000
const MAX_ANSWER_BYTES = 64 * 1024

export interface WebhookConfig {
  readonly url: string
  readonly secret: string
  readonly retry?: RetryPolicy
  readonly timeoutMs?: number
}
export interface WebhookDeps {
  readonly log: LogReader
  readonly http: HttpClient
  /** The wall clock: receivers check the timestamp against theirs. */
  readonly clock: Clock
  readonly metrics: Metrics
  /** Offset of the next record to send; undefined before the first run. */
  readonly loadCursor: (name: string) => number | undefined
  readonly saveCursor: (name: string, offset: number) => void
  /** Offers a dead letter to the pipeline. */
  readonly offerDeadLetter: (letter: DeadLetter) => void
  /** Calls the listener after each commit. Returns the way to stop it. */
  readonly onCommit: (listener: () => void) => () => void
}

type Delivery =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'again'; readonly why: string; readonly afterMs?: number | undefined }
  | { readonly kind: 'refused'; readonly why: string }

/** One attempt. The body is the same every time; the timestamp is that of the attempt. */
const attempt = async (
  { url, secret, timeoutMs = TIMEOUT_MS }: WebhookConfig,
  { http, clock }: WebhookDeps,
  incident: Incident,
  signal: AbortSignal,
): Promise<Delivery> => {
  const body = JSON.stringify(incident)
  const timestamp = Math.floor(clock.now() / 1000)
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'stopline',
    'idempotency-key': incident.eventId,
    [TIMESTAMP_HEADER]: String(timestamp),
    [SIGNATURE_HEADER]: sign(secret, timestamp, body),
  }
  try {
    const request = { method: 'POST', url, headers, body, timeoutMs, signal } as const
    const response = await http.send({ ...request, maxBytes: MAX_ANSWER_BYTES })
    if (isDelivered(response.status)) return { kind: 'delivered' }
    const why = `the receiver answered ${response.status}`
    if (!isPassing(response.status)) return { kind: 'refused', why }
    return { kind: 'again', why, afterMs: retryAfterMs(response, clock.now()) }
  } catch (error) {
    if (!(error instanceof HttpError)) throw error
    // An answer too large to read is an answer all the same: the receiver has the record.
    return error.reason === 'too-large'
      ? { kind: 'delivered' }
      : { kind: 'again', why: error.message }
  }
}

/** Attempts until the record is delivered or given up. Returns why it was given up. */
const deliver = async (
  config: WebhookConfig,
  deps: WebhookDeps,
  incident: Incident,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const policy = config.retry ?? RETRY_POLICY
  const deliveries = deps.metrics.counter('stopline_webhook_deliveries_total')
  for (let count = 1; ; count += 1) {
    const delivery = await attempt(config, deps, incident, signal)
    deliveries.inc({ result: delivery.kind })
    if (delivery.kind === 'delivered') return undefined
    if (delivery.kind === 'refused') return delivery.why
    if (count >= policy.maxAttempts) return `${delivery.why}, ${count} times`
    const waitMs = Math.max(backoffMs(policy, count), delivery.afterMs ?? 0)
    await sleep(Math.min(waitMs, policy.maxWaitMs), undefined, { signal })
  }
}

const deadLetterOf = (incident: Incident, offset: number, why: string): DeadLetter => ({
  eventId: `${incident.eventId}/webhook`,
  eventAt: incident.eventAt,
  observedAt: incident.observedAt,
  origin: TOPIC,
  position: String(offset),
  reason: 'undeliverable',
  detail: why,
  step: 'webhook',
  payload: Buffer.from(JSON.stringify(incident)),
})

const sendRecord = async (
  config: WebhookConfig,
  deps: WebhookDeps,
  { record, offset }: LogRecord<typeof TOPIC>,
  signal: AbortSignal,
): Promise<void> => {
  if (record !== null) {
    const why = await deliver(config, deps, record, signal)
    if (why !== undefined) deps.offerDeadLetter(deadLetterOf(record, offset, why))
  }
  deps.saveCursor(WEBHOOK_CURSOR, offset + 1)
}

/** Resolves once the topic has grown beyond `offset`, or the signal aborts. */
const grown = (
  { log, onCommit }: WebhookDeps,
  offset: number,
  signal: AbortSignal,
): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const done = (): void => {
    resolve(undefined)
  }
  const check = (): void => {
    if (log.endOffset(TOPIC) > offset) done()
  }
  const stop = onCommit(check)
  check() // for what was published before the listener was there
  signal.addEventListener('abort', done, { once: true })
  return promise.finally(() => {
    stop()
    signal.removeEventListener('abort', done)
  })
}

/** Sends what the topic holds from the cursor on. Returns the offset it got to. */
const sendWaiting = async (
  config: WebhookConfig,
  deps: WebhookDeps,
  signal: AbortSignal,
): Promise<number> => {
  const waiting = deps.metrics.gauge('stopline_webhook_waiting')
  const from = deps.loadCursor(WEBHOOK_CURSOR) ?? 0
  for (const record of deps.log.read(TOPIC, from)) {
    waiting.set(deps.log.endOffset(TOPIC) - record.offset)
    await sendRecord(config, deps, record, signal)
  }
  waiting.set(0)
  return deps.log.endOffset(TOPIC)
}

/**
 * Sends until the signal aborts. Where it never ran before it starts with what comes next: whoever turns it on does not
 * want the incidents of the past. After a crash between sending and saving the cursor a record is sent again, under the
 * same idempotency key. Of several records of one incident that wait together only the newest is sent. Throws at once
 * where the address is not one of http or https.
 */
export const runWebhook = async (
  config: WebhookConfig,
  deps: WebhookDeps,
  signal: AbortSignal,
): Promise<void> => {
  if (!/^https?:$/.test(new URL(config.url).protocol))
    throw new TypeError('the webhook needs an address that begins with http:// or https://')
  if (deps.loadCursor(WEBHOOK_CURSOR) === undefined)
    deps.saveCursor(WEBHOOK_CURSOR, deps.log.endOffset(TOPIC))
  try {
    for (;;) {
      const end = await sendWaiting(config, deps, signal)
      await grown(deps, end, signal)
      signal.throwIfAborted()
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
