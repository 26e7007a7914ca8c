import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { basisOf } from '../../processors/stopping/basis.ts'
import { emptyHistory, remember } from '../../processors/stopping/history.ts'
import { agedRatio, brokenStreak, withRunning } from '../../processors/stopping/overtaken.ts'
import type { RunningRun } from '../../processors/stopping/state.ts'
import { NO_WAIT } from '../../processors/stopping/waiting.ts'

const ended = (failed: boolean, durationSeconds: number) => ({
  ...{ failed, durationSeconds, startedAt: null, isCut: false, signSeconds: null, signs: [] },
})
const NOW = 1_000_000_000
const running = (seconds: number, signs: string[] = []): RunningRun =>
  ({ startedAt: NOW - seconds * 1000, signs, ...NO_WAIT }) as unknown as RunningRun
const failing = Array.from({ length: 26 }, () => ended(true, 600)).reduce(remember, emptyHistory())

describe('runs that have not ended', () => {
  it('are passes so far where they have outlived all failing ones: .95 by 20 runs, and five more: .84', () => {
    expect(withRunning(0.95, 20, [0, 0, 0, 0, 0]).rate).toBeCloseTo(0.84, 2)
    expect(withRunning(0.95, 20, [0, 0, 0, 0, 0]).passes).toBeCloseTo(2.375)
  })
  it('bring down the rate of a job of which only failures have ended, the more of them the lower', () => {
    const basis = basisOf(failing, [])
    const rates = [0, 1, 5, 10].map(
      (others) =>
        withRunning(
          basis.rate,
          basis.rateRuns,
          Array.from({ length: others }, () => agedRatio(basis, running(7200), NOW)),
        ).rate,
    )
    expect(rates[0]).toBe(basis.rate)
    expect(rates).toEqual([...rates].sort((a, b) => b - a))
    expect(rates[3]).toBeLessThan(0.8)
  })
  it('say nothing while they are young, once a step of theirs failed, or where passes are as short', () => {
    const basis = basisOf(failing, [])
    expect(agedRatio(basis, running(10), NOW)).toBe(1)
    expect(agedRatio(basis, running(7200, ['deploy']), NOW)).toBe(1)
    const mixed = basisOf(
      Array.from({ length: 40 }, (_, i) => ended(i % 2 === 0, 600)).reduce(
        remember,
        emptyHistory(),
      ),
      [],
    )
    expect(withRunning(0.5, 20, [agedRatio(mixed, running(7200), NOW)]).rate).toBeCloseTo(0.5, 2)
  })
  it('never raise a rate, and never bring it to none', () => {
    const share = fc.double({ min: 0, max: 0.999, noNaN: true })
    fc.assert(
      fc.property(
        fc.double({ min: 0.002, max: 0.998, noNaN: true }),
        fc.double({ min: 1, max: 50, noNaN: true }),
        fc.array(share, { maxLength: 20 }),
        (rate, runs, ratios) => {
          const with_ = withRunning(rate, runs, ratios)
          expect(with_.rate).toBeGreaterThan(0)
          expect(with_.rate).toBeLessThanOrEqual(rate + 1e-12)
        },
      ),
    )
  })
  it('break a row of failures: two passes among twelve leave rows of four', () => {
    expect(brokenStreak(12, 2)).toBe(4)
    expect(brokenStreak(12, 0)).toBe(12)
    expect(brokenStreak(2, 8)).toBe(1)
    expect(brokenStreak(-3, 2)).toBe(-3)
  })
})
