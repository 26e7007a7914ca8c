/** The processor of tests: what it says after each pane of results that were heard. */

import { describe, expect, it } from 'vitest'
import { runs } from '../../processors/runs/runs.ts'
import { tests } from '../../processors/tests/tests.ts'
import type { RunRef, TestState } from '../../schemas/events.ts'
import { aFact, aRun, DAY, HOUR, MINUTE, MONDAY } from '../support/facts.ts'
import { lawAbiding } from '../support/law-abiding.ts'
import { aResult } from '../support/test-results.ts'
import { topologyDriver, type TopologyDriver } from '../support/topology-driver.ts'

/** A run's end, and what each of its tests did by letter; several letters are several tries. */
const hear = (
  driver: TopologyDriver,
  run: RunRef,
  at: number,
  did: Readonly<Record<string, string>>,
  more: { outcome?: 'success' | 'failure' | 'error' | 'aborted'; message?: string } = {},
): void => {
  for (const [test, letters] of Object.entries(did))
    for (const letter of letters)
      driver.pipe(
        'ci.test-results.v1',
        aResult(run, test, letter, at, {
          message: letter === 'F' ? (more.message ?? null) : null,
          durationSeconds: 2,
        }),
      )
  const failed = Object.values(did).some((letters) => letters === 'F')
  const outcome = more.outcome ?? (failed ? 'failure' : 'success')
  driver.pipe('ci.run-events.v1', aFact(run, 'finished', at, { outcome, startedAt: at - HOUR }))
}
const newDriver = (): TopologyDriver => topologyDriver([runs, lawAbiding(tests)])

/** One run after another, an hour apart; each letter of a test's series is its result in one run. */
const play = (
  series: Readonly<Record<string, string>>,
  from = MONDAY,
  stepMs = HOUR,
): TopologyDriver => {
  const driver = newDriver()
  const length = Math.max(...Object.values(series).map((each) => each.length))
  for (let i = 0; i < length; i += 1) {
    const did: Record<string, string> = {}
    for (const [test, letters] of Object.entries(series)) {
      const letter = letters.charAt(i)
      if (letter !== '' && letter !== '.') did[test] = letter
    }
    hear(driver, aRun({ runId: String(i) }), from + i * stepMs, did)
  }
  driver.advance(from + (length - 1) * stepMs + 10 * MINUTE)
  return driver
}
const lastOf = (driver: TopologyDriver, test: string): TestState => {
  const found = driver.read('ci.test-states.v1').findLast((state) => state.test === test)
  if (found === undefined) throw new Error(`${test} was not told of`)
  return found
}

