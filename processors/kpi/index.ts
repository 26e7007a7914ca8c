/** THE KPI table: one file one row (or one family of quantiles). A KPI is added here and nowhere else. */

import { abortRate } from './abort-rate.ts'
import { brierSkill } from './brier-skill.ts'
import { calibrationEce } from './calibration-ece.ts'
import { duration } from './duration.ts'
import type { CountRun } from './ends.ts'
import { failureStreak } from './failure-streak.ts'
import { falseStopRate } from './false-stop-rate.ts'
import { inFlight } from './in-flight.ts'
import { infraFailureRate } from './infra-failure-rate.ts'
import { meanFailureLength } from './mean-failure-length.ts'
import { meanTimeToFix } from './mean-time-to-fix.ts'
import { netImprovement } from './net-improvement.ts'
import { oldestAge } from './oldest-age.ts'
import { projectedPassRate } from './projected-pass-rate.ts'
import { queue } from './queue.ts'
import { SLICE_DIMENSIONS } from '../../schemas/slices.ts'
import { isOfLabels, type Dimension, type KpiRow, type WindowName } from './row.ts'
import { runFailureRate } from './run-failure-rate.ts'
import { runPassRate } from './run-pass-rate.ts'
import { savedMachineSeconds } from './saved-machine-seconds.ts'
import { staleness } from './staleness.ts'
import { stopPrecision } from './stop-precision.ts'
import { timeoutRate } from './timeout-rate.ts'
import { wastedHours } from './wasted-hours.ts'

/** File (without `.ts`) → its rows. Values of a `Kpi` record are in this order. */
export const KPI_FILES: Readonly<Record<string, readonly KpiRow[]>> = {
  'run-pass-rate': [runPassRate],
  'run-failure-rate': [runFailureRate],
  'projected-pass-rate': [projectedPassRate],
  'infra-failure-rate': [infraFailureRate],
  'abort-rate': [abortRate],
  'timeout-rate': [timeoutRate],
  'net-improvement': [netImprovement],
  duration,
  queue,
  'in-flight': [inFlight],
  'oldest-age': [oldestAge],
  'wasted-hours': [wastedHours],
  'failure-streak': [failureStreak],
  'mean-failure-length': [meanFailureLength],
  'mean-time-to-fix': [meanTimeToFix],
  staleness: [staleness],
  'saved-machine-seconds': [savedMachineSeconds],
  'stop-precision': [stopPrecision],
  'false-stop-rate': [falseStopRate],
  'brier-skill': [brierSkill],
  'calibration-ece': [calibrationEce],
}

export const KPIS: readonly KpiRow[] = Object.values(KPI_FILES).flat()

/** What is counted of each finished run: what the rows ask for, each once. */
export const RUN_COUNTS: readonly CountRun[] = [...new Set(KPIS.flatMap(({ counts }) => counts))]

export const WINDOWS: readonly WindowName[] = ['now', '24h', '7d', '14d']
const byWindow = (rows: readonly KpiRow[]): Readonly<Record<WindowName, readonly KpiRow[]>> => {
  const of = (window: WindowName): readonly KpiRow[] =>
    rows.filter((row) => row.windows.includes(window))
  return { now: of('now'), '24h': of('24h'), '7d': of('7d'), '14d': of('14d') }
}
const of = (dimension: KpiRow['dimensions'][number]): readonly KpiRow[] =>
  KPIS.filter((row) => row.dimensions.includes(dimension))
const OF_LABELS = byWindow(KPIS.filter(isOfLabels))
const ROWS = new Map<Dimension, typeof OF_LABELS>([
  ['job', byWindow(of('job'))],
  ['repo', byWindow(of('repo'))],
  ['community', byWindow(of('community'))],
  ...SLICE_DIMENSIONS.map((dimension) => [dimension, OF_LABELS] as const),
])

/** Rows of a subject's record over a window, in the order of the table. */
export const rowsOf = (dimension: Dimension, window: WindowName): readonly KpiRow[] =>
  (ROWS.get(dimension) ?? OF_LABELS)[window]
