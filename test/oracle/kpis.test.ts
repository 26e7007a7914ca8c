/**
 * Streaming equals batch: what the pipeline says at 50 pane ends of recorded CI, beside an independent computation from the
 * same files in pandas. Counts and ratios to 1e-9, quantiles within their buckets.
 */

import { describe, expect, it } from 'vitest'
import { kpis } from '../../processors/kpi/jobs.ts'
import { kpiCommunities, kpiRepos } from '../../processors/kpi/rollups.ts'
import { runs } from '../../processors/runs/runs.ts'
import { TOPOLOGY } from '../../processors/topology.ts'
import { dataDir } from '../support/data.ts'
import { paneEndsOf, writeValues } from '../support/kpi-values.ts'
import { oraclePython, oracleSays } from '../support/python.ts'
import { offersOf } from '../support/replays.ts'
import { temporaryFolder } from '../support/temporary.ts'

const PANE_ENDS = 50
const TIMEOUT_MS = 1_200_000

/** Forecasts cost most of a replay: on the two large sets they are left out, but for `STOPLINE_ORACLE=all`. */
const WITHOUT_FORECASTS = [runs, kpis, kpiRepos, kpiCommunities]
const ALL = process.env['STOPLINE_ORACLE'] === 'all' ? TOPOLOGY : WITHOUT_FORECASTS

const SETS = [
  { name: 'ocp-nightly-prow', processors: TOPOLOGY, least: 50_000 },
  { name: 'zephyr-tests', processors: TOPOLOGY, least: 15_000 },
  { name: 'vllm-buildkite', processors: ALL, least: 300_000 },
  { name: 'tvm-ci', processors: ALL, least: 40_000 },
] as const

interface Found {
  readonly compared: number
  readonly wrong: number
  readonly first?: unknown
}

describe('KPIs of the pipeline are those of a batch', () => {
  const python = oraclePython()
  for (const { name, processors, least } of SETS) {
    const folder = dataDir(name)
    it.skipIf(python === null || folder === null)(
      name,
      async () => {
        const scratch = temporaryFolder()
        const offers = await offersOf(folder ?? '')
        writeValues(processors, offers, paneEndsOf(offers, PANE_ENDS), scratch)
        const files = ['values', 'scores'].map((file) => `${scratch}/${file}.jsonl`)
        const found = oracleSays(python ?? '', 'compare.py', folder ?? '', ...files)
        const byKpi = Object.entries(found as Record<string, Found>)
        for (const [kpi, { wrong, first }] of byKpi)
          expect(wrong, `${kpi}: ${JSON.stringify(first)}`).toBe(0)
        const compared = byKpi.reduce((sum, [, of]) => sum + of.compared, 0)
        console.info(`${name}: ${byKpi.length} KPIs, ${compared} values equal`)
        expect(compared).toBeGreaterThan(least)
      },
      TIMEOUT_MS,
    )
  }
})
