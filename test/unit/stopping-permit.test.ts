import { describe, expect, it } from 'vitest'
import {
  climb,
  GROUNDS,
  isAgainst,
  LEVELS,
  stopLevel,
  stopsAtOnce,
  type Standings,
} from '../../processors/stopping/permit.ts'

/** Runs that reached a level on one ground, or went beyond: [level, wrong, right]. */
const record = (
  failureRate: number,
  watchedPasses: number,
  ...reached: readonly (readonly [peak: number, wrong: number, right: number])[]
): Standings => {
  const falseStops: number[] = []
  const trueStops: number[] = []
  for (const [peak, wrong, right] of reached) {
    for (let i = 0; i < wrong; i += 1) climb(falseStops, [peak, peak, peak])
    for (let i = 0; i < right; i += 1) climb(trueStops, [peak, peak, peak])
  }
  return {
    ...{ failureRate, watchedPasses, falseStops, trueStops },
    ...{ unseenPasses: 0, unseenFalseStops: [] },
  }
}

describe('the permission to stop', () => {
  it('takes levels at their word at first: .98 where half of the runs fail, .94 after ten passes and 11 right stops', () => {
    expect(stopLevel(record(0.5, 0), 'history')).toBe(0.98)
    expect(stopLevel(record(0.5, 100), 'history')).toBe(0.97)
    expect(stopLevel(record(0.5, 10, [0.95, 0, 11]), 'history')).toBe(0.94)
  })
  it('hears of a level that its stops were right more often, or less, than it says', () => {
    expect(stopLevel(record(0.5, 50, [0.95, 0, 11]), 'history')).toBe(0.92)
    expect(stopLevel(record(0.5, 560, [0.95, 3, 11]), 'history')).toBe(0.97)
    expect(stopLevel(record(0.5, 560, [0.95, 3, 60]), 'history')).toBe(0.92)
  })
  it('is given sooner where few runs fail, and on a failed step', () => {
    expect(stopLevel(record(0.05, 0), 'age')).toBe(0.97)
    expect(stopLevel(record(0.05, 0, [0.93, 0, 11]), 'age')).toBe(0.92)
    expect(stopLevel(record(0.7, 0), 'history')).toBe(0.99)
    expect(stopLevel(record(0.7, 0), 'sign')).toBe(0.92)
  })
  it('is spent by a false stop, and earned again by passing runs', () => {
    const once = (passes: number) => record(0.5, passes, [0.96, 1, 40])
    expect(stopLevel(once(100), 'history')).toBe(0.97)
    expect(stopLevel(once(600), 'history')).toBe(0.92)
  })
  it('is withdrawn where the record speaks against nine in ten stops being right', () => {
    expect(stopLevel(record(0.05, 5000, [0.95, 2, 14]), 'age')).toBe(0.92)
    expect(stopLevel(record(0.05, 5000, [0.95, 10, 20]), 'age')).toBe(0.97)
    expect(stopLevel(record(0.05, 5000, [0.999, 10, 20]), 'age')).toBe(Infinity)
  })
  it('rests on the lower bound of the record below .97: stops must pay off by it, as two in three do', () => {
    const level = (wrong: number, right: number) =>
      stopLevel(record(0.05, 5000, [0.95, wrong, right]), 'age')
    // .601, .684, and of eleven right ones and no wrong one .803.
    expect([level(2, 10), level(2, 14), level(0, 11)]).toEqual([0.97, 0.92, 0.92])
  })
  it('lets only as many runs of a job be stopped at a time as the record can afford', () => {
    const known = record(0.3, 450, [0.95, 1, 20])
    expect(stopsAtOnce(known, 0.94)).toBe(3)
    expect(stopsAtOnce(known, 0.96)).toBe(4)
    expect(stopsAtOnce(record(0.3, 10), 0.96)).toBe(1)
  })
  it('counts each ground by itself', () => {
    const stops: number[] = []
    climb(stops, [0, 0.95, 1])
    const of = (ground: number) => stops.slice(ground * LEVELS.length, (ground + 1) * LEVELS.length)
    expect(GROUNDS.map((_, ground) => of(ground).reduce((a, b) => a + b))).toEqual([
      0,
      2,
      9 - 1,
      0,
      0,
      0,
    ])
  })
})

describe('a record that fades', () => {
  const faded = (standings: Standings, factor: number): Standings => ({
    ...standings,
    falseStops: standings.falseStops.map((count) => count * factor),
    trueStops: standings.trueStops.map((count) => count * factor),
  })
  it('asks for an eleventh stop, in the hour of the tenth as later', () => {
    const level = (stops: number, factor: number) =>
      stopLevel(faded(record(0.05, 0, [0.93, 0, stops]), factor), 'age')
    expect([level(10, 1), level(10, 0.997)]).toEqual([0.97, 0.97])
    expect([level(11, 1), level(11, 0.997)]).toEqual([0.92, 0.92])
  })
  it('speaks against a family from a third false stop on, in the hour of the second as later', () => {
    const against = (wrong: number, factor: number) =>
      isAgainst(faded(record(0.5, 100, [0.95, wrong, 10]), factor), 'age', 0.94)
    expect([against(2, 1), against(2, 0.997)]).toEqual([false, false])
    expect([against(3, 1), against(3, 0.997)]).toEqual([true, true])
  })
})

describe('a family', () => {
  it('is kept out where its own stops were wrong too often', () => {
    expect(isAgainst(record(0.5, 100, [0.95, 2, 0]), 'age', 0.94)).toBe(false)
    expect(isAgainst(record(0.5, 100, [0.95, 3, 30]), 'age', 0.94)).toBe(false)
    expect(isAgainst(record(0.5, 100, [0.95, 3, 10]), 'age', 0.94)).toBe(true)
    expect(isAgainst(record(0.5, 100, [0.95, 3, 10]), 'age', 0.96)).toBe(false)
    expect(isAgainst(record(0.5, 100, [0.95, 3, 10]), 'age', Infinity)).toBe(false)
  })
})
