import { describe, expect, it } from 'vitest'
import { learn, newLearner, type Learner } from '../../processors/priors/learner.ts'
import { changeOf, countChange, onChange } from '../../processors/stopping/changes.ts'
import { mixedRate, termsOf, type Known } from '../../processors/stopping/refine.ts'

const known = (more: Partial<Known> = {}): Known => ({
  rate: 0.5,
  streak: 0,
  changeFailures: 0,
  changeRuns: 0,
  siblings: 0,
  strain: 0,
  isRetry: false,
  trouble: 0,
  ...more,
})

describe('the terms of a forecast', () => {
  it('are [1, 0, 1.10, 0, ...] after three failures in a row at a rate of .5', () => {
    const terms = termsOf(known({ streak: 3 }))
    expect(terms.map((term) => Number(term.toFixed(2)))).toEqual([1, 0, 1.1, 0, 0, 0, 0, 0, 0, 0])
  })
  it('have a term of their own for each kind of news, zero where there is none', () => {
    expect(termsOf(known({ streak: -4 }))[3]).toBeCloseTo(Math.log(4))
    expect(termsOf(known({ changeFailures: 1, changeRuns: 1 }))[4]).toBeCloseTo(Math.log(3))
    expect(termsOf(known({ siblings: 1 }))[5]).toBeCloseTo(Math.log(2))
    expect(termsOf(known({ siblings: -1 }))[6]).toBeCloseTo(-Math.log(2))
    expect(termsOf(known({ strain: 10 }))[7]).toBe(2)
    expect(termsOf(known({ isRetry: true }))[8]).toBe(1)
    expect(termsOf(known({ trouble: 1 }))[9]).toBeCloseTo(Math.log(2))
  })
  it('leave the formula as it is where nothing was learned', () => {
    expect(mixedRate(termsOf(known({ rate: 0.3, streak: 9 })), [], 0)).toBeCloseTo(0.3)
  })
})

describe('the learner', () => {
  const trained = (runs: number, of: (i: number) => [Known, boolean]) => {
    const learner = newLearner()
    for (let i = 0; i < runs; i += 1) {
      const [what, failed] = of(i)
      learn(learner, termsOf(what), failed)
    }
    return learner
  }
  it('finds what siblings are worth, and is trusted for it', () => {
    const learner = trained(600, (i) => {
      const siblings = i % 2 === 0 ? 3 : -3
      return [known({ rate: 0.3, siblings }), i % 2 === 0 ? i % 10 !== 0 : i % 11 === 0]
    })
    const rate = (siblings: number) =>
      mixedRate(termsOf(known({ rate: 0.3, siblings })), learner.weights, learner.trust)
    expect(rate(3)).toBeGreaterThan(0.6)
    expect(rate(-3)).toBeLessThan(0.2)
    expect(learner.trust).toBeGreaterThan(5)
  })
  /** The truth: one run in ten fails, and eight in ten of those on a cluster in trouble, which one in five is. */
  it('finds what troubles of a cluster are worth, and says nothing of them before', () => {
    const rate = (trouble: number, { weights, trust }: Learner) =>
      mixedRate(termsOf(known({ rate: 0.1, trouble })), weights, trust)
    expect(rate(1, newLearner())).toBe(rate(0, newLearner()))
    const learner = trained(500, (i) => {
      const trouble = i % 5 === 0 ? 1 : 0
      return [known({ rate: 0.1, trouble }), trouble === 1 ? i % 25 !== 0 : i % 10 === 1]
    })
    expect(rate(1, learner)).toBeGreaterThan(0.65)
    expect(rate(0, learner)).toBeLessThan(0.15)
  })
  it('learns nothing of terms that another version told, and begins anew where they were learned', () => {
    const learner = { ...newLearner(), weights: [0, 1], covariance: [1, 0, 0, 1] }
    learn(learner, [1, 0], true)
    expect(learner.weights).toEqual([0, 1])
    learn(learner, termsOf(known()), true)
    expect(learner.weights).toHaveLength(termsOf(known()).length)
  })
  it('goes back to the formula where its terms mislead', () => {
    const learner = trained(400, (i) => [
      known({ rate: i % 2 === 0 ? 0.1 : 0.9, streak: i % 3 === 0 ? 9 : 1 }),
      i % 2 === 0 ? i % 20 === 0 : i % 21 !== 0,
    ])
    const terms = termsOf(known({ rate: 0.1, streak: 9 }))
    expect(mixedRate(terms, learner.weights, learner.trust)).toBeLessThan(0.25)
  })
  it('knows when its community fares worse than forecast', () => {
    const well = trained(200, (i) => [known({ rate: 0.1 }), i % 10 === 0])
    expect(Math.abs(well.strain)).toBeLessThan(0.08)
    for (let i = 0; i < 20; i += 1) learn(well, termsOf(known({ rate: 0.1 })), true)
    expect(well.strain).toBeGreaterThan(0.3)
  })
})

describe('the history of a change', () => {
  it('is told by the pull request, else by the branch', () => {
    expect(changeOf({ pull: 7, branch: 'main' })).toBe('#7')
    expect(changeOf({ pull: null, branch: 'main' })).toBe('main')
    expect(changeOf({ pull: null, branch: null })).toBeNull()
  })
  it('lets the newest run weigh most: fail, then pass is .6 failures of 1.6 runs', () => {
    const counts = countChange(countChange([], '#7', true), '#7', false)
    expect(onChange(counts, '#7')).toEqual({ change: '#7', failures: 0.6, runs: 1.6 })
    expect(onChange(counts, '#8')).toBeUndefined()
  })
  it('forgets the changes not heard of for longest', () => {
    let counts = countChange([], '#0', true)
    for (let i = 1; i <= 24; i += 1) counts = countChange(counts, `#${i}`, false)
    expect(counts).toHaveLength(24)
    expect(onChange(counts, '#0')).toBeUndefined()
  })
})
