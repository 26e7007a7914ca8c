import { describe, expect, it } from 'vitest'
import {
  afterPoints,
  drawnStart,
  newSlopes,
  pointOf,
  slopesOf,
  type SlopeLearner,
} from '../../processors/stopping/slopes.ts'

/** What a job learned of runs that are told to fail with these chances at the start, .5 being usual; age says nothing. */
const learned = (runs: number, of: (i: number) => [start: number, failed: boolean]): SlopeLearner =>
  Array.from({ length: runs }, (_, i) => of(i)).reduce(
    (known, [start, failed]) => afterPoints(known, [pointOf(0.5, start, 0)], failed),
    newSlopes(),
  )
/** Starts of .9 and .1 in turn, of which so many in ten come true. */
const turns =
  (right: number) =>
  (i: number): [number, boolean] => {
    const isTrue = Math.floor(i / 2) % 10 < right
    return i % 2 === 0 ? [0.9, isTrue] : [0.1, !isTrue]
  }

describe('how far a start is believed', () => {
  it('draws .9 to .75 at slope .5, where .5 is usual', () => {
    expect(drawnStart(0.9, 0.5, 0.5)).toBeCloseTo(0.75, 10)
    expect(drawnStart(0.9, 0.5, 1)).toBe(0.9)
    expect(drawnStart(0.2, 0.2, 0.3)).toBeCloseTo(0.2, 10)
  })
  it('is in full where nothing was learned', () => {
    expect(slopesOf(newSlopes())).toEqual({ start: 1, age: 1 })
    expect(afterPoints(newSlopes(), [], true)).toEqual(newSlopes())
  })
  it('of a slope of .5 that is as right as full belief is .63', () => {
    const { start, age } = slopesOf({ ...newSlopes(), weights: [0.5, 1.5] })
    expect(start).toBeCloseTo(0.63, 2)
    expect(age).toBe(1)
  })
  it('falls where half of what is said comes true, and stays where nine in ten do', () => {
    const tossed = slopesOf(learned(200, turns(5)))
    expect(drawnStart(0.9, 0.5, tossed.start)).toBeLessThan(0.62)
    const kept = slopesOf(learned(200, turns(9)))
    expect(drawnStart(0.9, 0.5, kept.start)).toBeCloseTo(0.9, 1)
    expect(kept.age).toBe(1)
  })
  it('is never more than in full, though all comes true', () => {
    const known = learned(600, turns(10))
    expect(known.weights[0]).toBeGreaterThan(1.2)
    expect(slopesOf(known).start).toBe(1)
  })
  it('tells start and age apart: where ages mislead only the age is believed less', () => {
    let known = newSlopes()
    for (let i = 0; i < 300; i += 1) {
      const [start, failed] = turns(9)(i)
      const age = Math.floor(i / 20) % 2 === 0 ? 1.5 : -1.5
      known = afterPoints(known, [pointOf(0.5, start, 0), pointOf(0.5, start, age)], failed)
    }
    const { start, age } = slopesOf(known)
    expect(age).toBeLessThan(0.6)
    expect(start).toBeGreaterThan(0.8)
  })
  it('does not change what it was given', () => {
    const before = learned(5, turns(5))
    const copy = structuredClone(before)
    afterPoints(before, [pointOf(0.5, 0.9, 1)], true)
    expect(before).toEqual(copy)
  })
})
