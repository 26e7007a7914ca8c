/** KPIs of tests: the example of each file, told by the processor for the grid of processors/kpi/tests/reading.ts. */

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { TestReading } from '../../processors/kpi/tests/reading.ts'
import { TEST_KPIS } from '../../processors/kpi/tests/index.ts'
import { runs } from '../../processors/runs/runs.ts'
import { newTally } from '../../processors/tests/tally.ts'
import { tests } from '../../processors/tests/tests.ts'
import type { Kpi, KpiValue, Outcome } from '../../schemas/events.ts'
import { aFact, aRun, DAY, HOUR, MINUTE, MONDAY } from '../support/facts.ts'
import { lawAbiding } from '../support/law-abiding.ts'
import { aResult } from '../support/test-results.ts'
import { topologyDriver, type TopologyDriver } from '../support/topology-driver.ts'

const FOLDER = new URL('../../processors/kpi/tests/', import.meta.url)
const MACHINERY = ['index', 'reading', 'row']

const OUTCOMES: readonly Outcome[] = [
  ...(['success', 'failure', 'failure', 'aborted', 'success', 'failure'] as const),
]
const GRID: Readonly<Record<string, string>> = {
  login: 'PFFPPP',
  pay: 'PFF.FP',
  ship: 'PPKPBT',
  new: '....FF',
}
const RAW: Readonly<Record<string, string>> = { B: 'BLOCKED', T: 'TIMED_OUT' }
const STATUS: Readonly<Record<string, string>> = { B: 'S', T: 'F' }

/** Plays the grid, a run an hour from ten past Monday midnight on. */
const play = (grid = GRID, outcomes = OUTCOMES): TopologyDriver => {
  const driver = topologyDriver([runs, lawAbiding(tests)])
  outcomes.forEach((outcome, i) => {
    const run = aRun({ runId: String(i) })
    const at = MONDAY + i * HOUR + 10 * MINUTE
    for (const [test, letters] of Object.entries(grid)) {
      const letter = letters.charAt(i)
      if (letter === '.' || letter === '') continue
      driver.pipe(
        'ci.test-results.v1',
        aResult(run, test, STATUS[letter] ?? letter, at, {
          rawStatus: RAW[letter] ?? letter,
          durationSeconds: letter === 'P' ? 2 : 30,
        }),
      )
    }
    driver.pipe('ci.run-events.v1', aFact(run, 'finished', at, { outcome, startedAt: at - MINUTE }))
  })
  return driver
}
const told = (driver: TopologyDriver, window: string): Kpi[] =>
  driver.read('ci.kpis.v1').filter((kpi) => kpi.dimension === 'tests' && kpi.window === window)
const valueIn = (kpi: Kpi | undefined, name: string): KpiValue => {
  const found = kpi?.values.find((value) => value.kpi === name)
  if (found === undefined) throw new Error(`${name} was not told`)
  return found
}
const rounded = (value: number | null): number | null =>
  value === null ? null : Math.round(value * 1e4) / 1e4

