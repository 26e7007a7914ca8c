/**
 * The laws for every processor at once, on a community that speaks on all topics that are heard: what runs alone do not reach is
 * reached here, and that it is reached is asserted.
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Processor } from '../../processors/processor.ts'
import { TOPOLOGY } from '../../processors/topology.ts'
import type { Offer } from '../../runtime/ports.ts'
import { communityOffers } from '../support/community.ts'
import { DAY, HOUR, MINUTE, MONDAY } from '../support/facts.ts'
import { lawAbiding } from '../support/law-abiding.ts'
import { firstDifference, topologyDriver, type Dump } from '../support/topology-driver.ts'

const HOURS = 3
const RUNS = {
  numRuns: Number(process.env['STOPLINE_LAW_RUNS'] ?? 2),
  // Shrinking a counterexample ends here.
  interruptAfterTimeLimit: 50_000,
}
const HEARD = communityOffers(HOURS)
const END = MONDAY + HOURS * HOUR + DAY

interface Plan {
  readonly horizons?: readonly number[]
  readonly isRestarted?: boolean
  readonly processors?: readonly Processor[]
}
const replay = (
  heard: readonly Offer[],
  { horizons = [], isRestarted = false, processors = TOPOLOGY }: Plan = {},
): Dump & { readonly counts: ReadonlyMap<string, number> } => {
  const driver = topologyDriver(processors)
  for (const { topic, record } of heard) driver.pipe(topic, record)
  for (const horizon of horizons) {
    driver.advance(horizon)
    if (isRestarted) driver.restart()
  }
  driver.advance(END)
  const counts = new Map(processors.map(({ name }) => [name, driver.counts(name)?.records ?? 0]))
  const dump = driver.dump()
  driver.close()
  return { ...dump, counts }
}

const horizons = fc
  .uniqueArray(fc.integer({ min: 0, max: (HOURS + 20) * 60 * 60 }), { minLength: 1, maxLength: 12 })
  .map((seconds) => seconds.sort((a, b) => a - b).map((second) => MONDAY + second * 1_000))

const { counts, ...whole } = replay(HEARD)

describe('a community that speaks on all topics', () => {
  it('is heard by every processor', () => {
    expect([...counts].filter(([, records]) => records === 0)).toEqual([])
  })

  it('is told the same however what is heard is cut into batches, with restarts anywhere', () => {
    fc.assert(
      fc.property(horizons, (cuts) => {
        const cut = replay(HEARD, { horizons: cuts })
        expect(firstDifference(whole, cut)).toBeNull()
        const restarted = replay(HEARD, { horizons: cuts, isRestarted: true })
        expect(firstDifference(whole, restarted)).toBeNull()
      }),
      RUNS,
    )
  })

  it('is told by steps that keep to the contract', () => {
    const strict = replay(HEARD, { processors: TOPOLOGY.map(lawAbiding) })
    expect(firstDifference(whole, strict)).toBeNull()
  })

  it('is told no more when all is heard again', () => {
    const again = HEARD.map(({ topic, record }) => ({
      topic,
      record: { ...record, observedAt: record.observedAt + 7 * MINUTE },
    })) as Offer[]
    const all = [...HEARD, ...again].sort((a, b) => a.record.observedAt - b.record.observedAt)
    expect(firstDifference(whole, replay(all))).toBeNull()
  })
})
