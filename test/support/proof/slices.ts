/**
 * Parts of a recording, each heard as if it were all there is: what a community shows that begins to listen later, or that has
 * other jobs. Choices that were made with the whole in sight were not made with these.
 */

import { createHash } from 'node:crypto'
import type { RunEvent } from '../../../schemas/events.ts'
import { jobKey, runKey } from '../../../schemas/keys.ts'
import type { Offer } from '../../../runtime/ports.ts'
import type { Heard, Span } from './measured.ts'

export interface Slice {
  readonly name: string
  readonly heard: Heard
}

/** Shares of the time after which runs are heard, and numbers of halves of the jobs. */
const FROM = [0.2, 0.4, 0.6] as const
const HALVES = [1, 2, 3, 4] as const

/** Filters remember runs: they serve one replay each. */
export const slicesOf = ({ from, to }: Span): Slice[] => [
  ...FROM.map((share) => ({
    name: `from ${share * 100} % of the time`,
    heard: startedFrom(from + share * (to - from)),
  })),
  ...HALVES.map((half) => ({ name: `half of the jobs, ${half}`, heard: halfOfJobs(half) })),
]

/** A run is heard where it started late enough, with all that is told of it. */
const startedFrom = (instant: number): Heard => {
  const known = new Map<string, boolean>()
  const isHeard = (event: RunEvent): boolean => {
    const key = runKey(event)
    const isLate = known.get(key) ?? (event.startedAt ?? event.eventAt) >= instant
    known.set(key, isLate)
    return isLate
  }
  return (offer) =>
    (isOfRun(offer) ? isHeard(offer.record) : offer.record.observedAt >= instant) ? offer : null
}

/** Another half for each number; what is of no job is heard. */
const halfOfJobs =
  (half: number): Heard =>
  (offer) =>
    isOfRun(offer) && bitOf(`${half} ${jobKey(offer.record)}`) === 0 ? null : offer
const bitOf = (name: string): number => (createHash('sha256').update(name).digest()[0] ?? 0) % 2

const isOfRun = (offer: Offer): offer is Offer<'ci.run-events.v1'> =>
  offer.topic === 'ci.run-events.v1'
