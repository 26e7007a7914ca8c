/** Values of a row, checked: the key of its run, whole numbers, labels. */

import type { RunRef } from '../../schemas/events.ts'
import type { Row } from './columns.ts'
import { RefusedRow, type Problem } from './problems.ts'

const MAX_NAME_LENGTH = 1_000
const MAX_LABEL_LENGTH = 1_000

/** The value of a column, null where it is empty or not there. */
export const textOf = (row: Row, column: string): string | null => {
  const value = row[column]
  return value === undefined || value === '' ? null : value
}

/** The value of a column that names something. Throws {@link RefusedRow} where it is empty or no name at all. */
export const nameOf = (row: Row, column: string): string => {
  const value = textOf(row, column)
  if (value === null) throw new RefusedRow('missing-value', `${column} is empty`)
  if (value.length > MAX_NAME_LENGTH)
    throw new RefusedRow('name-too-long', `${column} has ${value.length} characters`)
  return value
}

/** A whole number from 1, null where the column is empty, NaN for anything else. */
export const ordinalOf = (row: Row, column: string): number | null => {
  const value = textOf(row, column)
  if (value === null) return null
  return /^[1-9]\d{0,8}$/.test(value) ? Number(value) : Number.NaN
}

/** The run a row belongs to; an empty attempt is the first. Throws {@link RefusedRow} where a part is missing. */
export const runOf = (row: Row): RunRef => {
  const attempt = ordinalOf(row, 'attempt') ?? 1
  if (Number.isNaN(attempt))
    throw new RefusedRow('bad-attempt', `attempt ${JSON.stringify(row['attempt']?.slice(0, 40))}`)
  return {
    source: nameOf(row, 'source'),
    repo: nameOf(row, 'repo'),
    job: nameOf(row, 'job'),
    runId: nameOf(row, 'run_id'),
    attempt,
  }
}

/** Labels from the columns that have a value; long ones are cut, since labels live in bounded state. */
export const labelsOf = (
  row: Row,
  columns: readonly string[],
  notes: Problem[],
): Record<string, string> => {
  const labels: Record<string, string> = {}
  for (const column of columns) {
    const value = textOf(row, column)
    if (value === null) continue
    labels[column] = value.slice(0, MAX_LABEL_LENGTH)
    if (value.length > MAX_LABEL_LENGTH)
      notes.push({ reason: 'long-label', detail: `${column} has ${value.length} characters` })
  }
  return labels
}
