/** KPI values in words: the API gives names and numbers, a reader wants titles and units. */

import type { Kpi, KpiValue } from '../../../schemas/events.ts'
import { count, dateTime, duration, figure, hours, percent, range } from './format.ts'
import { KPI_LOOKS, type KpiKind } from './kpi-looks.ts'

const ORDER = Object.keys(KPI_LOOKS)

/** Title of a KPI. */
export const kpiTitle = (name: string): string =>
  KPI_LOOKS[name]?.title ?? name.charAt(0).toUpperCase() + name.slice(1).replace(/_/g, ' ')

const points = (value: number): string => {
  const text = percent(value)
  return value > 0 ? `+${text}` : text
}
const ofHundred =
  (write: (ratio: number) => string) =>
  (value: number): string =>
    write(value / 100)
const WRITERS: Record<KpiKind, (value: number) => string> = {
  ratio: percent,
  'time ratio': percent,
  points,
  share: ofHundred(percent),
  'share points': ofHundred(points),
  seconds: duration,
  count,
  figure,
}
const writerOf = (name: string): ((value: number) => string) =>
  WRITERS[KPI_LOOKS[name]?.kind ?? 'figure']

/** The value in its unit, a dash where nothing was heard. */
export const kpiText = ({ kpi, value }: Pick<KpiValue, 'kpi' | 'value'>): string =>
  value === null ? '—' : writerOf(kpi)(value)

/** What AI4CI's published formula gives, in plain figures: some of them are in other units. */
export const compatText = ({ compat }: Pick<KpiValue, 'compat'>): string =>
  compat === null ? '' : `as published ${figure(compat)}`

const isInstant = (value: number | null): boolean => value !== null && value > 1e11

/** What the value rests on: numerator over denominator or n, and the interval. */
export const kpiBasis = (value: KpiValue): string => {
  const { kpi, numerator, denominator, low, high, n } = value
  if (value.value === null) return 'nothing heard'
  const { kind } = KPI_LOOKS[kpi] ?? { kind: 'figure' }
  const parts: string[] = []
  if (isInstant(numerator)) parts.push(`since ${dateTime(numerator)}`)
  else if (numerator !== null && denominator !== null && (kind === 'ratio' || kind === 'share'))
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
