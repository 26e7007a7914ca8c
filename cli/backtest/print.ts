/** The terminal report, at most 120 columns wide, and the same measures for machines. */

import type { BacktestMeasures } from './measures.ts'
import { abstentionText, cautions, changeText, summary } from './notes.ts'
import { allTables } from './tables.ts'
import type { Table } from './table.ts'

const WIDTH = 120
const NAME_WIDTH = 40
const JOBS = 15

/** Version of the shape of {@link toJson}: raised when a field changes its meaning or goes away. */
export const JSON_VERSION = 1

/**
 * Everything measured, for `--json`: {version, mode, resamples, seed, from, to, isSimulated, total, changes, jobs,
 * acted, askedFrom, costCurves, abstainingJobs, levels, abstentions}, each field as documented at its type. Times are in seconds, instants in
 * milliseconds since the epoch, figures are {value, low, high} with 95 % intervals, null where nothing is known.
 */
export const toJson = (
  measures: BacktestMeasures,
): { readonly version: number } & BacktestMeasures => ({ version: JSON_VERSION, ...measures })

/** The report as text: what was measured, the tables, and what not to believe. */
export const printReport = (measures: BacktestMeasures): string =>
  [
    ...summary(measures).map(wrapped),
    ...allTables(measures, JOBS).map(tableText),
    ...[abstentionText(measures), changeText(measures)].flatMap((text) => text ?? []).map(wrapped),
    ...cautions(measures).map((note) => wrapped(`! ${note}`)),
  ].join('\n') + '\n'

/** A table as lines of text. */
export const tableText = ({ title, head, rows, notes }: Table): string => {
  const all = [head, ...rows]
  const widths = head.map((_, column) =>
    Math.min(
      column === 0 ? NAME_WIDTH : WIDTH,
      Math.max(...all.map((row) => row[column]?.length ?? 0)),
    ),
  )
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return column === 0 ? shortened(cell, width).padEnd(width) : cell.padStart(width)
      })
      .join('  ')
      .trimEnd()
  const rule = '─'.repeat(widths.reduce((sum, width) => sum + width + 2, -2))
  return ['', title, line(head), rule, ...rows.map(line), ...notes.map(wrapped), ''].join('\n')
}

/** The end of a job's name tells more than its beginning. */
const shortened = (name: string, width: number): string =>
  name.length <= width ? name : `…${name.slice(1 - width)}`

/** A text in lines of at most 120 columns. */
export const wrapped = (text: string): string => {
  const lines: string[] = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line.length + word.length + 1 > WIDTH) lines.push(`  ${word}`)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines.join('\n')
}
