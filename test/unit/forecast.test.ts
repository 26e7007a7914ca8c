import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { basisOf, type Basis } from '../../processors/stopping/basis.ts'
import { chanceAt, pFailAt, remainingAt, type Seen } from '../../processors/stopping/forecast.ts'
import {
  baseRate,
  emptyHistory,
  remember,
  rememberCensored,
  streak,
  type Finished,
  type History,
} from '../../processors/stopping/history.ts'
import { EXPERTS, expertRates, mixed, rescored } from '../../processors/stopping/rates.ts'
import { bucketOf, Survival } from '../../processors/stopping/survival.ts'

const run = (failed: boolean, durationSeconds: number | null, more: Partial<Finished> = {}) => ({
  failed,
  durationSeconds,
  startedAt: null,
  isCut: false,
  signSeconds: null,
  signs: more.signSeconds == null ? [] : ['step'],
  ...more,
})
const after = (runs: readonly Finished[]): History => runs.reduce(remember, emptyHistory())
const times = (n: number, of: (i: number) => Finished): Finished[] =>
  Array.from({ length: n }, (_, i) => of(i))
const at = (basis: Basis, elapsedSeconds: number, p: number | null = null): Seen => ({
  elapsedSeconds,
  signSeconds: p === null ? null : elapsedSeconds / 2,
  sign: p === null ? null : { step: 'build', p, runs: 12 },
  rate: basis.rate,
})

describe('the history of a job', () => {
  it('counts a streak by its sign: fail, fail, pass is 2', () => {
    expect(streak(after([run(false, 1), run(true, 1), run(true, 1)]))).toBe(2)
    expect(streak(after([run(true, 1), run(false, 1)]))).toBe(-1)
    expect(streak(emptyHistory())).toBe(0)
  })
  it('lets the newest outcomes weigh most: fail after pass has a base rate of .526', () => {
    expect(baseRate({ recent: [true, false] })).toBeCloseTo(0.526, 3)
    expect(baseRate({ recent: [false, true] })).toBeCloseTo(0.474, 3)
    expect(baseRate(emptyHistory())).toBeCloseTo(0.5)
  })
  it('takes a run without a class as a lower bound, shared out by its chance to fail', () => {
    const history = rememberCensored(after([run(false, 100)]), 50, 0.25)
    expect(history.pass.censored).toEqual([bucketOf(50), 0.75])
    expect(history.fail.censored).toEqual([bucketOf(50), 0.25])
    expect(history.recent).toEqual([false])
  })
  it('does not change what it was given', () => {
    const before = after(times(5, (i) => run(i % 2 === 0, 100 + i)))
    const copy = structuredClone(before)
    remember(before, run(true, 50))
    rememberCensored(before, 10, 0.5)
    expect(before).toEqual(copy)
  })
})

describe('the experts on the failure rate', () => {
  const listening = (outcomes: readonly boolean[]) => {
    let recent: boolean[] = []
    let scores: number[] = []
    for (const failed of outcomes) {
      scores = rescored(scores, expertRates(recent, 0.3), failed)
      recent = [failed, ...recent].slice(0, 30)
    }
    return { recent, scores }
  }
  const weightOf = (scores: readonly number[], index: number): number => {
    const one = EXPERTS.map((_, i) => ({ rate: i === index ? 1 : 0, effectiveRuns: 1 }))
    return mixed(one, scores).rate
  }
  it('are all heard at first, those of middle memory most', () => {
    const weights = EXPERTS.map((_, i) => weightOf([], i))
    expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1)
    expect(Math.max(...weights)).toBe(weights[1])
  })
  it('of short memory win where a job breaks and is mended for long', () => {
    const { scores } = listening(Array.from({ length: 80 }, (_, i) => Math.floor(i / 16) % 2 === 1))
    expect(weightOf(scores, 0)).toBeGreaterThan(weightOf([], 0))
    expect(weightOf(scores, 3)).toBeLessThan(0.01)
  })
  it('of long memory win where every third run fails by chance', () => {
    const { scores } = listening(Array.from({ length: 80 }, (_, i) => (i * 7919) % 10 < 3))
    expect(weightOf(scores, 3)).toBeGreaterThan(weightOf([], 3))
    expect(weightOf(scores, 0)).toBeLessThan(weightOf([], 0))
  })
  it('say a rate between those of all', () => {
    const rates = expertRates([true, false, false, true], 0.3)
    const { rate } = mixed(rates, [0, -1, -2, 3])
    expect(rate).toBeGreaterThan(Math.min(...rates.map((each) => each.rate)))
    expect(rate).toBeLessThan(Math.max(...rates.map((each) => each.rate)))
  })
})

