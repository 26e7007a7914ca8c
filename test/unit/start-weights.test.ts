import { describe, expect, it } from 'vitest'
import { follow, startFrom, type Told } from '../support/start-weights.ts'

const formula = [0, 1, 0, 0, 0, 0, 0, 0, 0, 0]

describe('the start weights', () => {
  it('are half way from the formula to what other recordings came to: siblings .4 and .8 give .3', () => {
    const of = (siblings: number) => formula.map((weight, i) => (i === 5 ? siblings : weight))
    expect(startFrom([of(0.4), of(0.8)])[5]).toBeCloseTo(0.3)
    expect(startFrom([of(0.4), of(0.8)])[1]).toBe(1)
  })
  it('are scored by forecasts made before each run was learned', () => {
    const runs = Array.from({ length: 300 }, (_, i): Told => {
      const failed = i % 2 === 0
      return { failed, terms: [1, 0, 0, 0, 0, failed ? 1 : 0, failed ? 0 : -1, 0, 0, 0] }
    })
    const course = follow(runs, formula)
    expect(follow(runs.slice(0, 1), formula).loss).toBeCloseTo(Math.log(2))
    expect(course.weights[5]).toBeGreaterThan(0.5)
    expect(course.loss).toBeLessThan(course.lossWhileNew)
    expect(follow(runs, course.weights).lossWhileNew).toBeLessThan(course.lossWhileNew)
  })
})
