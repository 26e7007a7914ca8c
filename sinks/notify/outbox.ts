/**
 * The outbox of one receiver. The topic ci.incidents.v1 is what waits, a cursor the place in it: a receiver that is down
 * misses nothing, and holds up nobody. Of an incident only its newest record is sent, so one that is back after a day
 * hears once of each, at its pace. Sent at least once: after a crash between sending and saving, again under the same key.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../runtime/clock.ts'
import type { Metrics } from '../../runtime/metrics.ts'
import type { LogReader, LogRecord } from '../../runtime/ports.ts'
import type { DeadLetter, Incident } from '../../schemas/events.ts'
import { isNews, passes } from './filter.ts'
import { createBucket, DAILY_MS, digestAt, quietUntil } from './pace.ts'
import type { Delivery, Notice, Receiver } from './receiver.ts'
import { backoffMs, RETRY_POLICY, type RetryPolicy } from './retry.ts'

const TOPIC = 'ci.incidents.v1'
type Again = Extract<Delivery, { readonly kind: 'again' }>
type Waiting = LogRecord<typeof TOPIC> & { readonly record: Incident }

export interface OutboxDeps {
  readonly log: LogReader
  /** The wall clock: receivers live by it. */
  readonly clock: Clock
  readonly metrics: Metrics
  readonly loadCursor: (name: string) => number | undefined
  readonly saveCursor: (name: string, offset: number) => void
  readonly loadText: (name: string) => string | undefined
  readonly saveText: (name: string, text: string) => void
  /** Offers a dead letter to the pipeline. */
  readonly offerDeadLetter: (letter: DeadLetter) => void
  /** Calls the listener after each commit. Returns the way to stop it. */
  readonly onCommit: (listener: () => void) => () => void
  readonly retry?: RetryPolicy
}

/** Name of a receiver's cursor in the store. */
export const cursorName = (receiver: string): string => `notify/${receiver}`
const threadName = (receiver: string, incident: string): string => `notify/${receiver}/${incident}`

/** How often one was tried in vain, and failed at, since when, and how many others had been delivered before. */
interface Tries {
  count: number
  failures: number
  readonly since: number
  readonly deliveries: number
}
/** One that a receiver fails at so often while others are delivered is at fault itself; one that has to wait is not. */
const MOST_FAILURES = 8
/** A receiver that is down for longer loses what waited for it. */
const KEPT_MS = 7 * 86_400_000

/** What waits for a receiver, by incident, and how it fares. */
class Outbox {
  readonly #receiver: Receiver
  readonly #deps: OutboxDeps
  readonly #waiting = new Map<string, Waiting>()
  readonly #bucket: ReturnType<typeof createBucket>
  readonly #retry: RetryPolicy
  readonly #tries = new Map<string, Tries>()
  #read: number
  #failures = 0
  #deliveries = 0
  /** The receiver is left alone until then. */
  #pausedUntil = 0

  constructor(receiver: Receiver, deps: OutboxDeps) {
    this.#receiver = receiver
    this.#deps = deps
    this.#bucket = createBucket(receiver.pace.perMinute)
    this.#retry = deps.retry ?? RETRY_POLICY
    // Where it never ran it starts with what comes next: nobody wants the incidents of the past.
    this.#read = deps.loadCursor(cursorName(receiver.name)) ?? deps.log.endOffset(TOPIC)
    this.#settle()
  }

  /** Takes in what the topic holds beyond what was read. */
  fill(): void {
    const { log } = this.#deps
    const { filter, isPlain } = this.#receiver
    for (const each of log.read(TOPIC, this.#read)) {
      const { key, record } = each
      this.#waiting.delete(key)
      if (record === null) this.#deps.saveText(threadName(this.#receiver.name, key), '')
      else if (passes(filter, record) && isNews(record, isPlain) && this.#isTold(key, record))
        this.#waiting.set(key, { ...each, record })
    }
    this.#read = log.endOffset(TOPIC)
    this.#settle()
  }

  /** Of what was closed without a word before, only what opened since it waits is told: the rest never was. */
  #isTold(key: string, record: Incident): boolean {
    return record.partOf === null || this.#threadOf(key) !== null
  }
  #threadOf(key: string): string | null {
    const text = this.#deps.loadText(threadName(this.#receiver.name, key))
    return text === undefined || text === '' ? null : text
  }

