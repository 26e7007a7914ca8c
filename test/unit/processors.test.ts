import { describe, expect, it } from 'vitest'
import { incidents } from '../../processors/incidents/incidents.ts'
import { priors } from '../../processors/priors/priors.ts'
import { LEVELS } from '../../processors/stopping/permit.ts'
import { mixedRate, START_WEIGHTS } from '../../processors/stopping/refine.ts'
import type { Forecast, PoolOutcome, Prior, Score } from '../../schemas/events.ts'
import { aRun, HOUR, MINUTE, MONDAY } from '../support/facts.ts'
import { given, on, until, type Happening, type Said } from '../support/given.ts'

describe('the priors processor', () => {
  const outcome = (n: number, at: number, more: Partial<PoolOutcome> = {}): Happening =>
    on('ci.pool-outcomes.v1', {
      ...{ eventId: String(n), eventAt: at, observedAt: at, pool: 'family:x', failed: false },
      ...{ durationSeconds: 600, watched: true, badSign: false, cleanSeconds: 600 },
      ...{ peaks: [0, 0, 0], terms: [], leadModel: null, leadNats: 0, ...more },
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
    expect(counted(prior?.falseStops)).toEqual(reached([2, 0, 0, 0]))
    expect(counted(prior?.trueStops)).toEqual(reached([2, 0, LEVELS.length, 0]))
  })

  it('learns from the terms of a forecast', () => {
    const failing = { failed: true, terms: [1, 0, 0, 0, 0, 0, 0, 0, 0] }
    const { said } = given(priors, outcome(1, MONDAY, failing)).when(until(MONDAY + HOUR))
    const [prior] = said.map((each) => ('record' in each ? (each.record as Prior) : undefined))
    expect(prior?.weights[0]).toBeGreaterThan(START_WEIGHTS[0] ?? 0)
    expect(prior?.strain).toBeCloseTo(0.05 * (1 - mixedRate(failing.terms, START_WEIGHTS, 0)), 6)
  })
})

/** So many levels of each ground, the lowest first. */
const reached = (levels: readonly number[]): number[] =>
  levels.flatMap((many) => LEVELS.map((_, i) => (i < many ? 1 : 0)))

describe('the incidents processor', () => {
  const forecast = (run: string, pFailLow: number, minute: number, remaining = 3600): Happening => {
    const at = MONDAY + minute * MINUTE
    const record: Forecast = {
      ...{ eventId: `${run}/${minute}`, eventAt: at, observedAt: at, ...aRun({ runId: run }) },
      ...{ elapsedSeconds: 60 * minute, pFail: 0.95, pFailLow, pFailHigh: 1 },
      ...{ curveSeconds: [], curvePFail: [], remainingSeconds: remaining },
      ...{ remainingLow: null, remainingHigh: null, jenkinsRemaining: null, passes: 9 },
      ...{ failures: 9, streak: 1, pool: 'job', cause: 'time', rule: 'r' },
    }
    return on('ci.forecasts.v1', record)
  }
  const ended = (run: string, minute: number, guard: string | null = null): Happening => {
    const at = MONDAY + minute * MINUTE
    const record: Score = {
      ...{ eventId: `${run}/end`, eventAt: at, observedAt: at, ...aRun({ runId: run }) },
      ...{ outcome: 'failure', failed: true, durationSeconds: 1, startedAt: null, group: null },
      ...{ rules: [], checkpoints: [], guard, rule: 'r' },
    }
    return on('ci.scores.v1', record)
  }
  const says = (state: string, more: object = {}): Said => ({
    topic: 'ci.incidents.v1',
    record: { state, incident: 'run-likely-to-fail:test%3Aacme/shop%3Aunit', ...more },
  })

  it('says once that stops of a job are held back, why, and that they are back', () => {
    const held = (state: string, title: string): Said => ({
      topic: 'ci.incidents.v1',
      record: {
        ...{ state, incident: 'stops-held-back:test%3Aacme/shop%3Aunit' },
        title: `unit: stops are only advised; ${title}`,
      },
    })
    given(incidents)
      .when(ended('1', 1, 'adrift'))
      .then(held('open', 'adrift'))
    given(incidents, ended('1', 1, 'adrift'))
      .when(ended('2', 2, 'adrift'))
      .thenNothing()
    given(incidents, ended('1', 1, 'adrift'))
      .when(ended('2', 2, 'wrong'))
      .then(held('update', 'wrong'))
    given(incidents, ended('1', 1, 'adrift'))
      .when(ended('2', 2))
      .then(held('closed', 'adrift'))
  })
  it('opens once where the lower bound passes .80 and time is left, not before', () => {
    given(incidents)
      .when(forecast('1', 0.79, 1))
      .thenNothing()
    given(incidents)
      .when(forecast('1', 0.9, 1, 300))
      .thenNothing()
    given(incidents)
      .when(forecast('1', 0.8, 1))
      .then(says('open', { runId: '1' }))
    given(incidents, forecast('1', 0.8, 1))
      .when(forecast('1', 0.9, 2))
      .thenNothing()
  })

  it('updates for a second run of the job and closes with the last one', () => {
    const open = [forecast('1', 0.8, 1), forecast('2', 0.8, 2)]
    given(incidents, forecast('1', 0.8, 1))
      .when(forecast('2', 0.8, 2))
      .then(says('update'))
    given(incidents, ...open)
      .when(ended('1', 3))
      .then(says('update', { runId: '1' }))
    given(incidents, ...open)
      .when(ended('1', 3), ended('2', 4))
      .then(says('update'), says('closed', { verdict: 'run 2 ended: failure' }))
  })

  it('closes when the run is no longer likely to fail, well below where it opened', () => {
    const open = forecast('1', 0.8, 1)
    given(incidents, open)
      .when(forecast('1', 0.61, 2))
      .thenNothing()
    given(incidents, open)
      .when(forecast('1', 0.59, 2))
      .then(says('closed', { verdict: 'no longer likely to fail' }))
  })

  it('says nothing when a run ends that never raised it', () => {
    given(incidents).when(ended('1', 1)).thenNothing()
    given(incidents, forecast('1', 0.8, 1))
      .when(ended('2', 2))
      .thenNothing()
  })
})
