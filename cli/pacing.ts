/** When recorded CI is due by a clock: what has come due at each tick, and time itself where nothing has. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Offer, OfferBatch } from '../runtime/ports.ts'

/** How often time moves on. */
export const TICK_MS = 250
/** So many offers are fed at once where the clock is ahead. */
const MOST_OFFERS = 1_000

/** What a wait is measured by; tests move one by hand. */
export interface Pace {
  /** Milliseconds since any instant. */
  now(): number
  sleep(ms: number, signal: AbortSignal): Promise<unknown>
}
export const systemPace: Pace = {
  now: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
}

/** Offers with the pipeline time up to which there are no others. */
export interface Due extends OfferBatch {
  readonly horizon: number
}
const endOf = ({ offers }: OfferBatch): number => offers.at(-1)?.record.observedAt ?? 0

/** Batches as they are, each up to its own end. */
export async function* atOnce(batches: AsyncIterable<OfferBatch>): AsyncGenerator<Due> {
  for await (const batch of batches) yield { ...batch, horizon: endOf(batch) }
}

interface Speed {
  /** Times as fast as it happened. */
  readonly speed: number
  /** Where it begins: the cursor, and pipeline time; null for that of the first offer. */
  readonly cursor: number
  readonly from: number | null
  readonly pace: Pace
}

/** Batches of one instant each, put together by the tick at which they are due. */
export async function* paced(
  batches: AsyncIterable<OfferBatch>,
  { speed, pace, from, cursor: stoppedAt }: Speed,
  signal: AbortSignal,
): AsyncGenerator<Due> {
  let clock: (() => number) | undefined
  let due: Offer[] = []
  let cursor = stoppedAt
  const handOn = (horizon: number): Due => {
    const offers = due
    due = []
    return { offers, cursor, horizon }
  }
  for await (const batch of batches) {
    const at = endOf(batch)
    clock ??= clockFrom(from ?? at, speed, pace)
    for (let now = clock(); now < at; now = clock()) {
      yield handOn(now)
      await pace.sleep(TICK_MS, signal)
    }
    due.push(...batch.offers)
    cursor = batch.cursor
    if (due.length >= MOST_OFFERS) yield handOn(at)
  }
  const [last] = due.slice(-1)
  if (last !== undefined) yield handOn(last.record.observedAt)
}

const clockFrom = (from: number, speed: number, pace: Pace): (() => number) => {
  const began = pace.now()
  return () => Math.floor(from + (pace.now() - began) * speed)
}
