import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kpis } from '../../processors/kpi/jobs.ts'
import type { Run, RunEnd } from '../../schemas/events.ts'
import { drive } from '../support/drive-one.ts'
import { corrected, DAY, ended, MINUTE, OUTCOMES, runsOf, T0 } from '../support/kpi-inputs.ts'

const HEARD = T0 + 500 * MINUTE

const ends: fc.Arbitrary<RunEnd> = fc.record({
  outcome: fc.constantFrom(...OUTCOMES, 'unknown' as const),
  finishedAt: fc.integer({ min: 60, max: 400 }).map((minute) => T0 + minute * MINUTE),
  durationSeconds: fc.option(fc.integer({ min: 1, max: 3000 }), { nil: null }),
  queueSeconds: fc.constant(null),
})
/** A wait needs a start to wait for, so such ends have both. */
const waited: fc.Arbitrary<RunEnd> = fc.record({
  outcome: fc.constantFrom(...OUTCOMES),
  finishedAt: fc.integer({ min: 60, max: 400 }).map((minute) => T0 + minute * MINUTE),
  durationSeconds: fc.integer({ min: 1, max: 3000 }),
  queueSeconds: fc.integer({ min: 0, max: 900 }),
})
const tellings = fc.array(
  fc.tuple(fc.oneof(ends, waited), fc.option(fc.oneof(ends, waited), { nil: null })),
  { maxLength: 12 },
)

/** What is said last of the last 14 days and of now. */
const saidAfter = (records: readonly Run[]) => {
  const job = drive(kpis)
  for (const record of records) job.give('ci.runs.v1', record)
  job.advanceTo(HEARD + 100 * MINUTE)
  const last = (window: string) =>
    job
      .on('ci.kpis.v1')
      .filter((record) => record.window === window)
      .at(-1)?.values
  return { now: last('now'), fortnight: last('14d'), week: last('7d') }
}

describe('corrections', () => {
  it('leave the KPIs of the ends as they were told at last', () => {
    fc.assert(
      fc.property(tellings, (all) => {
        const told = [
          ...all.map(([first], i) => ended(`r${i}`, HEARD, first)),
          ...all.flatMap(([first, second], i) =>
            second === null ? [] : [corrected(`r${i}`, HEARD, first, second)],
          ),
        ]
        const direct = all.map(([first, second], i) => ended(`r${i}`, HEARD, second ?? first))
        expect(saidAfter(told)).toEqual(saidAfter(direct))
      }),
      { numRuns: 100 },
    )
  })
  it('do not depend on the order in which ends of one job are told', () => {
    const ranks = fc.array(fc.nat(), { minLength: 30, maxLength: 30 })
    fc.assert(
      fc.property(runsOf(30), ranks, (runs, order) => {
        const state = (some: readonly Run[]): unknown => {
          const job = drive(kpis)
          for (const each of some) job.give('ci.runs.v1', { ...each, observedAt: T0 + 21 * DAY })
          return job.state()
        }
        const shuffled = runs
          .map((each, i) => ({ each, rank: order[i] ?? 0 }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ each }) => each)
        expect(state(shuffled)).toEqual(state(runs))
      }),
      { numRuns: 50 },
    )
  })
})
