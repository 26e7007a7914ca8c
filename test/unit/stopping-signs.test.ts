import { describe, expect, it } from 'vitest'
import type { Prior } from '../../schemas/events.ts'
import {
  beliefOf,
  countSigns,
  harmlessShare,
  tellingLate,
  withLate,
  type SignCounts,
} from '../../processors/stopping/signs.ts'

const after = (...runs: readonly (readonly [failed: boolean, ...steps: string[]])[]): SignCounts =>
  runs.reduce<SignCounts>((counts, [failed, ...steps]) => countSigns(counts, steps, failed), {})
const pool = (passesWithSign: number, failuresWithSign: number): Prior =>
  ({ passesWithSign, failuresWithSign }) as Prior

describe('what a failed step says', () => {
  it('is .96 after three failures of it that all failed the run, where nothing else is known', () => {
    const counts = after([true, 'build'], [true, 'build'], [true, 'build'])
    expect(beliefOf(['build'], counts, 0.1).p).toBeCloseTo(0.96, 3)
    expect(beliefOf(['build'], counts, 0.1).runs).toBeCloseTo(5, 0)
  })
  it('is learned by step: one that may fail says nothing of one that decides', () => {
    const runs = Array.from({ length: 20 }, () => [false, 'lint'] as const)
    const counts = after(...runs, [true, 'build'], [true, 'build', 'lint'])
    expect(beliefOf(['lint'], counts, 0.5).p).toBeLessThan(0.15)
    expect(beliefOf(['build'], counts, 0.5).p).toBeGreaterThan(0.7)
    expect(beliefOf(['lint', 'build'], counts, 0.5)).toEqual(beliefOf(['build'], counts, 0.5))
  })
  it('a late step: believed .4; of twelve runs in which it was late none passed: .76; nothing is said by one never seen', () => {
    expect(withLate(0.4, { runs: 12, passes: 0 })).toBeCloseTo(0.76, 10)
    expect(withLate(0.4, { runs: 0, passes: 0 })).toBeCloseTo(0.4, 10)
    expect(withLate(0.4, { runs: 50, passes: 50 })).toBe(0.4)
    expect(withLate(0.4, null)).toBe(0.4)
    const counts = { 'late: a': { runs: 3, passes: 0 }, 'late: b': { runs: 9, passes: 0 } }
    expect(tellingLate(['a', 'b', 'c'], false, counts)).toEqual({
      runs: 9,
      passes: 0,
      ground: 'late',
    })
    expect(tellingLate([], false, counts)).toBeNull()
  })
  it('silence counts as a late step does, the more telling of both alone, and only while it lasts', () => {
    const counts = { 'late: a': { runs: 3, passes: 0 }, silent: { runs: 9, passes: 0 } }
    expect(tellingLate(['a'], true, counts)).toEqual({ runs: 9, passes: 0, ground: 'silent' })
    expect(tellingLate(['a'], false, counts)).toEqual({ runs: 3, passes: 0, ground: 'late' })
  })
  it('leans on the job, which leans on its family, which leans on its community', () => {
    expect(harmlessShare({ runs: 0, passes: 0 }, [])).toBeCloseTo(0.1)
    const community = harmlessShare({ runs: 0, passes: 0 }, [undefined, pool(50, 50)])
    expect(community).toBeCloseTo(50.2 / 102)
    expect(harmlessShare({ runs: 0, passes: 0 }, [pool(0, 100), pool(50, 50)])).toBeLessThan(0.02)
    expect(harmlessShare({ runs: 100, passes: 100 }, [pool(0, 100), undefined])).toBeGreaterThan(
      0.95,
    )
  })
  it('is kept for the 50 steps seen most and those just seen', () => {
    const often = Array.from({ length: 60 }, (_, i) => [true, `s${i}`, `s${i}`] as const)
    const counts = after(...often, [true, 'new'])
    expect(Object.keys(counts)).toHaveLength(50)
    expect(counts['new']).toEqual({ runs: 1, passes: 0 })
  })
})
