/** The running runs of the Now page: an answer of the API, kept up by the stream. Pure. */

import type { Decision, Forecast, Level, Run, RunRef } from '../../../schemas/events.ts'
import { runKey } from '../../../schemas/keys.ts'
import type { RunAnswer } from './answers.ts'
import { chanceAt, type ChanceAt } from './curves.ts'

export interface RunningRow {
  readonly key: string
  readonly forecast: Forecast
  readonly decision: Decision | null
  readonly run: Run | null
}
export type Rows = ReadonlyMap<string, RunningRow>

/** Rows of a fresh answer. */
export const rowsOf = (answers: readonly RunAnswer[]): Rows =>
  new Map(
    answers.flatMap(({ forecast, decision, run }) => {
      if (forecast === null) return []
      const key = runKey(forecast)
      return [[key, { key, forecast, decision, run }]]
    }),
  )

export type RowChange =
  | { readonly kind: 'forecast'; readonly record: Forecast }
  | { readonly kind: 'decision'; readonly record: Decision }
  | { readonly kind: 'run'; readonly record: Run }
  | { readonly kind: 'score'; readonly record: RunRef }

/** The rows after changes in order; rows that no change names stay the same objects, so that they are not drawn again. */
export const applyChanges = (rows: Rows, changes: readonly RowChange[]): Rows => {
  if (changes.length === 0) return rows
  const next = new Map(rows)
  for (const change of changes) {
    const key = runKey(change.record)
    const row = next.get(key)
    if (change.kind === 'score' || (change.kind === 'run' && change.record.phase === 'finished'))
      next.delete(key)
    else if (change.kind === 'forecast')
      next.set(key, { decision: null, run: null, ...row, key, forecast: change.record })
    else if (row !== undefined)
      next.set(
        key,
        change.kind === 'run'
          ? { ...row, run: change.record }
          : { ...row, decision: change.record },
      )
  }
  return next
}

/** Start of the run, as its forecast saw it; milliseconds since the epoch. */
const startOf = (forecast: Forecast): number => forecast.observedAt - forecast.elapsedSeconds * 1000

/** Age at an instant, never below that of the forecast. Unit: seconds. */
export const ageAt = (forecast: Forecast, at: number): number =>
  Math.max(forecast.elapsedSeconds, (at - startOf(forecast)) / 1000)

/** The row's chance to fail at an instant. */
export const chanceOf = (row: RunningRow, at: number): ChanceAt =>
  chanceAt(row.forecast, ageAt(row.forecast, at))

/** The advice of a row, `abstain` before the first. */
export const levelOf = (row: RunningRow): Level => row.decision?.level ?? 'abstain'

export interface RowFilter {
  readonly text: string
  readonly source: string | null
  readonly level: Level | null
}

/** Rows that fit the filter, likeliest to fail first; every word of the text must occur in job, repo or run. */
export const visibleRows = (rows: Rows, filter: RowFilter, at: number): RunningRow[] => {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = (row: RunningRow): boolean => {
    const { source, repo, job, runId } = row.forecast
    const text = `${source} ${repo} ${job} ${runId}`.toLowerCase()
    return (
      (filter.source === null || filter.source === source) &&
      (filter.level === null || filter.level === levelOf(row)) &&
      words.every((word) => text.includes(word))
    )
  }
  return [...rows.values()]
    .filter(fits)
    .map((row) => ({ row, p: chanceOf(row, at).p }))
    .sort((a, b) => b.p - a.p || (a.row.key < b.row.key ? -1 : 1))
    .map(({ row }) => row)
}
