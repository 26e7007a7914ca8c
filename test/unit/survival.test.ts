import { describe, expect, it } from 'vitest'
import {
  addDuration,
  bucketOf,
  bucketStart,
  decay,
  Survival,
  type Histogram,
} from '../../processors/stopping/survival.ts'

const of = (...seconds: number[]): Survival => {
  const histogram: Histogram = {}
  for (const s of seconds) addDuration(histogram, s, 1)
  return new Survival({ histogram, scale: 1 })
}

describe('survival from log buckets', () => {
  it('puts 60 s into bucket 36, which begins at 59.1 s', () => {
    expect(bucketOf(60)).toBe(36)
    expect(bucketStart(36)).toBeCloseTo(59.1, 1)
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
    expect(decay({ '3': 2, '4': 0.001 }, 0.5)).toEqual({ '3': 1 })
  })
})
