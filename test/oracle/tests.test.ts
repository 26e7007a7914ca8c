/**
 * Streaming equals batch, for tests: what the pipeline says of the tests of recorded jobs at many instants each, and what was
 * published under AI4CI's names, beside an independent computation over the whole grid.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runs } from '../../processors/runs/runs.ts'
import { tests } from '../../processors/tests/tests.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { Offer } from '../../runtime/ports.ts'
import type { Kpi } from '../../schemas/events.ts'
import { NEW_TAB, readGrid } from '../../producers/testgrid/normalize.ts'
import { jobsOf, readTable } from '../../producers/testgrid/normalize-table.ts'
import { dataDir } from '../support/data.ts'
import { DAY } from '../support/facts.ts'
import { oraclePython, oracleSays } from '../support/python.ts'
import { offersOf } from '../support/replays.ts'
import { temporaryFolder } from '../support/temporary.ts'

const BATCH = 5_000
const TIMEOUT_MS = 600_000

interface Found {
  readonly compared: number
  readonly wrong: number
  readonly first?: unknown
}

/** Records of the KPIs of tests, of each job and window at most so many, spread over all. */
const toldOf = (offers: readonly Offer[], most: number): Kpi[] => {
  const told = new Map<string, Kpi[]>()
  const runtime = new EmbeddedRuntime(':memory:', [runs, tests])
  runtime.onCommit((published) => {
    for (const { topic, key, record } of published) {
      if (topic !== 'ci.kpis.v1' || record === null) continue
      const sofar = told.get(key)
      if (sofar === undefined) told.set(key, [record as Kpi])
      else sofar.push(record as Kpi)
    }
  })
  for (let from = 0; from < offers.length; from += BATCH) {
    const batch = offers.slice(from, from + BATCH)
    runtime.commit(batch, batch.at(-1)?.record.observedAt ?? 0)
  }
  runtime.commit([], runtime.now + DAY)
  runtime.close()
  return [...told.values()].flatMap((all) => {
    const step = Math.max(1, all.length / most)
    return Array.from(
      { length: Math.min(most, all.length) },
      (_, i) => all[Math.floor(i * step)],
    ).filter((kpi) => kpi !== undefined)
  })
}

const lineOf = ({ subject, window, eventAt, values }: Kpi): string =>
  JSON.stringify([
    ...[subject, window, eventAt],
    Object.fromEntries(values.map(({ kpi, value, compat }) => [kpi, [value, compat]])),
  ])

const compare = (
  python: string,
  from: string,
  offers: readonly Offer[],
  { most, least }: { most: number; least: number },
): void => {
  const file = join(temporaryFolder(), 'tests.jsonl')
  writeFileSync(
    file,
    toldOf(offers, most)
      .map((kpi) => `${lineOf(kpi)}\n`)
      .join(''),
  )
  const byKpi = Object.entries(oracleSays(python, 'tests.py', from, file) as Record<string, Found>)
  for (const [kpi, { wrong, first }] of byKpi)
    expect(wrong, `${kpi}: ${JSON.stringify(first)}`).toBe(0)
  const compared = byKpi.reduce((sum, [, of]) => sum + of.compared, 0)
  console.info(`${from.split('/').at(-1)}: ${byKpi.length} KPIs of tests, ${compared} values equal`)
  expect(compared).toBeGreaterThan(least)
}

/** The recorded table as offers, each heard when it happened. */
const offersOfTable = (file: string): Offer[] => {
  const payload: unknown = JSON.parse(readFileSync(file, 'utf8'))
  const now = Date.parse('2020-04-01')
  const read = readGrid(readTable(payload, now, []), NEW_TAB, {
    ...{ source: 'testgrid', dashboard: 'ocp-4.4', tab: 'gcp', now, since: 0 },
    jobs: jobsOf(payload),
  })
  const heard = <T extends { eventAt: number }>(record: T): T => ({
    ...record,
    observedAt: record.eventAt,
  })
  return [
    ...read.facts.map((fact): Offer => ({ topic: 'ci.run-events.v1', record: heard(fact) })),
    ...read.tests.map((result): Offer => ({ topic: 'ci.test-results.v1', record: heard(result) })),
  ].sort((a, b) => a.record.observedAt - b.record.observedAt)
}

describe('KPIs of tests in the pipeline are those of a batch', () => {
  const python = oraclePython()
  // Of each of 26 boards 12 instants: 312 of the set.
  for (const [name, most, least] of [
    ['ocp-nightly-prow', 50, 150_000],
    ['zephyr-tests', 12, 40_000],
  ] as const) {
    const folder = dataDir(name)
    it.skipIf(python === null || folder === null)(
      name,
      async () => {
        compare(python ?? '', folder ?? '', await offersOf(folder ?? ''), { most, least })
      },
      TIMEOUT_MS,
    )
  }
  const fixtures = dataDir('fixtures')
  it.skipIf(python === null || fixtures === null)(
    'the recorded table of TestGrid, where passes are named too',
    () => {
      const table = 'release-openshift-ocp-installer-e2e-gcp-rt-4.4.table.json'
      const file = join(fixtures ?? '', 'testgrid', table)
      compare(python ?? '', file, offersOfTable(file), { most: 50, least: 6_000 })
    },
    TIMEOUT_MS,
  )
})