describe('the chance to fail', () => {
  const hanging = basisOf(after(times(40, (i) => run(i % 4 === 0, i % 4 === 0 ? 9000 : 600))), [])

  it('rises once every pass would be over', () => {
    expect(pFailAt(hanging, at(hanging, 2000))).toBeGreaterThan(0.8)
    expect(pFailAt(hanging, at(hanging, 10))).toBeLessThan(0.4)
  })
  it('is what a bad sign says, or more where history and age say more', () => {
    const { rate } = hanging
    expect(pFailAt(hanging, at(hanging, 400, 0.97))).toBe(0.97)
    expect(pFailAt(hanging, at(hanging, 400, 0.01))).toBeCloseTo(rate, 1)
    expect(pFailAt(hanging, at(hanging, 2000, 0.01))).toBeGreaterThan(0.8)
  })
  it('falls while no sign shows up where failing runs show one early', () => {
    const early = basisOf(
      after(
        times(60, (i) => (i % 3 === 0 ? run(true, 1000, { signSeconds: 60 }) : run(false, 900))),
      ),
      [],
    )
    expect(pFailAt(early, at(early, 500))).toBeLessThan(pFailAt(early, at(early, 10)) / 3)
  })
  it('is .900, at least .656, where 10 of 20 failing and 0 of 40 passing runs are alive at a rate of .3', () => {
    const side = (...histogram: number[]) => ({
      lasting: new Survival([{ histogram, scale: 1 }]),
      clean: new Survival([{ histogram, scale: 1 }]),
    })
    const basis: Basis = {
      rate: 0.3,
      rateLow: 0.143,
      rateHigh: 0.524,
      rateRuns: 20,
      usual: 0.3,
      rates: [],
      pooled: 0.5,
      medianFail: null,
      fail: side(30, 10, 90, 10),
      pass: side(60, 40),
      pool: 'job',
      medianPass: 1000,
      hungSeconds: Infinity,
      mayHangSeconds: Infinity,
    }
    const { p, low, high } = chanceAt(basis, at(basis, 2000))
    expect(p).toBeCloseTo(0.9, 3)
    expect(low).toBeCloseTo(0.656, 2)
    expect(high).toBeGreaterThan(p)
  })
  it('lies inside its interval, whatever the history', () => {
    const anyRun = fc.record({
      failed: fc.boolean(),
      durationSeconds: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
      startedAt: fc.constant(null),
      isCut: fc.boolean(),
      signSeconds: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
      signs: fc.constantFrom([], ['a'], ['a', 'b']),
    })
    fc.assert(
      fc.property(
        fc.array(anyRun, { maxLength: 40 }),
        fc.double({ min: 0, max: 2e6, noNaN: true }),
        fc.option(fc.double({ min: 0, max: 0.999, noNaN: true })),
        (runs, elapsed, sign) => {
          const basis = basisOf(after(runs), [])
          const { p, low, high } = chanceAt(basis, at(basis, elapsed, sign))
          expect(p).toBeGreaterThan(0)
          expect(p).toBeLessThan(1)
          expect(low).toBeLessThanOrEqual(p)
          expect(high).toBeGreaterThanOrEqual(p)
          const { low: from, median, high: to } = remainingAt(basis, at(basis, elapsed, sign))
          if (median !== null) {
            expect(from).toBeGreaterThanOrEqual(0)
            expect(from).toBeLessThanOrEqual(median + 1)
            expect(to).toBeGreaterThanOrEqual(median - 1)
          }
        },
      ),
    )
  })
})

describe('the time to the end', () => {
  it('is not given where no duration is known', () => {
    const untimed = basisOf(after([run(false, null), run(true, null)]), [])
    expect(remainingAt(untimed, at(untimed, 0)).median).toBeNull()
  })
  it('brackets a steady job', () => {
    const steady = basisOf(after(times(10, () => run(false, 1000))), [])
    const { low, median, high } = remainingAt(steady, at(steady, 100))
    expect(low).toBeGreaterThan(750)
    expect(high).toBeLessThan(1050)
    expect(median).toBeCloseTo(900, -2)
  })
  it('leans on the pool where the job has few runs', () => {
    const pool = {
      pool: 'family',
      eventId: '',
      eventAt: 0,
      observedAt: 0,
      passes: 100,
      failures: 0,
      passDurations: { '60': 100 },
      failDurations: {},
      passClean: { '60': 100 },
      failClean: {},
      passesWithSign: 0,
      failuresWithSign: 0,
      watchedPasses: 0,
      falseStops: [],
      trueStops: [],
      weights: [],
      trust: 0,
      strain: 0,
      leadModel: '',
      leadRuns: 0,
      leadNats: 0,
      unseenPasses: 0,
      unseenFalseStops: [],
    }
    const basis = basisOf(emptyHistory(), [pool, undefined])
    expect(basis.pool).toBe('family')
    expect(basis.rate).toBeLessThan(0.1)
    expect(remainingAt(basis, at(basis, 0)).median).toBeGreaterThan(800)
  })
})
