/** Red tests of a running run, each weighted by how often a run with it red still passed. */

import { describe, expect, it } from 'vitest'
import {
  beliefWithTests,
  countTests,
  isOfRedTest,
  NO_TESTS,
  noteTest,
  type TestsOfRun,
} from '../../processors/stopping/red-tests.ts'
import { RED_TESTS, signName, type SignCounts } from '../../processors/stopping/signs.ts'
import type { TestResult } from '../../schemas/events.ts'

const run = (more: Partial<TestsOfRun> = {}): TestsOfRun => ({ ...NO_TESTS, ...more })
const counts = (known: Record<string, [runs: number, passes: number]>): SignCounts =>
  Object.fromEntries(
    Object.entries(known).map(([name, [runs, passes]]) => [name, { runs, passes }]),
  )
const told = (test: string, status: TestResult['status']): TestResult =>
  ({ test, status }) as TestResult

describe('a red test', () => {
  const known = counts({ flaky: [8, 7], strict: [8, 0] })
  const belief = (of: TestsOfRun, steps: SignCounts = {}) =>
    beliefWithTests([RED_TESTS], of, steps, known, 0.1)

  it('that was red in eight runs of which seven passed is .28, where red tests fail nine runs in ten', () => {
    expect(belief(run({ redTests: ['flaky'] })).p).toBeCloseTo(0.28, 10)
    expect(belief(run({ redTests: ['flaky'] })).runs).toBe(10)
    expect(signName(belief(run({ redTests: ['flaky'] })).step)).toBe('red test flaky')
  })
  it('leans on the red tests of its job while it is new', () => {
    const steps = counts({ [RED_TESTS]: [18, 9] })
    expect(belief(run({ redTests: ['new'] }), steps).p).toBeCloseTo(1 - 9.2 / 20, 10)
  })
  it('that decides is not drowned by one that flakes', () => {
    const both = belief(run({ redTests: ['flaky', 'strict'] }))
    expect(both).toEqual(belief(run({ redTests: ['strict'] })))
    expect(both.p).toBeCloseTo(0.98, 10)
  })
  it('that was counted and not named is a red test as such', () => {
    expect(belief(run({ redCount: 1 })).p).toBeCloseTo(0.9)
    expect(belief(run({ redCount: 1, redTests: ['flaky'] })).p).toBeCloseTo(0.28, 10)
    expect(belief(run({ redCount: 2, redTests: ['flaky'] })).p).toBeCloseTo(0.9)
  })
  it('says nothing once it passed when tried again, and a failed step goes on to say what it says', () => {
    const flaked = run({ redCount: 1, flakedTests: ['strict'] })
    expect(belief(flaked).p).toBe(0)
    expect(beliefWithTests(['build', RED_TESTS], flaked, {}, known, 0.1).step).toBe('build')
  })
  it('is noted once, with those that flaked, twenty at most; sums and passes are no tests that are red', () => {
    const noted = run()
    expect(noteTest(noted, told('a', 'failed'))).toBe(true)
    expect(noteTest(noted, told('a', 'error'))).toBe(false)
    expect(noteTest(noted, told('a', 'flaky'))).toBe(true)
    expect(noteTest(noted, told('a', 'failed'))).toBe(false)
    expect(noted).toEqual({ redCount: 0, redTests: [], flakedTests: ['a'] })
    for (let i = 0; i < 30; i += 1) noteTest(noted, told(`t${i}`, 'failed'))
    expect(noted.redTests).toHaveLength(19)
    expect(isOfRedTest(told('a', 'passed'))).toBe(false)
    expect(isOfRedTest(told('__failed__ (2)', 'failed'))).toBe(false)
  })
  it('that flaked counts as one whose run passed, however that ended; a hundred tests are remembered', () => {
    const after = countTests({}, run({ redTests: ['a'], flakedTests: ['b'] }), true)
    expect(after).toEqual(counts({ a: [1, 0], b: [1, 1] }))
    let many: SignCounts = {}
    for (let i = 0; i < 130; i += 1) many = countTests(many, run({ redTests: [`t${i}`] }), true)
    expect(Object.keys(many)).toHaveLength(100)
    expect(many['t129']).toBeDefined()
  })
})