  /** What is to be sent next and when; undefined where nothing waits. */
  next(): { readonly at: number; readonly batch: readonly Waiting[] } | undefined {
    const now = this.#deps.clock.now()
    let first: { at: number; batch: Waiting[] } | undefined
    for (const each of this.#waiting.values()) {
      const at = this.#dueOf(each, now)
      if (first === undefined || at < first.at) first = { at, batch: [each] }
      else if (at === first.at && this.#digestOf(each) > 0) first.batch.push(each)
    }
    if (first === undefined) return undefined
    const at = Math.max(first.at, this.#pausedUntil, this.#bucket.next(now))
    return { at, batch: first.batch }
  }

  #digestOf({ record }: Waiting): number {
    return Math.max(this.#receiver.pace.digestMs, record.isDigest ? DAILY_MS : 0)
  }
  #dueOf(each: Waiting, now: number): number {
    const { quiet } = this.#receiver.pace
    const digestMs = this.#digestOf(each)
    if (digestMs > 0) return digestAt(digestMs, each.record.observedAt)
    return each.record.severity === 'critical' ? 0 : quietUntil(quiet, now)
  }

  /** Sends a batch, and keeps what came of it. */
  async send(batch: readonly Waiting[], signal: AbortSignal): Promise<void> {
    const { name } = this.#receiver
    const notices = batch.map(({ key, record }): Notice => ({
      incident: record,
      idempotencyKey: record.eventId,
      thread: this.#threadOf(key),
    }))
    this.#bucket.take()
    const delivery = await this.#receiver.send(notices, signal)
    this.#deps.metrics
      .counter('stopline_notify_deliveries_total')
      .inc({ receiver: name, result: delivery.kind })
    if (delivery.kind === 'again') {
      this.#pause(delivery)
      for (const each of batch) this.#failed(each, delivery)
    } else {
      this.#failures = 0
      this.#deliveries += 1
      for (const each of batch) this.#done(each, delivery)
    }
    this.#settle()
  }

  /** It is tried again after the others, or given up. */
  #failed(each: Waiting, { why, mayBeAtFault = false }: Again): void {
    const now = this.#deps.clock.now()
    const tries = this.#tries.get(each.key) ?? {
      ...{ count: 0, failures: 0, since: now, deliveries: this.#deliveries },
    }
    tries.count += 1
    if (mayBeAtFault) tries.failures += 1
    this.#tries.set(each.key, tries)
    const isAtFault = tries.failures >= MOST_FAILURES && this.#deliveries > tries.deliveries
    if (isAtFault || now - tries.since > KEPT_MS)
      this.#done(each, { kind: 'refused', why: `${why}, ${tries.count} times` })
    else if (this.#waiting.delete(each.key)) this.#waiting.set(each.key, each)
  }

  #pause({ afterMs }: Again): void {
    this.#failures += 1
    const waitMs = Math.max(backoffMs(this.#retry, this.#failures), afterMs ?? 0)
    this.#pausedUntil = this.#deps.clock.now() + Math.min(waitMs, this.#retry.maxWaitMs)
  }

  #done(each: Waiting, delivery: Exclude<Delivery, { kind: 'again' }>): void {
    const { name } = this.#receiver
    if (delivery.kind === 'refused')
      this.#deps.offerDeadLetter(deadLetterOf(name, each, delivery.why))
    else if (delivery.thread !== undefined)
      this.#deps.saveText(threadName(name, each.key), delivery.thread)
    this.#waiting.delete(each.key)
    this.#tries.delete(each.key)
  }

  /** Everything before the first that waits is settled. */
  #settle(): void {
    const { name } = this.#receiver
    const first = Math.min(this.#read, ...[...this.#waiting.values()].map(({ offset }) => offset))
    if (first !== this.#deps.loadCursor(cursorName(name)))
      this.#deps.saveCursor(cursorName(name), first)
    this.#deps.metrics.gauge('stopline_notify_waiting').set({ receiver: name }, this.#waiting.size)
  }

  hasMore(): boolean {
    return this.#deps.log.endOffset(TOPIC) > this.#read
  }
}

const deadLetterOf = (receiver: string, { record, offset }: Waiting, why: string): DeadLetter => ({
  eventId: `${record.eventId}/${receiver}`,
  eventAt: record.eventAt,
  observedAt: record.observedAt,
  origin: TOPIC,
  position: String(offset),
  reason: 'undeliverable',
  detail: why,
  step: receiver,
  payload: Buffer.from(JSON.stringify(record)),
})

/** Longest sleep: clocks are set, and timers take no more. */
const MOST_SLEEP_MS = 60_000

/** Resolves when there is more to read, at an instant of the clock, or when the signal aborts. */
const until = async (
  outbox: Outbox,
  { clock, onCommit }: OutboxDeps,
  at: number,
  signal: AbortSignal,
): Promise<void> => {
  const woken = new AbortController()
  const stop = onCommit(() => {
    if (outbox.hasMore()) woken.abort()
  })
  try {
    if (outbox.hasMore()) return // published before the listener was there
    const waitMs = Math.min(MOST_SLEEP_MS, Math.max(1, at - clock.now()))
    const either = AbortSignal.any([woken.signal, signal])
    await sleep(waitMs, undefined, { signal: either }).catch(() => undefined)
  } finally {
    stop()
  }
}

/** Tells a receiver until the signal aborts. */
export const runOutbox = async (
  receiver: Receiver,
  deps: OutboxDeps,
  signal: AbortSignal,
): Promise<void> => {
  const outbox = new Outbox(receiver, deps)
  try {
    while (!signal.aborted) {
      outbox.fill()
      const next = outbox.next()
      if (next !== undefined && next.at <= deps.clock.now()) await outbox.send(next.batch, signal)
      else await until(outbox, deps, next?.at ?? Infinity, signal)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
