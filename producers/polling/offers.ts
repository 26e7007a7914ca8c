/** What a turn offers to the log, stamped with the instant it is handed over. What was refused goes to the dead letters. */

import { createHash } from 'node:crypto'
import type { Offer } from '../../runtime/ports.ts'
import type { DeadLetter, RunEvent, Stamped } from '../../schemas/events.ts'
import { key } from '../../schemas/keys.ts'
import type { StartLabels } from '../config/job-policies.ts'
import type { Refused } from '../payload/heard.ts'
import type { Turn } from '../payload/turn.ts'
import type { HeardBefore } from './heard-before.ts'

const MAX_PAYLOAD_BYTES = 65_536

/** One payload is refused once, however often it is sent. */
const deadLetter = (
  source: string,
  { reason, detail, payload }: Refused,
  at: number,
): DeadLetter => {
  const digest = createHash('sha256').update(`${reason}\n${detail}\n${payload}`).digest('hex')
  return {
    eventId: key(source, 'refused', digest.slice(0, 32)),
    eventAt: at,
    observedAt: at,
    origin: source,
    position: digest.slice(0, 32),
    reason,
    detail: detail.slice(0, 1000),
    step: 'normalize',
    payload: Buffer.from(payload).subarray(0, MAX_PAYLOAD_BYTES),
  }
}

const stamped = <T extends Stamped>(record: T, at: number): T =>
  record.observedAt === at ? record : { ...record, observedAt: at }

/** What is told of the start of a run, with what is configured for its job. */
const withLabels = (fact: RunEvent, startLabels: StartLabels): RunEvent => {
  const labels = fact.kind === 'queued' || fact.kind === 'started' ? startLabels(fact) : null
  return labels === null ? fact : { ...fact, labels: { ...fact.labels, ...labels } }
}

/** Offers of a turn that say something new, each id once. */
export const offersOf = (
  source: string,
  turn: Turn,
  at: number,
  heard: HeardBefore,
  startLabels: StartLabels,
): Offer[] => {
  const all: readonly Offer[] = [
    ...turn.facts.map((record): Offer => ({
      topic: 'ci.run-events.v1',
      record: stamped(withLabels(record, startLabels), at),
    })),
    ...turn.tests.map((record): Offer => ({
      topic: 'ci.test-results.v1',
      record: stamped(record, at),
    })),
    ...turn.pulls.map((record): Offer => ({
      topic: 'ci.pull-events.v1',
      record: stamped(record, at),
    })),
    ...turn.others.map((other): Offer => ({
      ...other,
      record: stamped(other.record, at),
    })),
    ...turn.refused.map((one): Offer => ({
      topic: 'ci.dead-letters.v1',
      record: deadLetter(source, one, at),
    })),
  ]
  return all.filter(({ topic, record: { eventId } }) => heard.claim(topic, eventId))
}
