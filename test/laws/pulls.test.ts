/** What holds of every processor, over histories of pull requests: batches, restarts and repeats change nothing. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Processor } from '../../processors/processor.ts'
import { TOPOLOGY } from '../../processors/topology.ts'
import type { PullEvent } from '../../schemas/events.ts'
import { DAY } from '../support/facts.ts'
import { lawAbiding } from '../support/law-abiding.ts'
import { pullHistory } from '../support/pulls.ts'
import { firstDifference, topologyDriver, type Dump } from '../support/topology-driver.ts'

const PULLS: readonly Processor[] = TOPOLOGY.filter(({ name }) => name.startsWith('merge-'))
/** Those that never end are looked at for half a year. */
const AFTERWARDS_MS = 400 * DAY
const RUNS = {
  numRuns: Number(process.env['STOPLINE_LAW_RUNS'] ?? 8),
  interruptAfterTimeLimit: 50_000,
}

const replay = (
  events: readonly PullEvent[],
  horizons: readonly { readonly at: number; readonly isRestart: boolean }[],
  until: number,
  processors = PULLS,
): Dump => {
  const driver = topologyDriver(processors)
  for (const event of events) driver.pipe('ci.pull-events.v1', event)
  for (const { at, isRestart } of horizons) {
    driver.advance(at)
    if (isRestart) driver.restart()
  }
  driver.advance(until)
  const dump = driver.dump()
  driver.close()
  return dump
}
const endOf = (events: readonly PullEvent[]): number =>
  (events.at(-1)?.observedAt ?? 0) + AFTERWARDS_MS

describe('what is learned of pull requests', () => {
  it('is the same however its inputs are cut into batches, with restarts anywhere', () => {
    const cuts = fc.array(
      fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }), isRestart: fc.boolean() }),
      { minLength: 1, maxLength: 20 },
    )
    fc.assert(
      fc.property(pullHistory, cuts, (events, shares) => {
        const first = events[0]?.observedAt ?? 0
        const until = endOf(events)
        const horizons = shares
          .map(({ share, isRestart }) => ({
            ...{ at: Math.round(first + share ** 3 * (until - first)), isRestart },
          }))
          .sort((a, b) => a.at - b.at)
        expect(
          firstDifference(replay(events, [], until), replay(events, horizons, until)),
        ).toBeNull()
      }),
      RUNS,
    )
  })

  it('is nothing more when events are heard again', () => {
    const again = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 60 * 24 * 40 })), {
      minLength: 1,
      maxLength: 20,
    })
    fc.assert(
      fc.property(pullHistory, again, (events, picks) => {
        const repeats = picks.flatMap(([place, lateMinutes]) => {
          const event = events[place % events.length]
          return event === undefined
            ? []
            : [{ ...event, observedAt: event.observedAt + lateMinutes * 60_000 }]
        })
        const all = [...events, ...repeats].sort((a, b) => a.observedAt - b.observedAt)
        const until = endOf(all)
        expect(firstDifference(replay(events, [], until), replay(all, [], until))).toBeNull()
      }),
      RUNS,
    )
  })

  it('keeps to the contract at every step', () => {
    fc.assert(
      fc.property(pullHistory, (events) => {
        const until = endOf(events)
        const strict = replay(events, [], until, PULLS.map(lawAbiding))
        expect(firstDifference(replay(events, [], until), strict)).toBeNull()
      }),
      RUNS,
    )
  })
})
