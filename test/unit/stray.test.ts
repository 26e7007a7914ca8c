import { describe, expect, it } from 'vitest'
import {
  AT_ITS_WORD,
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
    const { remainingLow, remainingHigh } = strayed(interval(49, 99, 199), {
      ...{ early: -1, late: 2, changes: 9 },
    })
    expect(remainingLow).toBeCloseTo(44.2, 1)
    expect(remainingHigh).toBeCloseTo(487.6, 1)
  })
  it('an end two widths late moves the late bound from 1 to 1.9 and the early one from −1 to −.9', () => {
    const told = { atMs: MONDAY, remainingSeconds: 99, width: 0.5 }
    const end = MONDAY + 1000 * (Math.exp(Math.log(100) + 1) - 1)
    const { early, late, changes } = strayAfter(AT_ITS_WORD, told, end)
    expect(early).toBeCloseTo(-0.9, 10)
    expect(late).toBeCloseTo(1.9, 10)
    expect(changes).toBe(1)
  })
  it('says nothing where nothing is known', () => {
    const nothing = { remainingSeconds: null, remainingLow: null, remainingHigh: null }
    expect(toldEnd(nothing, MONDAY)).toBeNull()
    expect(strayed(nothing, AT_ITS_WORD)).toBe(nothing)
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
      const { remainingLow, remainingHigh } = strayed(outlook, stray)
      if (seconds >= remainingLow && seconds <= remainingHigh) covered += 1
      stray = strayAfter(stray, told, MONDAY + seconds * 1000)
    }
    expect(covered / changes).toBeGreaterThan(0.77)
    expect(covered / changes).toBeLessThan(0.83)
  })
})
