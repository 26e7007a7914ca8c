/** Recorded sets, each with what compares the pipeline's KPIs of runs, tests or pulls with those of a batch over the same files. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kpis } from '../../processors/kpi/jobs.ts'
import { kpiPulls } from '../../processors/kpi/pulls/pulls.ts'
import { kpiCommunities, kpiRepos } from '../../processors/kpi/rollups.ts'
import type { Processor } from '../../processors/processor.ts'
import { runs } from '../../processors/runs/runs.ts'
import { kpiSlices } from '../../processors/slices/slices.ts'
import { slicing } from '../../processors/slices/slicing.ts'
import { tests } from '../../processors/tests/tests.ts'
import { TOPOLOGY } from '../../processors/topology.ts'
import { NEW_TAB, readGrid } from '../../producers/testgrid/normalize.ts'
import { jobsOf, readTable } from '../../producers/testgrid/normalize-table.ts'
import type { Offer } from '../../runtime/ports.ts'
import { dataDir } from '../support/data.ts'
import {
  paneEndsOf,
  recordsAt,
  writeLabelValues,
  writeLines,
  writeValues,
} from '../support/kpi-values.ts'
import { asOffers, lineOf, madePulls, mergesOf, queueOf } from '../support/pull-worlds.ts'
import { oracleSays } from '../support/python.ts'
import { offersOf } from '../support/replays.ts'
import { HAS_ALL, type KpiGroup } from './applicable.ts'

const PANE_ENDS = 50

interface Found {
  readonly compared: number
  readonly wrong: number
  readonly first?: unknown
}
/** By KPI. */
type Summary = Readonly<Record<string, Found>>
export interface OracleSet {
  readonly name: string
  readonly group: KpiGroup
  /** Null where the recorded data is not at hand. */
  readonly folder: string | null
  /** Values that are compared at least. */
  readonly least: number
  /** `scratch` is an empty folder of its own. */
  readonly compare: (python: string, folder: string, scratch: string) => Promise<Summary>
}

const says = (python: string, script: string, ...args: readonly string[]): Summary =>
  oracleSays(python, script, ...args) as Summary

/** Forecasts cost most of a replay: on the two large sets they are left out, but for `STOPLINE_ORACLE=all`. */
const WITHOUT_FORECASTS = [runs, kpis, kpiRepos, kpiCommunities]
const LARGE = HAS_ALL ? TOPOLOGY : WITHOUT_FORECASTS

const ofRuns = (name: string, processors: readonly Processor[], least: number): OracleSet => ({
  ...{ name, group: 'runs', folder: dataDir(name), least },
  compare: async (python, folder, scratch) => {
    const offers = await offersOf(folder)
    writeValues(processors, offers, paneEndsOf(offers, PANE_ENDS), scratch)
    const files = ['values', 'scores'].map((file) => `${scratch}/${file}.jsonl`)
    return says(python, 'compare.py', folder, ...files)
  },
})

/** What is told of labels needs neither forecasts nor the sums of jobs. */
const ofLabels = (name: string, least: number): OracleSet => ({
  ...{ name, group: 'labels', folder: dataDir(name), least },
  compare: async (python, folder, scratch) => {
    const offers = await offersOf(folder)
    writeLabelValues([runs, slicing, kpiSlices], offers, paneEndsOf(offers, PANE_ENDS), scratch)
    return says(python, 'labels.py', folder, `${scratch}/values.jsonl`)
  },
})

/** Of each job and window so many instants at most. */
const comparedTests = (
  python: string,
  scratch: string,
  from: string,
  offers: readonly Offer[],
  most: number,
): Summary => {
  const file = join(scratch, 'tests.jsonl')
  writeLines(
    file,
    recordsAt([runs, tests], offers, most).map(({ subject, window, eventAt, values }) => [
      ...[subject, window, eventAt],
      Object.fromEntries(values.map(({ kpi, value, compat }) => [kpi, [value, compat]])),
    ]),
  )
  return says(python, 'tests.py', from, file)
}
const ofTests = (name: string, most: number, least: number): OracleSet => ({
  ...{ name, group: 'tests', folder: dataDir(name), least },
  compare: async (python, folder, scratch) =>
    comparedTests(python, scratch, folder, await offersOf(folder), most),
})

const TABLE = 'release-openshift-ocp-installer-e2e-gcp-rt-4.4.table.json'
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

/** `kind` says how the batch reads what lies at `path`. */
const comparedPulls = (
  python: string,
  scratch: string,
  kind: string,
  path: string,
  offers: readonly Offer[],
): Summary => {
  const file = join(scratch, 'pulls.jsonl')
  writeLines(
    file,
    recordsAt([kpiPulls], offers, PANE_ENDS).map(({ subject, window, eventAt, values }) => [
      ...[subject, window, eventAt],
      Object.fromEntries(
        values.map(({ kpi, value, numerator, denominator, low, high, n }) => [
          kpi,
          [value, numerator, denominator, low, high, n],
        ]),
      ),
    ]),
  )
  return says(python, 'pulls.py', kind, path, file)
}
const kubevirt = (
  name: string,
  least: number,
  kind: 'merges' | 'queue',
  read: typeof mergesOf,
): OracleSet => ({
  ...{ name, group: 'pulls', folder: dataDir('kubevirt-merge-kpis'), least },
  compare: (python, folder, scratch) =>
    Promise.resolve(comparedPulls(python, scratch, kind, folder, asOffers(read(folder)))),
})

export const ORACLE_SETS: readonly OracleSet[] = [
  ofRuns('ocp-nightly-prow', TOPOLOGY, 50_000),
  ofRuns('zephyr-tests', TOPOLOGY, 15_000),
  ofRuns('vllm-buildkite', LARGE, 300_000),
  ofRuns('tvm-ci', LARGE, 40_000),
  ofLabels('ocp-nightly-prow', 13_000),
  ofLabels('vllm-buildkite', 70_000),
  ofTests('ocp-nightly-prow', PANE_ENDS, 150_000),
  // Of each of 26 boards 12 instants: 312 of the set.
  ofTests('zephyr-tests', 12, 40_000),
  {
    ...{ name: 'TestGrid table', group: 'tests', folder: dataDir('fixtures'), least: 6_000 },
    compare: (python, folder, scratch) => {
      const file = join(folder, 'testgrid', TABLE)
      return Promise.resolve(comparedTests(python, scratch, file, offersOfTable(file), PANE_ENDS))
    },
  },
  kubevirt('kubevirt merged.csv', 600, 'merges', mergesOf),
  kubevirt('kubevirt queue.csv', 100, 'queue', queueOf),
  {
    ...{ name: 'onnxruntime-pulls', group: 'pulls', folder: dataDir('onnxruntime-pulls') },
    least: 700,
    compare: async (python, folder, scratch) =>
      comparedPulls(python, scratch, 'archive', folder, await offersOf(folder)),
  },
  {
    ...{ name: 'made pulls', group: 'pulls', folder: '', least: 3_000 },
    compare: (python, _folder, scratch) => {
      const facts = [1, 2, 3].flatMap((seed) =>
        madePulls(seed).map((fact) => ({ ...fact, repo: `acme/shop-${seed}` })),
      )
      const path = join(scratch, 'facts.jsonl')
      writeFileSync(path, facts.map((fact) => `${lineOf(fact)}\n`).join(''))
      return Promise.resolve(comparedPulls(python, scratch, 'lines', path, asOffers(facts)))
    },
  },
]
