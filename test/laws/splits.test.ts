/** Any batch split, any restart point and any repeat of facts gives the same outputs and the same state. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Processor } from '../../processors/processor.ts'
import { TOPOLOGY } from '../../processors/topology.ts'
import type { RunEvent } from '../../schemas/events.ts'
import { history, repeats } from '../support/arbitraries.ts'
import { DAY } from '../support/facts.ts'
import { lawAbiding } from '../support/law-abiding.ts'
import { firstDifference, topologyDriver, type Dump } from '../support/topology-driver.ts'

/** Runs go silent after 3 days and are forgotten 14 days after their end: by then every timer has fired. */
const AFTERWARDS_MS = 40 * DAY
/** More find more: the default keeps the suite short. */
const RUNS = {
  numRuns: Number(process.env['STOPLINE_LAW_RUNS'] ?? 12),
  // Shrinking a counterexample ends here.
  interruptAfterTimeLimit: 50_000,
}

interface Plan {
  readonly horizons: readonly number[]
  readonly restartAfter: ReadonlySet<number>
}
const WHOLE: Plan = { horizons: [], restartAfter: new Set() }

const replay = (
  facts: readonly RunEvent[],
  plan: Plan,
  processors: readonly Processor[] = TOPOLOGY,
): Dump => {
  const driver = topologyDriver(processors)
  for (const fact of facts) driver.pipe('ci.run-events.v1', fact)
  plan.horizons.forEach((horizon, index) => {
    driver.advance(horizon)
    if (plan.restartAfter.has(index)) driver.restart()
  })
  driver.advance((facts.at(-1)?.observedAt ?? 0) + AFTERWARDS_MS)
  const dump = driver.dump()
  driver.close()
  return dump
}

/** Horizons anywhere between the first fact and a month after the last, some of them at the facts themselves. */
const horizonsFor = (facts: readonly RunEvent[]): fc.Arbitrary<number[]> => {
  const first = facts[0]?.observedAt ?? 0
  const last = facts.at(-1)?.observedAt ?? 0
  const at = fc.oneof(
    fc.integer({ min: first - DAY, max: last + 30 * DAY }),
    fc.integer({ min: first, max: last }),
    fc.constantFrom(...facts.map(({ observedAt }) => observedAt)),
  )
  return fc
    .array(at, { minLength: 1, maxLength: 30, size: 'max' })
    .map((all) => [...new Set(all)].sort((a, b) => a - b))
}

describe('the topology', () => {
  it('gives the same outputs and state however its inputs are cut into batches, with restarts anywhere', () => {
    fc.assert(
      fc.property(
        history().chain((facts) =>
          fc.tuple(fc.constant(facts), horizonsFor(facts), fc.infiniteStream(fc.boolean())),
        ),
        ([facts, horizons, coins]) => {
          const restartAfter = new Set(horizons.flatMap((_, i) => (coins.next().value ? [i] : [])))
          const whole = replay(facts, WHOLE)
          expect(
            firstDifference(whole, replay(facts, { horizons, restartAfter: new Set() })),
          ).toBeNull()
          expect(firstDifference(whole, replay(facts, { horizons, restartAfter }))).toBeNull()
        },
      ),
      RUNS,
    )
  })

  it('says nothing more when facts are heard again', () => {
    fc.assert(
      fc.property(
        history(20).chain((facts) => fc.tuple(fc.constant(facts), repeats(facts))),
        ([facts, again]) => {
          const all = [...facts, ...again].sort((a, b) => a.observedAt - b.observedAt)
          const until = {
            horizons: [(all.at(-1)?.observedAt ?? 0) + AFTERWARDS_MS - 1],
            restartAfter: new Set<number>(),
          }
          expect(firstDifference(replay(facts, until), replay(all, until))).toBeNull()
        },
      ),
      RUNS,
    )
  })

  it('has processors that keep to the contract at every step', () => {
    fc.assert(
      fc.property(history(15), (facts) => {
        const strict = replay(facts, WHOLE, TOPOLOGY.map(lawAbiding))
        expect(firstDifference(replay(facts, WHOLE), strict)).toBeNull()
      }),
      { ...RUNS, numRuns: Math.ceil(RUNS.numRuns / 2) },
    )
  })
})
