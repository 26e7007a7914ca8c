import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addDuration,
  BUCKETS,
  bucketOf,
  bucketStart,
  decay,
  quantileOf,
  Survival,
  type Histogram,
} from '../../processors/stopping/survival.ts'

const of = (...seconds: number[]): Survival => {
  const histogram: Histogram = []
  for (const s of seconds) addDuration(histogram, s, 1)
  return new Survival([{ histogram, scale: 1 }])
}
const cutOff = (ended: readonly number[], censored: readonly number[]): Survival => {
  const [ends, cuts]: [Histogram, Histogram] = [[], []]
  for (const s of ended) addDuration(ends, s, 1)
  for (const s of censored) addDuration(cuts, s, 1)
  return new Survival([{ histogram: ends, scale: 1 }], [{ histogram: cuts, scale: 1 }])
}

describe('survival from log buckets', () => {
  it('puts 60 s into bucket 36, which begins at 59.1 s', () => {
    expect(bucketOf(60)).toBe(36)
    expect(bucketStart(36)).toBeCloseTo(59.1, 1)
  })
  it('is outlasted by one in a hundred at 66 s where 99 runs last 60 s and one 600 s', () => {
    const runs = [36, 99, bucketOf(600), 1]
    expect(quantileOf(runs, 0.99)).toBeCloseTo(66.2, 1)
    expect(quantileOf(runs, 0.999)).toBeGreaterThan(600)
    expect(quantileOf([], 0.99)).toBe(0)
  })
  it('falls from 1 to 0 and is a half in the middle of two far runs', () => {
    const survival = of(100, 10_000)
    expect(survival.at(0)).toBe(1)
    expect(survival.at(1000)).toBe(0.5)
    expect(survival.at(100_000)).toBe(0)
  })
  it('reads a quantile within the width of a bucket', () => {
    const median = of(100, 100, 100).quantileBeyond(0, 0.5) ?? 0
    expect(Math.abs(median / 100 - 1)).toBeLessThan(0.12)
  })
  it('knows no remaining time where no run was ever alive', () => {
    expect(of(100).meanRemaining(5000)).toBeNull()
    expect(of(1000).meanRemaining(0)).toBeGreaterThan(900)
  })
  it('forgets by a factor', () => {
    expect(decay([3, 2, 4, 0.001], 0.5)).toEqual([3, 1])
  })
  it('counts a run that was cut off as alive until then: ends at 10, 20, 40 s, cut off at 30 s', () => {
    const survival = cutOff([10, 20, 40], [30])
    expect(survival.at(25)).toBeCloseTo(0.5)
    expect(survival.at(60)).toBe(0)
    expect(survival.total).toBe(4)
  })
  it('does not fall to 0 where the longest run was cut off', () => {
    const survival = cutOff([100, 100, 100], [5000])
    expect(survival.at(4000)).toBeCloseTo(0.25)
    expect(survival.at(90_000)).toBeCloseTo(0.25)
    expect(survival.quantileBeyond(1000, 0.5)).toBe(survival.end)
  })
  it('agrees with a count of the runs, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 50 }),
        (runs) => {
          const survival = of(...runs)
          for (let bucket = 0; bucket < BUCKETS; bucket += 7) {
            const longer = runs.filter((seconds) => bucketOf(seconds) >= bucket).length
            expect(survival.at(bucketStart(bucket))).toBeCloseTo(longer / runs.length, 9)
            expect(survival.beyond(bucketStart(bucket))).toBeCloseTo(longer, 9)
          }
          const mean = runs.reduce((sum, seconds) => sum + seconds, 0) / runs.length
          expect(Math.abs((survival.meanRemaining(0) ?? 0) - mean)).toBeLessThan(0.07 * mean + 1)
        },
      ),
    )
  })
})
