import { describe, expect, it } from 'vitest'
import { classesOf, countTime, decilesOf } from '../../processors/merge-time/classes.ts'
import { outcomeOf, quantileOf, shareWithin, zOf } from '../../processors/merge-time/forecast.ts'
import {
  BUCKETS,
  bucketOf,
  countEnd,
  intensitiesOf,
  newLifeTable,
  startIntensity,
  START_INTENSITIES,
  watch,
} from '../../processors/merge-time/life-table.ts'
import { dot, learnLinear, newLinear } from '../../processors/merge-time/linear.ts'
import { hear, newMean, shrunk } from '../../processors/merge-time/means.ts'
import { factorOf } from '../../processors/merge-time/signs.ts'

const flat = (value: number): number[] => new Array<number>(BUCKETS).fill(value)
const outlook = {
  ...{ location: 10, scale: 1, elapsedSeconds: 0, intensities: START_INTENSITIES },
  ...{ mergeShare: () => 1, sway: { merge: 1, close: 1 } },
}

describe('a linear model that learns online', () => {
  it('moves by its covariance over its doubt, and becomes surer', () => {
    const linear = newLinear([0], [1])
    learnLinear(linear, { x: [1], error: 2, information: 1, variances: [1], keep: 1 })
    expect(linear).toEqual({ weights: [1], covariance: [0.5] })
  })
  it('finds the weights that made what it hears', () => {
    const linear = newLinear([0, 0, 0], [10, 10, 10])
    for (let i = 0; i < 300; i += 1) {
      const x = [1, (i % 7) - 3, (i % 5) - 2]
      const error = dot([4, -2, 0.5], x) - dot(linear.weights, x)
      learnLinear(linear, { x, error, information: 1, variances: [10, 10, 10], keep: 0.999 })
    }
    ;[4, -2, 0.5].forEach((weight, i) => {
      expect(linear.weights[i]).toBeCloseTo(weight, 2)
    })
  })
  it('never knows less than at its start', () => {
    const linear = newLinear([0], [1])
    for (let i = 0; i < 9; i += 1)
      learnLinear(linear, { x: [0], error: 0, information: 1, variances: [1], keep: 0.5 })
    expect(linear.covariance).toEqual([1])
  })
})

describe('a mean that leans on a wider one', () => {
  it('counts what it heard beside what the wider one is worth', () => {
    const mean = newMean()
    hear(mean, 2, 1)
    hear(mean, 4, 1)
    expect(shrunk(mean, 6, 3)).toBeCloseTo(4.8, 12)
  })
})

describe('the life table', () => {
  it('starts from errors as Laplace has them', () => {
    expect(startIntensity(2)).toBe(1)
    expect(startIntensity(-1)).toBeCloseTo(0.225, 3)
  })
  it('puts what is below and above its ends into the first and the last bucket', () => {
    expect([bucketOf(-99), bucketOf(-5), bucketOf(0), bucketOf(99)]).toEqual([0, 0, 20, 51])
  })
  it('counts those that are still open for as long as they were watched, and no longer', () => {
    const table = newLifeTable()
    for (let i = 0; i < 400; i += 1) watch(table, 0, i % 2 === 0 ? 0.25 : 0.5, () => 1)
    const rates = intensitiesOf(table, flat(1))
    // 400 and 200 of a quarter each without an end, beside 10 with the start's own.
    expect(rates[20]).toBeCloseTo(10 / 110, 9)
    expect(rates[21]).toBeCloseTo(10 / 60, 9)
    expect(rates[22]).toBe(1)
  })
  it('forgets what ended long ago', () => {
    const table = newLifeTable()
    for (let i = 0; i < 12_000; i += 1) countEnd(table, i < 6_000 ? 0 : 1)
    expect((table.ends[20] ?? 0) / (table.ends[24] ?? 1)).toBeLessThan(1e-4)
    expect(table.weight).toBeLessThan(1e6)
  })
})

describe('the forecast of an open pull request', () => {
  it('lets an intensity of 1 over one unit merge 1 − 1/e', () => {
    const rates = flat(0)
    for (let i = 20; i < 24; i += 1) rates[i] = 1
    const { pMerge } = outcomeOf({ ...outlook, intensities: rates })
    expect(pMerge).toBeCloseTo(1 - Math.exp(-1), 9)
  })
  it('lets merge and close compete', () => {
    const both = outcomeOf({ ...outlook, mergeShare: () => 0.6 })
    expect(both.pMerge).toBeCloseTo(0.6, 3)
    const swayed = outcomeOf({ ...outlook, mergeShare: () => 0.6, sway: { merge: 2, close: 1 } })
    expect(swayed.pMerge).toBeCloseTo(0.75, 3)
  })
  it('has its middle at the location, and its quantiles in order', () => {
    const outcome = outcomeOf(outlook)
    expect(Math.log1p(quantileOf(outcome, 0.5))).toBeCloseTo(10, 1)
    const bounds = [0.05, 0.25, 0.5, 0.75, 0.95].map((share) => quantileOf(outcome, share))
    expect([...bounds].sort((a, b) => a - b)).toEqual(bounds)
    for (const share of [0.1, 0.5, 0.9])
      expect(shareWithin(outcome, quantileOf(outcome, share))).toBeCloseTo(share, 9)
  })
  it('never expects a merge before now, however old the pull request', () => {
    for (const elapsedSeconds of [0, 3_600, 1e6, 1e9]) {
      const outcome = outcomeOf({ ...outlook, elapsedSeconds })
      expect(quantileOf(outcome, 0.05)).toBeGreaterThanOrEqual(elapsedSeconds * (1 - 1e-9))
      expect(outcome.pMerge).toBeGreaterThan(0)
      expect(outcome.pMerge).toBeLessThanOrEqual(1)
    }
  })
  it('measures time on the own scale of the pull request', () => {
    expect(zOf(Math.expm1(13), 10, 1.5)).toBeCloseTo(2, 9)
  })
})

describe('the factor of a sign', () => {
  it('is what was seen over what was expected, beside our guess', () => {
    expect(factorOf(10, 4, 2)).toBe(2.25)
    expect(factorOf(0, 0, 3)).toBe(3)
  })
})

describe('the ten classes', () => {
  it('are bounded by the deciles of the repository, once enough was merged', () => {
    let times: number[] = []
    for (let i = 0; i < 18; i += 1) times = countTime(times, 5)
    expect(decilesOf(times)).toEqual([])
    for (let i = 0; i < 2_000; i += 1) times = countTime(times, (i % 100) / 10)
    const deciles = decilesOf(times)
    expect(deciles).toHaveLength(9)
    deciles.forEach((seconds, i) => {
      expect(Math.log1p(seconds)).toBeCloseTo(i + 1, 0)
    })
  })
  it('have chances that add up to one', () => {
    const classes = classesOf(outcomeOf(outlook), [1, 5, 9, 10, 11, 12, 13, 14, 15].map(Math.expm1))
    expect(classes).toHaveLength(10)
    expect(classes.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 9)
    expect(Math.min(...classes)).toBeGreaterThanOrEqual(0)
  })
  it('are none without deciles', () => {
    expect(classesOf(outcomeOf(outlook), [])).toEqual([])
  })
})
