import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bootstrap,
  columnOf,
  drawsOf,
  quantile,
  seededRandom,
  turned,
  weighted,
} from '../../cli/backtest/bootstrap.ts'
import { binEnds, calibratedRange, calibrationError } from '../../cli/backtest/calibration.ts'
import { auc, median, sortedBy } from '../../cli/backtest/ranking.ts'

const ones = (n: number): Uint8Array => new Uint8Array(n).fill(1)

describe('the bootstrap', () => {
  it('draws the same numbers for the same seed, seed 1 beginning with .6270739', () => {
    expect(seededRandom(1)()).toBeCloseTo(0.6270739, 6)
  })
  it('reads half of 1, 2, 4, 8 as 3', () => {
    expect(quantile([1, 2, 4, 8], 0.5)).toBe(3)
  })
  it('weighs sums 2 and 3 drawn once and twice as 8', () => {
    const column = columnOf([
      [0, 2],
      [1, 3],
    ])
    expect(weighted(column, Uint8Array.of(1, 2))).toBe(8)
  })
  it('draws as many units as there are, every time', () => {
    const { rounds } = drawsOf(40, { resamples: 20, seed: 3 })
    expect(rounds.map((weights) => weights.reduce((a, b) => a + b))).toEqual(Array(20).fill(40))
  })
  it('gives no interval below ten units and no value where there is none', () => {
    const options = { resamples: 50, seed: 1 }
    expect(bootstrap(drawsOf(9, options), () => ({ x: 4 })).x).toEqual({
      value: 4,
      low: null,
      high: null,
    })
    expect(bootstrap(drawsOf(99, options), () => ({ x: null })).x.value).toBeNull()
  })
  it('holds the true mean in about 95 of 100 samples, and always its own value', () => {
    let held = 0
    for (let trial = 0; trial < 200; trial += 1) {
      const random = seededRandom(trial)
      const column = columnOf(Array.from({ length: 60 }, (_, unit) => [unit, random()] as const))
      const { mean } = bootstrap(drawsOf(60, { resamples: 200, seed: trial }), (weights) => ({
        mean: weighted(column, weights) / 60,
      }))
      const { value, low, high } = mean
      if (value === null || low === null || high === null) throw new Error('no interval')
      expect(value).toBeGreaterThan(low)
      expect(value).toBeLessThan(high)
      if (low <= 0.5 && high >= 0.5) held += 1
    }
    expect(held).toBeGreaterThan(178)
  })
  it('is wider for runs that come in groups than for runs alone', () => {
    const width = (unitOf: (run: number) => number, units: number): number => {
      const random = seededRandom(5)
      const fails = Array.from({ length: 20 }, () => random() < 0.5)
      const failed = columnOf(
        Array.from({ length: 200 }, (_, run) => [unitOf(run), fails[run % 20] ? 1 : 0] as const),
      )
      const { x } = bootstrap(drawsOf(units, { resamples: 300, seed: 1 }), (weights) => ({
        x: weighted(failed, weights) / 200,
      }))
      return (x.high ?? 0) - (x.low ?? 0)
    }
    expect(width((run) => run % 20, 20)).toBeGreaterThan(2 * width((run) => run, 200))
  })
  it('turns an interval about its value and never below 0', () => {
    expect(turned({ value: 0.2, low: 0.25, high: 0.5 })).toMatchObject({ low: 0, value: 0.2 })
    expect(turned({ value: 0.2, low: 0.25, high: 0.3 }).high).toBeCloseTo(0.15)
  })
})