describe('KPIs of tests', () => {
  it('have a file each, and each file a row; all 26 of AI4CI but the one that a forecast is', () => {
    const files = readdirSync(FOLDER)
      .map((file) => file.replace(/\.ts$/, ''))
      .filter((file) => !MACHINERY.includes(file))
    expect(files.sort()).toEqual(TEST_KPIS.map(({ name }) => name.replaceAll('_', '-')).sort())
    const numbers = TEST_KPIS.flatMap(({ ai4ci }) => ai4ci ?? [])
    expect(numbers).toEqual(Array.from({ length: 25 }, (_, i) => i + 1))
  })

  it('count no pass, and no results in all, where the source names failing tests only', () => {
    const failures = play({ login: '.F.', pay: 'F..' }, ['failure', 'failure', 'success'])
    failures.advance(MONDAY + 7 * HOUR)
    const week = told(failures, '7d').at(-1)
    for (const name of ['passing_tests', 'total_tests', 'tests_blocked', 'tests_timed_out'])
      expect(valueIn(week, name), name).toMatchObject({ value: null, n: 0 })
    expect(valueIn(week, 'failing_tests')).toMatchObject({ value: 2, n: 2 })
  })

  const driver = play()
  driver.advance(MONDAY + 7 * HOUR)
  for (const row of TEST_KPIS)
    it(`${row.name} is what its header says of the example`, () => {
      const { value, compat } = valueIn(told(driver, row.windows[0] ?? '7d').at(-1), row.name)
      expect([rounded(value), rounded(compat)]).toEqual(row.example)
      const header = readFileSync(new URL(`${row.name.replaceAll('_', '-')}.ts`, FOLDER), 'utf8')
      const said = [
        String(row.example[0]),
        ...(row.compatDoc === null ? [] : [`as published ${String(row.example[1])}`]),
      ]
      expect(header).toContain(`Example (reading.ts): ${said.join(', ')}.`)
    })

  it('are told once an hour, as of the hour, and again as runs leave the windows, until none is left', () => {
    const again = play()
    again.advance(MONDAY + 90 * DAY)
    const week = told(again, '7d')
    expect(week.slice(0, 6).map(({ eventAt }) => Math.floor((eventAt - MONDAY) / HOUR))).toEqual([
      ...[1, 2, 3, 4, 5, 6],
    ])
    expect(week.slice(6).map((kpi) => valueIn(kpi, 'total_tests').compat)).toEqual([
      ...[24, 20, 16, 12, 8, 4],
    ])
    const newest = new Map(again.bytesOf('ci.kpis.v1').map(({ key, bytes }) => [key, bytes]))
    expect([...newest.values()].every((bytes) => bytes === null)).toBe(true)
    again.close()
  })

  it('say nothing of rates where only failures are named', () => {
    const only = play({ a: '.F.', b: 'F.F' }, ['failure', 'failure', 'failure'])
    only.advance(MONDAY + 4 * HOUR)
    const kpi = told(only, '7d').at(-1)
    expect(valueIn(kpi, 'failing_tests')).toMatchObject({ value: 3, n: 3 })
    for (const name of ['passing_percent', 'test_pass_rate', 'flaky_tests', 'pass_on_retry'])
      expect(valueIn(kpi, name), name).toMatchObject({ value: null, n: 0 })
    only.close()
  })

  it('know tests that fail together, and how AI4CI measured their sets', () => {
    const grid = { ab: 'PFPFPFP', c: 'PFPFPFP', other: 'PPFPPPP' }
    const outcomes = grid.c
      .split('')
      .map((letter): Outcome => (letter === 'F' ? 'failure' : 'success'))
    const driver = play(grid, outcomes)
    driver.advance(MONDAY + 9 * HOUR)
    const kpi = told(driver, '7d').at(-1)
    expect(valueIn(kpi, 'correlated_failure_sets')).toMatchObject({
      ...{ value: 2, numerator: 2, denominator: 2, compat: 3 },
    })
    // ['c'] and ['ab']: 5 and 6 characters.
    expect(valueIn(kpi, 'average_size_of_correlation_set')).toMatchObject({ value: 1, compat: 5.5 })
    driver.close()
  })
})

describe("AI4CI's published figures", () => {
  // Counts of its notebooks: all builds, all cells before and after a join that doubled some.
  const [BUILDS, CELLS, JOINED] = [151_535, 27_192_485, 27_219_757]
  const of = (runs: number, more: Partial<TestReading>): TestReading => ({
    ...newTally(0, 0, runs),
    ...{ tests: 1, ...more },
  })
  const builds = of(BUILDS, { builds: { passed: 44_918, failed: 30_906 } })
  const results = of(JOINED, { passed: 14_281_659, failed: 200_541 })
  const flakes = of(CELLS, { flaky: 49_628, passed: 14_281_659, failed: 200_541 })
  it.each([
    ['builds_passed_percent', builds, 29.64, 59.24],
    ['builds_failed_percent', builds, 20.4, 40.76],
    ['passing_percent', results, 52.47, 98.62],
    ['failing_percent', results, 0.737, 1.385],
    ['flaky_tests', flakes, 0.1825, 0.3415],
    ['blocked_percent', results, 0, 0],
    ['timed_out_percent', results, 0, 0],
  ])('%s come from its counts by its formula, and corrected', (name, reading, published, value) => {
    const row = TEST_KPIS.find((each) => each.name === name)
    const near = (told: number | null | undefined, expected: number): void => {
      expect(Math.abs((told ?? NaN) - expected)).toBeLessThanOrEqual(expected * 6e-4)
    }
    near(row?.compat(reading), published)
    near(row?.value(reading).value, value)
  })
})
