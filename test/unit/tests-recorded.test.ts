/** Recorded grids whose answers are known: the Sippy report's failure sets, and the table of TestGrid. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runs } from '../../processors/runs/runs.ts'
import { memberOf, partnersOf } from '../../processors/tests/co-failures.ts'
import { tests } from '../../processors/tests/tests.ts'
import { NEW_TAB, readGrid } from '../../producers/testgrid/normalize.ts'
import { jobsOf, readTable } from '../../producers/testgrid/normalize-table.ts'
import { dataDir } from '../support/data.ts'
import { HOUR } from '../support/facts.ts'
import { topologyDriver } from '../support/topology-driver.ts'

const HEARD = Date.parse('2020-04-01')
const AI4CI = dataDir('ai4ci')
interface FailedRun {
  readonly failed_tests: readonly string[]
}

describe.skipIf(AI4CI === null)(
  'failures that come together in the Sippy report of 2020-08-10',
  () => {
    const lines = readFileSync(
      join(AI4CI ?? '', 'sippy_failure_groups_2020-08-10.jsonl'),
      'utf8',
    ).trim()
    // The row of the whole run leads each list.
    const failed = lines
      .split('\n')
      .map((line) => new Set((JSON.parse(line) as FailedRun).failed_tests.slice(1)))
    const names = [...new Set(failed.flatMap((each) => [...each]))]

    it('are of 1,455 tests, 976 of them in two runs or more, 186 with a partner above .9', () => {
      expect([failed.length, names.length]).toEqual([102, 1455])
      const members = names
        .map((test) =>
          memberOf(
            test,
            failed.map((each) => each.has(test)),
          ),
        )
        .filter((_, i) => failed.filter((each) => each.has(names[i] ?? '')).length >= 2)
      expect(members).toHaveLength(976)
      const partners = partnersOf(members, { phi: 0.9, runs: 1 })
      const above = partners.filter((each) => each.some(({ phi }) => phi > 0.9))
      expect(above).toHaveLength(186)
    })
  },
)

const FIXTURES = dataDir('fixtures')
const TAB = 'release-openshift-ocp-installer-e2e-gcp-rt-4.4'

describe.skipIf(FIXTURES === null)('the recorded table of TestGrid', () => {
  it('comes to 54 passes and 28 failures of runs, and to the cells that were counted by hand', () => {
    const file = join(FIXTURES ?? '', 'testgrid', `${TAB}.table.json`)
    const payload: unknown = JSON.parse(readFileSync(file, 'utf8'))
    const options = { source: 'testgrid', dashboard: 'ocp-4.4', tab: TAB, now: HEARD, since: 0 }
    const read = readGrid(readTable(payload, HEARD, []), NEW_TAB, {
      ...options,
      jobs: jobsOf(payload),
    })
    const driver = topologyDriver([runs, tests])
    const inOrder = <T extends { eventAt: number }>(facts: readonly T[]): T[] =>
      facts
        .toSorted((a, b) => a.eventAt - b.eventAt)
        .map((fact) => ({ ...fact, observedAt: fact.eventAt }))
    const facts = inOrder(read.facts)
    for (const result of inOrder(read.tests)) driver.pipe('ci.test-results.v1', result)
    for (const fact of facts) driver.pipe('ci.run-events.v1', fact)
    driver.advance((facts.at(-1)?.eventAt ?? 0) + HOUR)
    const kpi = driver.read('ci.kpis.v1').findLast(({ window }) => window === '30d')
    const valueOf = (name: string) => kpi?.values.find((value) => value.kpi === name)?.value
    expect([valueOf('builds_passed'), valueOf('builds_failed')]).toEqual([54, 28])
    expect(valueOf('builds_passed_percent')).toBeCloseTo((100 * 54) / 82, 9)
    // The row Overall is the run and no test.
    expect([valueOf('passing_tests'), valueOf('failing_tests')]).toEqual([65_829 - 54, 797 - 28])
    expect(valueOf('failing_percent')).toBeCloseTo((100 * 769) / (65_775 + 769), 9)
    driver.close()
  })
})
