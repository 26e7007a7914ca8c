/** The simulated community as a source of offers: in batches to fill a history, or interval by interval to go on live. */

import type { Offer, OfferBatch, OfferSource } from '../../runtime/ports.ts'
import { demoWorld } from './world.ts'

const HOUR_MS = 3_600_000

export interface DemoOptions {
  /** First instant heard, in milliseconds since the epoch. */
  readonly from: number
  /** Heard until then (exclusive); without it the batches never end. */
  readonly until?: number
  readonly seed?: number
}
export interface DemoSource extends OfferSource {
  /** What is heard from t0 (inclusive) until t1 (exclusive), inside the limits of the source. */
  readonly offersBetween: (t0: number, t1: number) => Offer[]
}

/** A source of simulated facts. The cursor is the number of offers handed out since `from`. */
export const demoSource = ({ from, until = Infinity, seed = 1 }: DemoOptions): DemoSource => {
  const world = demoWorld(seed)
  const offersBetween = (t0: number, t1: number): Offer[] =>
    world.offersBetween(Math.max(t0, from), Math.min(t1, until))
  return {
    name: 'demo',
    offersBetween,
    // eslint-disable-next-line @typescript-eslint/require-await -- the port is asynchronous
    async *batches(acknowledged: number, signal: AbortSignal): AsyncGenerator<OfferBatch> {
      let cursor = 0
      for (let at = from; at < until && !signal.aborted; at += HOUR_MS) {
        const offers = offersBetween(at, at + HOUR_MS)
        cursor += offers.length
        if (cursor > acknowledged) yield { offers, cursor }
      }
    },
  }
}
