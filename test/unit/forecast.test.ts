import { describe, expect, it } from 'vitest'
import { basisOf, chanceAt, pFailAt, remainingAt } from '../../processors/stopping/forecast.ts'
import {
  baseRate,
  emptyHistory,
  failureRate,
  remember,
  streak,
} from '../../processors/stopping/history.ts'

const after = (...runs: readonly [failed: boolean, seconds: number | null][]) =>
  runs.reduce((history, [failed, seconds]) => remember(history, failed, seconds), emptyHistory())

describe('a forecast from history', () => {
  it('counts a streak by its sign', () => {
    expect(streak(after([false, 1], [true, 1], [true, 1]))).toBe(2)
    expect(streak(after([true, 1], [false, 1]))).toBe(-1)
    expect(streak(emptyHistory())).toBe(0)
  })
  it('lets the newest outcomes weigh most', () => {
    const broken = failureRate(after([false, 1], [false, 1], [true, 1], [true, 1]), 0.5).rate
    const mended = failureRate(after([true, 1], [true, 1], [false, 1], [false, 1]), 0.5).rate
    expect(broken).toBeGreaterThan(mended)
    expect(baseRate(emptyHistory())).toBeCloseTo(0.5)
  })
  it('rises once every pass would be over', () => {
    const runs = Array.from(
      { length: 20 },
      (_, i) => [i % 4 === 0, i % 4 === 0 ? 4000 : 600] as [boolean, number],
    )
    const basis = basisOf(after(...runs), [])
    expect(pFailAt(basis, 2000)).toBeGreaterThan(0.8)
    expect(pFailAt(basis, 2000)).toBeGreaterThan(pFailAt(basis, 10))
    const { p, low, high } = chanceAt(basis, 100)
    expect(low).toBeLessThan(p)
    expect(high).toBeGreaterThan(p)
  })
  it('says nothing of time where no duration is known', () => {
    expect(remainingAt(basisOf(after([false, null], [true, null]), []), 0).mean).toBeNull()
  })
  it('brackets the remaining time of a steady job', () => {
    const { low, mean, high } = remainingAt(
      basisOf(after(...Array.from({ length: 10 }, () => [false, 1000] as [boolean, number])), []),
      100,
    )
    expect(low).toBeGreaterThan(750)
    expect(high).toBeLessThan(1050)
    expect(mean).toBeCloseTo(900, -2)
  })
})
