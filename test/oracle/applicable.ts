/** THE table of what a recorded set cannot be compared in, and why. Everything else is compared, and a test sees to both. */

import { KPIS } from '../../processors/kpi/index.ts'
import { PULL_KPIS } from '../../processors/kpi/pulls/index.ts'
import { isOfLabels } from '../../processors/kpi/row.ts'
import { TEST_KPIS } from '../../processors/kpi/tests/index.ts'

export type KpiGroup = 'runs' | 'labels' | 'tests' | 'pulls'
export const KPIS_OF: Readonly<Record<KpiGroup, readonly string[]>> = {
  runs: KPIS.map(({ name }) => name),
  labels: KPIS.filter(isOfLabels).map(({ name }) => name),
  tests: TEST_KPIS.map(({ name }) => name),
  pulls: PULL_KPIS.map(({ name }) => name),
}
/** The sets of each group; of kubevirt's data each file by itself. */
export const SETS_OF: Readonly<Record<KpiGroup, readonly string[]>> = {
  runs: ['tvm-ci', 'ocp-nightly-prow', 'zephyr-tests', 'vllm-buildkite'],
  labels: ['ocp-nightly-prow', 'vllm-buildkite'],
  tests: ['ocp-nightly-prow', 'zephyr-tests', 'TestGrid table'],
  pulls: ['kubevirt merged.csv', 'kubevirt queue.csv', 'onnxruntime-pulls', 'made pulls'],
}

interface Gap {
  readonly group: KpiGroup
  readonly sets: readonly string[]
  /** Names of KPIs, whole. */
  readonly kpis: RegExp
  readonly why: string
  /** True where it is compared after all with STOPLINE_ORACLE=all. */
  readonly isCompared?: true
}
const LARGE = ['tvm-ci', 'vllm-buildkite']
const GAPS: readonly Gap[] = [
  {
    ...{ group: 'runs', sets: LARGE, isCompared: true },
    kpis: /^(?:saved_machine_seconds|stop_precision|false_stop_rate|brier_skill|calibration_ece)$/,
    why: 'forecasts cost most of a replay: compared with STOPLINE_ORACLE=all',
  },
  {
    ...{ group: 'runs', sets: ['ocp-nightly-prow', 'zephyr-tests'] },
    kpis: /^queue_/,
    why: 'when its runs were queued is not recorded',
  },
  {
    ...{ group: 'labels', sets: ['ocp-nightly-prow'] },
    kpis: /^queue_/,
    why: 'when its runs were queued is not recorded',
  },
  {
    ...{ group: 'runs', sets: ['zephyr-tests'] },
    kpis: /^(?:duration_.*|wasted_hours|brier_skill|calibration_ece)$/,
    why: 'when its runs started is not recorded: no lengths',
  },
  {
    ...{ group: 'runs', sets: ['zephyr-tests'] },
    kpis: /^(?:saved_machine_seconds|stop_precision)$/,
    why: 'no run was to be stopped',
  },
  {
    ...{ group: 'tests', sets: SETS_OF.tests },
    kpis: /^open_regressions$/,
    why: 'it depends on when each test was looked at: its bets have tests of their own (test/unit/tests-scores.test.ts)',
  },
  {
    ...{ group: 'pulls', sets: ['kubevirt merged.csv', 'kubevirt queue.csv'] },
    kpis: /^(?:time_to_merge|pr_pickup|pr_review|time_to_first|open_p|pull_backlog|.*contributor|reviewers)/,
    why: 'openings, pushes, reviews and authors are not recorded',
  },
  {
    ...{ group: 'pulls', sets: ['kubevirt queue.csv'] },
    kpis: /^(?:unmerged_ratio|merged_per_day|.*retest.*|time_in_merge_queue)$/,
    why: 'who is in the queue is recorded, and nothing else',
  },
  {
    ...{ group: 'pulls', sets: ['onnxruntime-pulls'] },
    kpis: /^(?:pr_pickup|pr_review|time_to_first|.*retest|merge_queue|time_in_merge_queue|reviewers)/,
    why: 'openings and ends are recorded, and nothing in between',
  },
  {
    group: 'pulls',
    sets: ['kubevirt merged.csv', 'kubevirt queue.csv', 'onnxruntime-pulls'],
    kpis: /issue/,
    why: 'issues are not recorded',
  },
]

export const HAS_ALL = process.env['STOPLINE_ORACLE'] === 'all'
/** Why a KPI is not compared on a set of its group; null where it is. */
export const gapOf = (
  group: KpiGroup,
  set: string,
  kpi: string,
  hasAll: boolean = HAS_ALL,
): string | null =>
  GAPS.find(
    (gap) =>
      gap.group === group &&
      gap.sets.includes(set) &&
      gap.kpis.test(kpi) &&
      !(hasAll && gap.isCompared === true),
  )?.why ?? null
