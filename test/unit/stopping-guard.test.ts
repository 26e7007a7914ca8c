import { describe, expect, it } from 'vitest'
import { guarded, newGuard, whyGuarded, type Watched } from '../../processors/stopping/guard.ts'
import { GROUNDS } from '../../processors/stopping/permit.ts'

const run = (more: Partial<Watched> = {}): Watched => ({
  belief: 0.8,
  failed: false,
  wanted: [false, false, false],
  ...more,
})
const times = (n: number, watched: Watched, from = newGuard()) =>
  Array.from({ length: n }, () => watched).reduce(guarded, from)

describe('the drift guard of a job', () => {
  it('finds forecasts adrift: four passes of which .8 was said are 3.9 standard deviations', () => {
    const guard = times(4, run())
    expect(guard.surplus).toBeCloseTo(2.99, 2)
    expect(guard.surplus / Math.sqrt(guard.variance)).toBeCloseTo(3.9, 1)
    expect(guard.isAdrift).toBe(true)
    expect(whyGuarded(guard)).toContain('less often than was forecast')
    expect(times(2, run()).isAdrift).toBe(false)
  })
  it('lets forecasts be wrong the other way, and calibrated ones alone', () => {
    expect(times(30, run({ belief: 0.3, failed: true })).isAdrift).toBe(false)
    let guard = newGuard()
    for (let i = 0; i < 200; i += 1) {
      guard = guarded(guard, run({ failed: i % 5 !== 0 }))
      expect(guard.isAdrift).toBe(false)
    }
  })
  it('lets the job come back once its forecasts hold, later than it would have let it go', () => {
    let guard = times(6, run({ belief: 0.9 }))
    let runs = 0
    for (; guard.isAdrift; runs += 1)
      guard = guarded(guard, run({ belief: 0.3, failed: runs % 10 < 3 }))
    expect(runs).toBeGreaterThan(5)
    expect(runs).toBeLessThan(40)
    expect(whyGuarded(guard)).toBeNull()
  })
  it('holds stops of a ground back after two wrong ones, until right ones outweigh them', () => {
    const wanted = [true, false, false]
    const hit = times(2, run({ belief: 0.95, wanted }), times(8, run({ failed: true, wanted })))
    expect(hit.held).toEqual(GROUNDS.map((ground) => ground === 'history'))
    expect(whyGuarded(hit)).toContain('would have hit passing runs')
    let guard = hit
    let rights = 0
    for (; guard.held[0] === true; rights += 1)
      guard = guarded(guard, run({ belief: 0.95, failed: true, wanted }))
    expect(rights).toBeGreaterThan(20)
    expect(rights).toBeLessThan(60)
    expect(times(1, run({ wanted })).held[0]).toBe(false)
  })
})
