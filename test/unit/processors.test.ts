import { describe, expect, it } from 'vitest'
import { priors } from '../../processors/priors/priors.ts'
import { LEVELS } from '../../processors/stopping/permit.ts'
import { mixedRate, START_WEIGHTS } from '../../processors/stopping/refine.ts'
import type { PoolOutcome, Prior } from '../../schemas/events.ts'
import { HOUR, MINUTE, MONDAY } from '../support/facts.ts'
import { given, on, until, type Happening, type Said } from '../support/given.ts'

describe('the priors processor', () => {
  const outcome = (n: number, at: number, more: Partial<PoolOutcome> = {}): Happening =>
    on('ci.pool-outcomes.v1', {
      ...{ eventId: String(n), eventAt: at, observedAt: at, pool: 'family:x', failed: false },
      ...{ durationSeconds: 600, watched: true, badSign: false, cleanSeconds: 600 },
      ...{ peaks: [0, 0, 0], terms: [], leadModel: null, leadNats: 0, weight: 1, ...more },
    })
  const published = (record: object): Said => ({ topic: 'ci.priors.v1', record })

  it('publishes what a pool told, once, at the next full hour', () => {
    const told = [outcome(1, MONDAY + MINUTE), outcome(2, MONDAY + 2 * MINUTE, { failed: true })]
    const pool = given(priors, ...told)
    pool.when(until(MONDAY + HOUR - 1)).thenNothing()
    const { said, then } = pool.when(until(MONDAY + HOUR))
    then(
      published({
        ...{ pool: 'family:x', observedAt: MONDAY + HOUR, failures: 1 },
        weights: [],
      }),
    )
    // The pass came first and weighs a little less: it is forgotten by halves every 400 runs.
    expect(said[0]).toMatchObject({ record: { passes: 0.5 ** (1 / 400) } })
    pool.when(until(MONDAY + 5 * HOUR)).thenNothing()
  })

  it('keeps what is heard at a full hour itself for the next one', () => {
    const pool = given(priors, outcome(1, MONDAY + HOUR))
    pool.when(until(MONDAY + 2 * HOUR - 1)).thenNothing()
    pool.when(until(MONDAY + 2 * HOUR)).then(published({ passes: 1, failures: 0 }))
  })

  it('counts runs at every level of belief they reached, by ground', () => {
    const { said } = given(
      priors,
      outcome(1, MONDAY, { peaks: [0.95, 0, 0] }),
      outcome(2, MONDAY + 1, { peaks: [0.95, 0, 0.999], failed: true }),
      outcome(3, MONDAY + 2, { watched: false, peaks: [0.95, 0, 0] }),
    ).when(until(MONDAY + HOUR))
    const [prior] = said.map((each) => ('record' in each ? (each.record as Prior) : undefined))
    // Two watched runs were forgotten a little since.
    const kept = 0.5 ** (2 / 2000)
    expect(prior?.watchedPasses).toBeCloseTo(kept, 9)
    const counted = (stops: readonly number[] = []) => stops.map((count) => Math.round(count))
    expect(counted(prior?.falseStops)).toEqual(reached([2, 0, 0, 0, 0, 0]))
    expect(counted(prior?.trueStops)).toEqual(reached([2, 0, LEVELS.length, 0, 0, 0]))
  })

  it('learns from the terms of a forecast', () => {
    const failing = { failed: true, terms: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0] }
    const { said } = given(priors, outcome(1, MONDAY, failing)).when(until(MONDAY + HOUR))
    const [prior] = said.map((each) => ('record' in each ? (each.record as Prior) : undefined))
    expect(prior?.weights[0]).toBeGreaterThan(START_WEIGHTS[0] ?? 0)
    expect(prior?.strain).toBeCloseTo(0.05 * (1 - mixedRate(failing.terms, START_WEIGHTS, 0)), 6)
  })
})

/** So many levels of each ground, the lowest first. */
const reached = (levels: readonly number[]): number[] =>
  levels.flatMap((many) => LEVELS.map((_, i) => (i < many ? 1 : 0)))
