import { describe, expect, it } from 'vitest'
import {
  AT_ITS_WORD,
  boundsOf,
  strayAfter,
  strayed,
  toldEnd,
  type Stray,
} from '../../processors/signals/stray.ts'
import { seededRandom } from '../../cli/backtest/bootstrap.ts'
import { MONDAY } from '../support/facts.ts'

const interval = (low: number, median: number, high: number) => ({
  ...{ remainingSeconds: median, remainingLow: low, remainingHigh: high },
})

describe('how far the last ends of changes stray from what was told', () => {
  it('an interval of 49 to 199 s about 99 s is .79 wide as a log, and 44 to 488 s where ends strayed by −1 and 2', () => {
    const told = toldEnd(interval(49, 99, 199), MONDAY)
    expect(told?.width).toBeCloseTo(0.1 + Math.LN2, 10)
    const { remainingLow, remainingHigh } = strayed(interval(49, 99, 199), { early: -1, late: 2 })
    expect(remainingLow).toBeCloseTo(44.2, 1)
    expect(remainingHigh).toBeCloseTo(487.6, 1)
  })
  it('an end after e times as long as told, .5 wide, is two widths late; a hundred are remembered, newest first', () => {
    const told = { atMs: MONDAY, remainingSeconds: 99, width: 0.5 }
    const end = MONDAY + 1000 * (Math.exp(Math.log(100) + 1) - 1)
    const { by } = strayAfter({ by: Array.from({ length: 100 }, (_, i) => i) }, told, end)
    expect(by).toHaveLength(100)
    expect(by[0]).toBeCloseTo(2, 9)
    expect(by[1]).toBe(0)
  })
  it('is taken at its word at first; after ten ends of which three came 4 widths late the late bound is 4', () => {
    expect(boundsOf(AT_ITS_WORD)).toEqual({ early: -1, late: 1 })
    const bounds = boundsOf({ by: [0, 4, 0, 0, 4, 0, 0, 0, 4, 0, ...AT_ITS_WORD.by] })
    expect(bounds).toEqual({ early: -1, late: 4 })
    const { remainingLow, remainingHigh } = strayed(interval(49, 99, 199), bounds)
    expect(remainingLow).toBeCloseTo(44.2, 1)
    expect(remainingHigh).toBeCloseTo(2385.9, 1)
  })
  it('says nothing where nothing is known', () => {
    const nothing = { remainingSeconds: null, remainingLow: null, remainingHigh: null }
    expect(toldEnd(nothing, MONDAY)).toBeNull()
    expect(strayed(nothing, boundsOf(AT_ITS_WORD))).toBe(nothing)
  })
  it.each([
    ['three times too narrow', 3],
    ['twice too wide', 0.5],
  ])('covers 80 %% of ends though what is told is %s', (_name, times) => {
    const random = seededRandom(7)
    let stray: Stray = AT_ITS_WORD
    let covered = 0
    const changes = 3000
    for (let i = 0; i < changes; i += 1) {
      const outlook = interval(500, 600, 720)
      const told = toldEnd(outlook, MONDAY)
      if (told === null) throw new Error('nothing was told')
      // Logistic errors about the median: 80 % of them within ±2.2 scales.
      const u = random()
      const seconds = 600 * Math.exp((times * 0.18 * Math.log(u / (1 - u))) / 2.2)
      const { remainingLow, remainingHigh } = strayed(outlook, boundsOf(stray))
      if (seconds >= remainingLow && seconds <= remainingHigh) covered += 1
      stray = strayAfter(stray, told, MONDAY + seconds * 1000)
    }
    expect(covered / changes).toBeGreaterThan(0.77)
    expect(covered / changes).toBeLessThan(0.83)
  })
})
