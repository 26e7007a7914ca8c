/** Figures as text. Nothing known is written as a dash, never as zero. */

import type { Ratio } from '../../schemas/measures.ts'
import type { Figure } from './bootstrap.ts'

export const NONE = '–'

const grouped = (value: number, digits: number): string => {
  const text = Math.abs(value).toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  return value < 0 && /[1-9]/.test(text) ? `-${text}` : text
}

export type Formatter = (value: number) => string

/** Count with thousands apart. Example: 1,234. */
export const count: Formatter = (value) => grouped(value, 0)
/** Seconds as hours; one digit behind the point below 100 h. Example: 5400 s is 1.5. */
export const hours: Formatter = (seconds) =>
  grouped(seconds / 3600, Math.abs(seconds) < 360_000 ? 1 : 0)
/** Ratio as per cent. Example: .0039 is 0.39 %. */
export const percent: Formatter = (ratio) =>
  `${grouped(ratio * 100, Math.abs(ratio) < 0.0995 ? 2 : 1)} %`
/** Three digits behind the point, without the zero before it. Example: 0.1587 is .159. */
export const three: Formatter = (value) =>
  value
    .toFixed(3)
    .replace(/^-(0\.000)$/, '$1')
    .replace(/^(-?)0\./, '$1.')
export const one: Formatter = (value) => grouped(value, 1)

/** Value alone. */
export const valueText = ({ value }: Pick<Figure, 'value'>, format: Formatter): string =>
  value === null ? NONE : format(value)

/** Interval alone. Example: [1.2, 3.4]. */
export const rangeText = (
  { low, high }: Pick<Figure, 'low' | 'high'>,
  format: Formatter,
): string =>
  low === null || high === null ? '' : `[${format(low)}, ${format(high)}]`.replaceAll(' %', '')

/** Value with its interval. Example: 2.3 % [1.2, 3.4]. */
export const figureText = (figure: Figure, format: Formatter): string =>
  `${valueText(figure, format)} ${rangeText(figure, format)}`.trimEnd()

/** UTC day of an instant. */
export const dayText = (atMs: number | null): string =>
  atMs === null ? NONE : new Date(atMs).toISOString().slice(0, 10)

export const minutes = (seconds: number): string => one(seconds / 60)

/** A share with what it is made of. Example: 1/2: 50.0 % [9.5, 90.5]. */
export const ratioText = (ratio: Ratio): string =>
  `${count(ratio.numerator)}/${count(ratio.denominator)}: ${figureText(ratio, percent)}`
