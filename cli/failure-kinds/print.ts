/** Scores of sets as a table for people. */

import type { SetScore, WayScore } from './score-set.ts'

const cell = (value: number | null): string =>
  value === null ? '–' : value.toFixed(3).replace(/^0(?=\.)/, '')
const HEAD = ['', 'macro F1', 'kind right', 'top 1', 'top 3', 'top 20', 'calibration']
const WIDTHS = [24, 9, 11, 7, 7, 7, 11]

const row = (cells: readonly string[]): string =>
  cells
    .map((text, i) => (i === 0 ? text.padEnd(WIDTHS[i] ?? 0) : text.padStart(WIDTHS[i] ?? 0)))
    .join(' ')
const wayRow = ({ way, macroF1, right, top1, top3, top20, calibrationError }: WayScore): string =>
  row([`  ${way}`, ...[macroF1, right, top1, top3, top20, calibrationError].map(cell)])

export const scoreText = ({ set, labels, logs, withKind, withLine, ways }: SetScore): string =>
  [
    `${set}: ${logs} logs, ${withKind} with a kind, ${withLine} with decisive lines; labels: ${labels}`,
    row(HEAD),
    ...ways.map(wayRow),
    '',
  ].join('\n')
