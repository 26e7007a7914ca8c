import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { add, countOf, merge, type Counters } from '../../processors/kpi/counters.ts'
import { measureOf } from '../../processors/kpi/measures.ts'
import {
  BINS,
  BIN,
  binId,
  CHECK,
  checkId,
  HISTOGRAMS,
  ID,
  openId,
  RULE,
  ruleId,
  withRulesOf,
} from '../../processors/kpi/names.ts'
import { countScore } from '../../processors/kpi/scores.ts'
import { score, T0 } from '../support/kpi-inputs.ts'

const pairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: -3, max: 3 })))
const countersOf = (all: readonly (readonly [number, number])[]): Counters => {
  const counters: Counters = []
  for (const [id, amount] of all) add(counters, id, amount)
  return counters
}

describe('counters', () => {
  it('add up as a map of sums does, in order of id and with no zero', () => {
    fc.assert(
      fc.property(pairs, pairs, fc.constantFrom(1 as const, -1 as const), (a, b, sign) => {
        const sums = new Map<number, number>()
        for (const [id, amount] of a) sums.set(id, (sums.get(id) ?? 0) + amount)
        for (const [id, amount] of b) sums.set(id, (sums.get(id) ?? 0) + sign * amount)
        const merged = countersOf(a)
        merge(merged, countersOf(b), sign)
        const expected = [...sums].filter(([, sum]) => sum !== 0).sort(([x], [y]) => x - y)
        expect(merged).toEqual(expected.flat())
        for (const [id, sum] of sums) expect(countOf(merged, id)).toBe(sum)
      }),
    )
  })
  it('give the worked example', () => {
    const counters = [1, 2]
    merge(counters, [1, 3, 4, 5], 1)
    expect(counters).toEqual([1, 5, 4, 5])
  })
})

describe('ids of counters', () => {
  it('differ, for every kind of counter', () => {
    const ids = [
      ...Object.values(ID),
      ...Object.values(HISTOGRAMS).flatMap((first) => [first, first + 284]),
      ...Object.values(CHECK).map((field) => checkId(125) + field),
      ...Object.values(BIN).map((field) => binId(0, BINS - 1) + field),
      ...Object.values(RULE).flatMap((field) => [ruleId(0) + field, ruleId(1) + field]),
      openId(28_486_080),
    ]
    expect(new Set(ids).size).toBe(ids.length)
  })
  it('let each subject learn rules in its own order', () => {
    const rules = ['fixed-timeout']
    const counters = [
      ID['score/passing'],
      2,
      ruleId(0),
      5,
      ruleId(1) + RULE.savedMs,
      7,
      openId(60),
      1,
    ]
    const moved = withRulesOf(counters, ['density', 'fixed-timeout'], rules)
    expect(rules).toEqual(['fixed-timeout', 'density'])
    expect(moved).toEqual([
      ID['score/passing'],
      2,
      ruleId(0) + RULE.savedMs,
      7,
      ruleId(1),
      5,
      openId(60),
      1,
    ])
    expect(withRulesOf(counters, [], rules)).toEqual(counters)
  })
})

describe('a measure', () => {
  const check = (at: number, pFail: number) => ({
    at,
    pFail,
    base: 0.5,
    remaining: 90,
    remainingLow: 50,
    remainingHigh: 120,
    jenkins: 60,
    actual: 100,
  })
  it('holds the totals of the scores, by rule and checkpoint', () => {
    const rules: string[] = []
    const counters: Counters = []
    const stop = { rule: 'stopline', stopSeconds: 100, savedSeconds: 300, burntSeconds: 0 }
    const never = { rule: 'never-stop', stopSeconds: null, savedSeconds: 0, burntSeconds: 0 }
    const scores = [
      score('a', T0, true, {
        durationSeconds: 400,
        rules: [stop, never],
        checkpoints: [check(0, 0.25), check(0.5, 0.75)],
      }),
      score('b', T0, false, {
        durationSeconds: 200,
        rules: [{ ...stop, savedSeconds: 0, burntSeconds: 100 }, never],
        checkpoints: [check(0.5, 0.25)],
      }),
      score('c', T0, null, { rules: [stop] }),
    ]
    for (const each of scores) merge(counters, countScore(each, rules), 1)
    const measure = measureOf(counters, rules)
    expect(measure).toMatchObject({ passing: 1, failing: 1, censored: 1, failedSeconds: 400 })
    expect(measure).toMatchObject({ passingSeconds: 200, remainingN: 2, covered: 2 })
    expect(measure).toMatchObject({ remainingErrorSeconds: 20, jenkinsErrorSeconds: 80 })
    expect(measure.rules).toEqual([
      {
        rule: 'never-stop',
        stoppedFailing: 0,
        stoppedPassing: 0,
        savedSeconds: 0,
        burntSeconds: 0,
        strictBurntSeconds: 0,
      },
      {
        rule: 'stopline',
        stoppedFailing: 1,
        stoppedPassing: 1,
        savedSeconds: 300,
        burntSeconds: 100,
        strictBurntSeconds: 200,
      },
    ])
    const [start, half] = measure.checkpoints
    expect([start?.at, start?.n, start?.brier]).toEqual([0, 1, 0.5625])
    expect([half?.at, half?.n, half?.brier, half?.baseBrier]).toEqual([0.5, 2, 0.125, 0.5])
    expect(half?.logLoss).toBeCloseTo(-2 * Math.log(0.75), 5)
    expect(half?.binCount.map((n, bin) => (n > 0 ? bin : -1)).filter((bin) => bin >= 0)).toEqual([
      5, 15,
    ])
    expect([half?.binForecast[15], half?.binFailed[15], half?.binFailed[5]]).toEqual([0.75, 1, 0])
  })
  it('does not score a run without a class', () => {
    const counters = countScore(score('a', T0, null, { checkpoints: [check(0.5, 0.5)] }), [])
    expect(counters).toEqual([ID['score/censored'], 1])
  })
})