describe('the tests of a job', () => {
  it('are told of once after a pane, however many results were heard in it', () => {
    const driver = newDriver()
    hear(driver, aRun(), MONDAY, { login: 'P', pay: 'FP', ship: 'F', skip: 'S' })
    driver.advance(MONDAY + 10 * MINUTE)
    const states = driver.read('ci.test-states.v1')
    expect(states.map(({ test, status, word }) => [test, status, word]).sort()).toEqual([
      ['login', 'passed', 'passing'],
      ['pay', 'flaky', 'flaky'],
      ['ship', 'failed', 'failing'],
      ['skip', 'skipped', 'quiet'],
    ])
    expect(driver.read('ci.test-tabs.v1')).toMatchObject([
      { status: 'pending', tests: 4, failing: 1, fresh: 1, persistent: 0, fixed: 0, recent: 1 },
    ])
    expect(driver.read('ci.test-tabs.v1')[0]?.columns).toMatchObject([
      { runId: '1', outcome: 'failure', passed: 1, failed: 1, flaky: 1, skipped: 1, fresh: 1 },
    ])
    expect(driver.read('ci.test-sheets.v1')).toHaveLength(1)
    driver.close()
  })

  it('have rates, scores, streaks and fixes', () => {
    const driver = play({ pay: 'PPFPPFFP', ship: 'PPPPPPFF' })
    expect(lastOf(driver, 'pay')).toMatchObject({
      ...{ word: 'flaky', status: 'passed', change: 'fixed', streak: 0, isAlert: false },
      week: { passed: 5, failed: 3, flaky: 0, skipped: 0, quiet: 0 },
      ...{
        naive: 3 / 8,
        flip: 2 / 8,
        transition: 2 / 8,
        passToFail: 2,
        failToPass: 2,
        failToFail: 1,
      },
      ...{ pairs: 7, fixes: 2, fixRuns: 3, fixSeconds: 3 * 3_600, passSeconds: 2 },
      ...{ failingRun: null, passingRun: null, failuresOnly: false },
    })
    expect(lastOf(driver, 'ship')).toMatchObject({
      ...{ word: 'failing', severity: 62, streak: 2, change: 'persistent' },
      failingRun: { runId: '6', attempt: 1, at: MONDAY + 6 * HOUR },
      passingRun: { runId: '5' },
    })
    expect(driver.read('ci.test-tabs.v1').at(-1)).toMatchObject({
      ...{ failing: 1, persistent: 1, fresh: 0, fixed: 1 },
      ...{ recent: 8, recentPassed: 4, cells: 16, cellsPassed: 11, status: 'flaky' },
    })
    driver.close()
  })

  it('that pass as ever are told of once a day', () => {
    const driver = play({ pay: 'P'.repeat(50) })
    expect(driver.read('ci.test-states.v1').map(({ week }) => week.passed)).toEqual([1, 25, 49])
    driver.close()
  })

  it('open an alert at the third failure in a row, which two passes close', () => {
    const driver = play({ pay: 'PPPFFFPPP', ship: 'P'.repeat(9) })
    const tabs = driver.read('ci.test-tabs.v1')
    expect(tabs.map(({ status }) => status)).toEqual([
      ...['pending', 'pending', 'passing', 'flaky', 'flaky'],
      ...['failing', 'failing', 'flaky', 'flaky'],
    ])
    expect(tabs.map(({ alerts }) => alerts)).toEqual([0, 0, 0, 0, 0, 1, 1, 0, 0])
    driver.close()
  })

  it('are a regression once bets against the basis have won, since then, until five passes', () => {
    const basis = `${'P'.repeat(20)}F${'P'.repeat(39)}`
    const driver = play(
      { pay: `${basis}FFPFFFF${'P'.repeat(6)}`, ship: 'P'.repeat(73) },
      MONDAY,
      6 * HOUR,
    )
    const states = driver.read('ci.test-states.v1').filter(({ test }) => test === 'pay')
    const words = states.slice(-13).map(({ word }) => word)
    expect(words.slice(0, 6)).toEqual([
      ...['failing', 'failing', 'flaky', 'failing', 'failing', 'failing'],
    ])
    expect(words.slice(6, 11)).toEqual(new Array(5).fill('regression'))
    expect(words.slice(11)).toEqual(['flaky', 'flaky'])
    const open = states.find(({ word }) => word === 'regression')
    expect(open).toMatchObject({ severity: 100, basisFailures: 1, regressedAt: open?.asOf })
    expect(open?.fisher ?? 1).toBeLessThan(0.05)
    expect(open?.eValue ?? 0).toBeGreaterThan(40)
    driver.close()
  })

  it('that never passed since they came are new failing tests', () => {
    const driver = play({ pay: 'P'.repeat(12), ship: '....FFFFFFFF' })
    expect(lastOf(driver, 'ship').word).toBe('newFailing')
    driver.close()
  })

  it('fail with their run where all failed at once, which says nothing of them', () => {
    const all = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`case ${i}`, 'PPPPF']))
    const driver = play(all)
    expect(lastOf(driver, 'case 3')).toMatchObject({ word: 'infraFlake', severity: 40, flip: 0 })
    expect(driver.read('ci.test-tabs.v1').at(-1)?.status).toBe('broken')
    driver.close()
  })

  it('are not installed where hardly any ran in two runs', () => {
    const all = Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [`case ${i}`, i === 0 ? 'PPPPPP' : 'PPPP..']),
    )
    const driver = play(all)
    const [before, last] = driver.read('ci.test-tabs.v1').slice(-2)
    expect(before?.installFlake).toBe(false)
    expect(last?.installFlake).toBe(true)
    expect(last?.columns.map(({ marks }) => marks & 8)).toEqual([0, 0, 0, 0, 8, 8])
    driver.close()
  })

  it('name their partners', () => {
    const driver = play({ a: 'PFPFFPPF', b: 'PFPFFPPF', c: 'PPPPPFPF', d: 'P'.repeat(8) })
    expect(lastOf(driver, 'a')).toMatchObject({
      partners: 1,
      together: [{ test: 'b', phi: 1, runs: 4 }],
    })
    expect(lastOf(driver, 'c').partners).toBe(0)
    expect(driver.read('ci.test-tabs.v1').at(-1)).toMatchObject({ partnered: 2, partners: 2 })
    driver.close()
  })
})

