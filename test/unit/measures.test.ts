import { describe, expect, it } from 'vitest'
import type { CheckpointMeasure, RuleMeasure } from '../../schemas/events.ts'
import {
  auc,
  brier,
  brierSkill,
  calibratedEceRange,
  coverage,
  ece,
  falseStopRate,
  lift,
  logLoss,
  net,
  precision,
  ratio,
  recall,
  share,
  strictNet,
  wilson,
} from '../../schemas/measures.ts'

const rule: RuleMeasure = {
  rule: 'stopline',
  stoppedFailing: 8,
  stoppedPassing: 2,
  savedSeconds: 900,
  burntSeconds: 300,
  strictBurntSeconds: 1000,
}
const never: RuleMeasure = { ...rule, stoppedFailing: 0, stoppedPassing: 0, savedSeconds: 0 }
const bins = (
  ...rows: readonly [count: number, forecast: number, failed: number][]
): Pick<CheckpointMeasure, 'binCount' | 'binForecast' | 'binFailed'> => ({
  binCount: rows.map(([count]) => count),
  binForecast: rows.map(([, forecast]) => forecast),
  binFailed: rows.map(([, , failed]) => failed),
})

describe('measures', () => {
  it('give the worked Wilson interval', () => {
    const { low, high } = wilson(0.5, 10, 1.96)
    expect(low).toBeCloseTo(0.2366, 4)
    expect(high).toBeCloseTo(0.7634, 4)
    expect(ratio(5, 10)).toEqual({ value: 0.5, numerator: 5, denominator: 10, low, high })
  })
  it('give exact ends of the interval where all or none were seen', () => {
    expect(ratio(0, 3238).low).toBe(0)
    expect(ratio(3238, 3238).high).toBe(1)
  })
  it('say nothing where nothing was heard', () => {
    expect(ratio(0, 0).value).toBeNull()
    expect(ratio(0, 0).low).toBeNull()
    expect(share(0, 0)).toBeNull()
    expect(precision(never).value).toBeNull()
    expect(lift({ passing: 5, failing: 0 }, rule)).toBeNull()
    expect(brierSkill({ brier: 0, baseBrier: 0 })).toBeNull()
    expect(ece(bins())).toBeNull()
    expect(calibratedEceRange(bins())).toBeNull()
    expect(auc(bins([3, 1, 3]))).toBeNull()
  })
  it('charge a false stop what it burnt, or its whole run', () => {
    expect(net(rule)).toBe(600)
    expect(strictNet(rule)).toBe(-100)
    expect(recall({ failedSeconds: 3600 }, rule)).toBe(0.25)
  })
  it('give stops their precision, false-stop rate and lift', () => {
    const stops = precision(rule)
    expect([stops.value, stops.numerator, stops.denominator]).toEqual([0.8, 8, 10])
    expect(stops.low).toBeCloseTo(0.4902, 4)
    expect(stops.high).toBeCloseTo(0.9433, 4)
    const wrong = falseStopRate({ passing: 100 }, rule)
    expect(wrong.value).toBe(0.02)
    expect(wrong.low).toBeCloseTo(0.0055, 4)
    expect(wrong.high).toBeCloseTo(0.07, 4)
    expect(lift({ passing: 100, failing: 50 }, rule)).toBeCloseTo(2.4)
  })
  it('score forecasts', () => {
    expect(brier({ brier: 0.26, n: 2 })).toBe(0.13)
    expect(brierSkill({ brier: 0.26, baseBrier: 0.52 })).toBe(0.5)
    expect(logLoss({ logLoss: 2 * Math.LN2, n: 2 })).toBeCloseTo(0.6931, 4)
    expect(coverage({ covered: 16, remainingN: 20 }).value).toBe(0.8)
  })
  it('read calibration off the bins, beside what chance alone would show', () => {
    expect(ece(bins([10, 2, 4], [0, 0, 0], [10, 9, 9]))).toBeCloseTo(0.1)
    const range = calibratedEceRange(bins([100, 50, 50]))
    expect(range?.low).toBe(0)
    expect(range?.high).toBeCloseTo(0.099, 3)
  })
  it('read the AUC off the bins, ties by half', () => {
    expect(auc(bins([1, 0, 0], [2, 0, 1], [1, 0, 1]))).toBe(0.875)
    expect(auc(bins([2, 0, 0], [2, 0, 2]))).toBe(1)
  })
})
