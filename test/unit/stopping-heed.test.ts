import { describe, expect, it } from 'vitest'
import { heedAfter, heeded, startsOf } from '../../processors/stopping/heed.ts'

describe('how far a job goes by what is said beside its own rate', () => {
  it('is at first seven times as far as by its rate alone: of .8 and .5 it makes .76', () => {
    expect(heeded(0.8, 0.5, 0)).toBeCloseTo(0.764, 3)
  })
  it('falls by .46 after a pass of which .8 was said with the terms, and .5 without', () => {
    expect(heedAfter(0, [startsOf(0.8, 0.5, 0)], false)).toBeCloseTo(-0.458, 3)
    expect(heedAfter(0, [startsOf(0.8, 0.5, 0)], true)).toBeCloseTo(0.235, 3)
  })
  it('counts a run once, however many checkpoints it passed, and forgets', () => {
    const said = startsOf(0.8, 0.5, 0)
    expect(heedAfter(0, [said, said, said], true)).toBeCloseTo(heedAfter(0, [said], true), 10)
    expect(heedAfter(1, [], true)).toBe(0.995)
  })
  it('is lost where the terms say .9 and .1 of a coin, and kept where they come true', () => {
    const after = (isTrue: (i: number) => boolean): number =>
      Array.from({ length: 100 }, (_, i) => i).reduce((heed, i) => {
        const termed = i % 2 === 0 ? 0.9 : 0.1
        return heedAfter(heed, [startsOf(termed, 0.5, 0)], isTrue(i) === (i % 2 === 0))
      }, 0)
    expect(
      heeded(
        0.9,
        0.5,
        after((i) => i % 4 < 2),
      ),
    ).toBeCloseTo(0.5, 2)
    expect(
      heeded(
        0.9,
        0.5,
        after((i) => i % 10 > 0),
      ),
    ).toBeCloseTo(0.9, 2)
  })
})