describe('a job that names failures only', () => {
  it('has quiet results where a run named what failed and not this, never passes', () => {
    const driver = play({ pay: 'F.F..', ship: '..F..' })
    expect(lastOf(driver, 'pay')).toMatchObject({
      ...{ failuresOnly: true, status: 'quiet', word: 'flaky', change: 'fixed' },
      week: { passed: 0, failed: 2, flaky: 0, skipped: 0, quiet: 2 },
    })
    const tabs = driver.read('ci.test-tabs.v1')
    expect(tabs.map(({ fixed }) => fixed)).toEqual([0, 1, 0, 2, 0])
    expect(tabs.map(({ fresh }) => fresh)).toEqual([1, 0, 2, 0, 0])
    driver.close()
  })
  it('says nothing of its tests in a run that failed and named none', () => {
    const driver = newDriver()
    hear(driver, aRun({ runId: '1' }), MONDAY, { pay: 'F' })
    hear(driver, aRun({ runId: '2' }), MONDAY + HOUR, {}, { outcome: 'failure' })
    hear(driver, aRun({ runId: '3' }), MONDAY + 2 * HOUR, {}, { outcome: 'aborted' })
    driver.advance(MONDAY + 3 * HOUR)
    expect(lastOf(driver, 'pay')).toMatchObject({ status: 'failed', streak: 1, week: { quiet: 0 } })
    expect(driver.read('ci.test-tabs.v1').at(-1)?.columns).toHaveLength(2)
    driver.close()
  })
})

describe('failures that are alike', () => {
  it('are one group over runs and tests', () => {
    const driver = newDriver()
    for (let i = 0; i < 4; i += 1)
      hear(
        driver,
        aRun({ runId: String(i) }),
        MONDAY + i * HOUR,
        { pay: 'F', ship: i > 1 ? 'F' : 'P' },
        { message: `pod web-${i}a2b3 did not start within ${i + 1}m0s` },
      )
    driver.advance(MONDAY + 4 * HOUR)
    const group = driver.read('ci.failure-groups.v1').at(-1)
    expect(group).toMatchObject({
      ...{ runs: 4, results: 6, tests: 2, names: ['pay', 'ship'], lastRunId: '3' },
      text: 'pod web-0a2b3 did not start within 1m0s',
      ...{ firstAt: MONDAY, lastAt: MONDAY + 3 * HOUR },
    })
    expect(lastOf(driver, 'pay').fingerprint).toBe(group?.fingerprint)
    driver.close()
  })
})

describe('time', () => {
  it('makes a tab stale, and forgets a job that is silent for 60 days', () => {
    const driver = play({ pay: 'PPPPP', ship: 'PPPPF' })
    driver.advance(MONDAY + 3 * DAY)
    expect(driver.read('ci.test-tabs.v1').at(-1)?.status).toBe('stale')
    driver.advance(MONDAY + 70 * DAY)
    for (const topic of ['ci.test-states.v1', 'ci.test-tabs.v1', 'ci.test-sheets.v1'] as const)
      expect(driver.bytesOf(topic).at(-1)?.bytes, topic).toBeNull()
    expect(driver.dump().state.filter((line) => line.includes(' tests '))).toEqual([])
    driver.close()
  })
  it('drops results of runs that are forgotten, of words nobody knows, and sums', () => {
    const driver = newDriver()
    driver.pipe('ci.test-results.v1', aResult(aRun(), 'pay', 'P', MONDAY))
    driver.pipe('ci.test-results.v1', aResult(aRun(), 'pay', '?', MONDAY + MINUTE))
    driver.pipe('ci.test-results.v1', aResult(aRun(), '__passed__ (7)', 'P', MONDAY + MINUTE))
    const old = { eventAt: MONDAY - 15 * DAY }
    const other = aRun({ runId: '0' })
    driver.pipe('ci.test-results.v1', aResult(other, 'pay', 'P', MONDAY + MINUTE, old))
    driver.pipe('ci.test-results.v1', aResult(aRun(), 'pay', 'P', MONDAY + 2 * MINUTE))
    driver.advance(MONDAY + HOUR)
    expect(Object.fromEntries(driver.counts('tests')?.dropped ?? [])).toEqual({
      'no-use': 2,
      expired: 1,
      duplicate: 1,
    })
    driver.close()
  })
  it('forgets the oldest runs and tests that are in none of those kept', () => {
    const driver = topologyDriver([runs, tests])
    for (let i = 0; i < 600; i += 1)
      hear(
        driver,
        aRun({ runId: String(i) }),
        MONDAY + i * HOUR,
        i === 0 ? { old: 'F', pay: 'P' } : { pay: 'P' },
      )
    driver.advance(MONDAY + 600 * HOUR)
    expect(
      driver
        .bytesOf('ci.test-states.v1')
        .some(({ bytes, key }) => bytes === null && key.endsWith(':old')),
    ).toBe(true)
    expect(lastOf(driver, 'pay').week.passed).toBe(168)
    expect(driver.read('ci.test-tabs.v1').at(-1)).toMatchObject({ tests: 1, last: 599 })
    driver.close()
  })
})
