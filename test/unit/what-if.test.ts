import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { falseStopRate, net, precision, strictNet } from '../../schemas/measures.ts'
import {
  chargedNet,
  createReplay,
  expectedWorth,
  pastRun,
  USUAL_POLICY,
  type PastRun,
  type WhatIfPolicy,
} from '../../schemas/what-if.ts'
import { checkpointOf, inventedScores, ruleScore, scoreOf } from '../support/backtest-records.ts'

const FREE = { precisionFloor: 0, falseStopReruns: 0, leastSavedSeconds: 0 }
const failing: PastRun = {
  run: 'failing',
  job: 'j',
  failed: true,
  durationSeconds: 1_000,
  startMs: 0,
  heardMs: 1_000_000,
  forecasts: [
    { elapsedSeconds: 0, pFail: 0.4, remainingSeconds: 800 },
    { elapsedSeconds: 200, pFail: 0.8, remainingSeconds: 600 },
    { elapsedSeconds: 400, pFail: 0.95, remainingSeconds: 500 },
  ],
  stops: [],
}
const passing: PastRun = {
  ...failing,
  run: 'passing',
  failed: false,
  durationSeconds: 900,
  forecasts: [{ elapsedSeconds: 200, pFail: 0.75, remainingSeconds: 650 }],
}
const replayed = (
  runs: readonly PastRun[],
  policy: Partial<Omit<WhatIfPolicy, 'threshold'>> = {},
  thresholds: readonly number[] = [0.7, 0.9],
) => {
  const replay = createReplay({ ...FREE, ...policy }, thresholds)
  for (const run of runs) replay.add(run)
  return replay.result()
}

