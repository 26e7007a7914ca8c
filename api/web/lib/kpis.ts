/** KPI values in words: the API gives names and numbers, a reader wants titles and units. */

import type { Kpi, KpiValue } from '../../../schemas/events.ts'
import { count, dateTime, duration, figure, hours, percent, range } from './format.ts'

type Kind = 'ratio' | 'time ratio' | 'points' | 'seconds' | 'runs' | 'figure'

interface KpiLook {
  readonly title: string
  readonly kind: Kind
}
const look = (title: string, kind: Kind): KpiLook => ({ title, kind })

/** Titles in the order of the tiles. A KPI that is not here is shown under its own name, after these. */
export const KPI_LOOKS: Readonly<Record<string, KpiLook>> = {
  run_pass_rate: look('Pass rate', 'ratio'),
  run_failure_rate: look('Failure rate', 'ratio'),
  projected_pass_rate: look('Pass rate, infra aside', 'ratio'),
  infra_failure_rate: look('Infrastructure failures', 'ratio'),
  timeout_rate: look('Timed out', 'ratio'),
  abort_rate: look('Aborted', 'ratio'),
  net_improvement: look('Change in a week', 'points'),
  duration_p50_pass: look('Median of passes', 'seconds'),
  duration_p95_pass: look('95th percentile of passes', 'seconds'),
  duration_p99_pass: look('99th percentile of passes', 'seconds'),
  duration_p50_fail: look('Median of failures', 'seconds'),
  duration_p95_fail: look('95th percentile of failures', 'seconds'),
  duration_p99_fail: look('99th percentile of failures', 'seconds'),
  queue_p50: look('Median wait', 'seconds'),
  queue_p95: look('95th percentile of waits', 'seconds'),
  in_flight: look('Running', 'runs'),
  oldest_age: look('Oldest running', 'seconds'),
  wasted_hours: look('Machine time wasted', 'time ratio'),
  failure_streak: look('Failures in a row', 'runs'),
  mean_failure_length: look('Mean length of failures', 'figure'),
  mean_time_to_fix: look('Mean time to fix', 'seconds'),
  staleness: look('Since the last end', 'seconds'),
  saved_machine_seconds: look('Machine time saved', 'seconds'),
  stop_precision: look('Stop precision', 'ratio'),
  false_stop_rate: look('False-stop rate', 'ratio'),
  brier_skill: look('Brier skill', 'figure'),
  calibration_ece: look('Calibration error', 'ratio'),
  cluster_health_delta: look('Pass rate beside other clusters', 'points'),
}
const ORDER = Object.keys(KPI_LOOKS)

/** Title of a KPI. */
export const kpiTitle = (name: string): string =>
  KPI_LOOKS[name]?.title ?? name.charAt(0).toUpperCase() + name.slice(1).replace(/_/g, ' ')

const points = (value: number): string => {
  const text = percent(value)
  return value > 0 ? `+${text}` : text
}
const WRITERS: Record<Kind, (value: number) => string> = {
  ratio: percent,
  'time ratio': percent,
  points,
  seconds: duration,
  runs: count,
  figure,
}
const writerOf = (name: string): ((value: number) => string) =>
  WRITERS[KPI_LOOKS[name]?.kind ?? 'figure']

/** The value in its unit, a dash where nothing was heard. */
export const kpiText = ({ kpi, value }: Pick<KpiValue, 'kpi' | 'value'>): string =>
  value === null ? '—' : writerOf(kpi)(value)

const isInstant = (value: number | null): boolean => value !== null && value > 1e11

/** What the value rests on: numerator over denominator or n, and the interval. */
export const kpiBasis = (value: KpiValue): string => {
  const { kpi, numerator, denominator, low, high, n } = value
  if (value.value === null) return 'nothing heard'
  const { kind } = KPI_LOOKS[kpi] ?? { kind: 'figure' }
  const parts: string[] = []
  if (isInstant(numerator)) parts.push(`since ${dateTime(numerator)}`)
  else if (numerator !== null && denominator !== null && kind === 'ratio')
    parts.push(`${figureOf(numerator)} of ${figureOf(denominator)}`)
  else if (numerator !== null && denominator !== null && kind === 'time ratio')
    parts.push(`${hours(numerator)} of ${hours(denominator)}`)
  else parts.push(`n ${count(n)}`)
  if (low !== null && high !== null) parts.push(range(low, high, writerOf(kpi)))
  return parts.join(' · ')
}
const figureOf = (value: number): string =>
  Number.isInteger(value) ? count(value) : value.toLocaleString('en', { maximumFractionDigits: 1 })

/** Values of a record in the order of the tiles. */
export const inTileOrder = (kpi: Kpi): KpiValue[] => {
  const place = (value: KpiValue): number => {
    const at = ORDER.indexOf(value.kpi)
    return at < 0 ? ORDER.length : at
  }
  return [...kpi.values].sort((a, b) => place(a) - place(b))
}