describe('statistics of sorted forecasts', () => {
  const forecasts = fc.array(
    fc.record({ p: fc.integer({ min: 0, max: 9 }), failed: fc.boolean(), weight: fc.nat(3) }),
    { maxLength: 30 },
  )
  it('has AUC .875 for failing .8 and .4, passing .4 and .2', () => {
    const sorted = sortedBy([0.2, 0.4, 0.4, 0.8], [0, 1, 2, 3])
    expect(auc(sorted, Uint8Array.of(0, 0, 1, 1), ones(4))).toBe(0.875)
  })
  it('has the AUC of all pairs, whatever the ties and weights', () => {
    fc.assert(
      fc.property(forecasts, (runs) => {
        const sorted = sortedBy(
          runs.map(({ p }) => p),
          [...runs.keys()],
        )
        const failed = Uint8Array.from(sorted.order, (i) => Number(runs[i]?.failed))
        const weights = Uint8Array.from(runs, ({ weight }) => weight)
        let [won, pairs] = [0, 0]
        for (const bad of runs.filter((run) => run.failed))
          for (const good of runs.filter((run) => !run.failed)) {
            const weight = bad.weight * good.weight
            pairs += weight
            won += weight * (bad.p > good.p ? 1 : bad.p === good.p ? 0.5 : 0)
          }
        const area = auc(sorted, failed, weights)
        if (pairs === 0) expect(area).toBeNull()
        else expect(area).toBeCloseTo(won / pairs, 12)
      }),
    )
  })
  it('has median 3 of 1, 2, 4, 10, and that of the repeated values where they are weighted', () => {
    expect(median(sortedBy([10, 1, 4, 2], [0, 1, 2, 3]), ones(4))).toBe(3)
    fc.assert(
      fc.property(forecasts, (runs) => {
        const repeated = runs.flatMap(({ p, weight }) => Array<number>(weight).fill(p))
        repeated.sort((a, b) => a - b)
        const sorted = sortedBy(
          runs.map(({ p }) => p),
          [...runs.keys()],
        )
        const value = median(
          sorted,
          Uint8Array.from(runs, ({ weight }) => weight),
        )
        if (repeated.length === 0) expect(value).toBeNull()
        else expect(value).toBe(quantile(repeated, 0.5))
      }),
    )
  })
})

describe('the calibration error', () => {
  const failedOf = (n: number, failing: number): number[] =>
    Array.from({ length: n }, (_, i) => (i < failing ? 1 : 0))
  it('is .1 for 50 at .1 of which 10 failed and 50 at .5 of which 20 failed', () => {
    const p = [...Array<number>(50).fill(0.1), ...Array<number>(50).fill(0.5)]
    const failed = Uint8Array.from([...failedOf(50, 10), ...failedOf(50, 20)])
    const sorted = sortedBy(p, [...p.keys()])
    const ends = binEnds(sorted.values)
    expect(ends).toEqual([50, 100])
    expect(calibrationError(sorted, failed, ends, ones(100))).toBeCloseTo(0.1)
  })
  it('has no bins below 50 runs, ten from 500, and equal forecasts in one', () => {
    const spread = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => i / n)
    expect(binEnds(spread(49))).toEqual([])
    expect(binEnds(spread(500))).toHaveLength(10)
    expect(binEnds(new Float64Array(500).fill(0.2))).toEqual([500])
  })
  it('covers all runs by bins of at least 50, each ending where the forecast changes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 50, maxLength: 700 }), (values) => {
        const sorted = Float64Array.from(values).sort()
        const ends = binEnds(sorted)
        expect(ends.at(-1)).toBe(sorted.length)
        ends.forEach((end, bin) => {
          expect(end - (ends[bin - 1] ?? 0)).toBeGreaterThanOrEqual(50)
          if (end < sorted.length) expect(sorted[end]).not.toBe(sorted[end - 1])
        })
      }),
    )
  })
  it('puts outcomes drawn from the forecasts into the range of a calibrated forecaster, mostly', () => {
    let inside = 0
    for (let trial = 0; trial < 60; trial += 1) {
      const random = seededRandom(trial)
      const p = Array.from({ length: 300 }, () => random() * 0.6)
      const sorted = sortedBy(p, [...p.keys()])
      const failed = Uint8Array.from(sorted.values, (value) => (random() < value ? 1 : 0))
      const ends = binEnds(sorted.values)
      const range = calibratedRange(sorted.values, failed, ends, trial)
      const error = calibrationError(sorted, failed, ends, ones(300)) ?? 1
      if (range !== null && error >= range.low && error <= range.high) inside += 1
    }
    expect(inside).toBeGreaterThanOrEqual(52)
  })
})