describe('a replay of history', () => {
  it('stops at the first checkpoint at or above the threshold, as in the example of the file', () => {
    const whole = replayed([failing, passing])
    const [low, high] = whole.points
    if (low === undefined || high === undefined) throw new Error('two thresholds were asked for')
    expect(low).toMatchObject({ savedSeconds: 800, burntSeconds: 200 })
    expect([net(low), strictNet(low)]).toEqual([600, -100])
    expect(precision(low)).toMatchObject({ numerator: 1, denominator: 2 })
    expect(falseStopRate(whole, low).value).toBe(1)
    expect(high).toMatchObject({ savedSeconds: 600, stoppedPassing: 0 })
    expect(net(high)).toBe(600)
    expect(whole).toMatchObject({ failing: 1, passing: 1, failedSeconds: 1_000, forecast: 2 })
  })

  it('lists the runs that it stops at the threshold asked for, with when', () => {
    const listed = (threshold?: number) => {
      const replay = createReplay(FREE, [0.7, 0.9], threshold)
      for (const run of [failing, passing]) replay.add(run)
      return replay.result().stopped.map(({ run, stopSeconds }) => [run.run, stopSeconds])
    }
    expect(listed(0.7)).toEqual([
      ['failing', 200],
      ['passing', 200],
    ])
    expect(listed(0.9)).toEqual([['failing', 400]])
    expect(listed()).toEqual([])
  })

  it('expects 720 s of a stop at .9 after 600 s with 1,200 s to go at two reruns', () => {
    const forecast = { pFail: 0.9, elapsedSeconds: 600, remainingSeconds: 1_200 }
    expect(expectedWorth(forecast, 2)).toBeCloseTo(720, 9)
    // At 200 s: .8·600 - .2·2·800 = 160 s for the failing run; the passing one .75·650 - .25·2·850 = 62.5 s.
    const at = (leastSavedSeconds: number) =>
      replayed([failing, passing], { falseStopReruns: 2, leastSavedSeconds }, [0.7]).points[0]
    expect(at(62.5)).toMatchObject({ stoppedFailing: 1, stoppedPassing: 1 })
    expect(at(63)).toMatchObject({ stoppedFailing: 1, stoppedPassing: 0, savedSeconds: 800 })
    // .95·500 - .05·2·900 = 385 s at 400 s is still worth it, and 386 s are not to be had.
    expect(at(161)).toMatchObject({ savedSeconds: 600 })
    expect(at(386)).toMatchObject({ stoppedFailing: 0 })
  })

  it('charges a false stop of 400 s twice', () => {
    const rule = { ...ruleOf(), savedSeconds: 900, strictBurntSeconds: 400 }
    expect(chargedNet(rule, 2)).toBe(100)
    expect(chargedNet(rule, 1)).toBe(strictNet(rule))
  })

  it('lets a job alone while too few of its would-be stops were right, and comes back', () => {
    const at = (startMs: number, run: PastRun): PastRun => ({
      ...run,
      startMs,
      heardMs: startMs + 10,
    })
    const runs = [
      at(0, passing),
      // The end of the first has not been heard yet.
      at(5, failing),
      at(20, failing),
      at(40, failing),
      at(60, failing),
    ]
    const stopped = (precisionFloor: number) =>
      replayed(runs, { precisionFloor }, [0.7]).points[0]?.stoppedFailing
    expect(stopped(0)).toBe(4)
    // Known at 20: one of two right; at 40 two of three, at 60 three of four.
    expect(stopped(0.6)).toBe(3)
    expect(stopped(0.75)).toBe(2)
    expect(stopped(0.9)).toBe(1)
  })

  it('counts stops of censored runs and scores none, and stops nothing it knows no time of', () => {
    const whole = replayed([{ ...failing, failed: null }], {}, [0.7])
    expect(whole).toMatchObject({ censored: 1, failing: 0 })
    expect(whole.points[0]).toMatchObject({ stoppedCensored: 1, savedSeconds: 0 })
    const cold = pastRun(scoreOf({ failed: true, checkpoints: [checkpointOf({ pFail: 0.99 })] }))
    expect(replayed([cold]).points[0]).toMatchObject({ stoppedFailing: 0 })
    const untimed = pastRun(scoreOf({ failed: true, durationSeconds: null }))
    expect(replayed([untimed])).toMatchObject({ failing: 1, failedSeconds: 0, forecast: 0 })
  })

  it('shows what each rule decided for the same runs', () => {
    const run = { failed: true, durationSeconds: 100 } as const
    const score = scoreOf({
      ...run,
      rules: [ruleScore('stopline', 30, run), ruleScore('never-stop', null, run)],
    })
    expect(replayed([pastRun(score)]).rules).toEqual([
      { ...ruleOf('stopline'), stoppedFailing: 1, savedSeconds: 70 },
      ruleOf('never-stop'),
    ])
  })

  it('never stops more runs, nor the same one earlier, at a higher threshold', () => {
    const runs = inventedScores(400).map(pastRun)
    fc.assert(
      fc.property(fc.double({ min: 0, max: 4, noNaN: true }), (falseStopReruns) => {
        const { points } = replayed(runs, { falseStopReruns }, [0.5, 0.6, 0.7, 0.8, 0.9])
        for (const [i, point] of points.entries()) {
          const before = points[i - 1] ?? point
          expect(point.stoppedFailing).toBeLessThanOrEqual(before.stoppedFailing)
          expect(point.stoppedPassing).toBeLessThanOrEqual(before.stoppedPassing)
          expect(point.savedSeconds).toBeLessThanOrEqual(before.savedSeconds)
        }
      }),
      { numRuns: 20 },
    )
  })

  it('has a usual policy that charges what our rule charges', () => {
    expect(USUAL_POLICY).toMatchObject({ threshold: 0.92, falseStopReruns: 2 })
  })
})

function ruleOf(rule = 'what-if') {
  return {
    rule,
    stoppedFailing: 0,
    stoppedPassing: 0,
    savedSeconds: 0,
    burntSeconds: 0,
    strictBurntSeconds: 0,
  }
}
