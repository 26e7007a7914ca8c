/** What a job adds to its repository and its community: counters by 5-minute pane, sent at each pane's end. */

import type { KpiPartial } from '../../schemas/events.ts'
import { key, keyParts } from '../../schemas/keys.ts'
import { emit, type Cells, type Effect } from '../processor.ts'
import { add, isEmpty, merge, type Counters } from './counters.ts'
import { isScoreCounter } from './scores.ts'
import { PANE_MS } from './window.ts'

/** Start of a pane in ms → counters. */
type Pending = Record<string, Counters>
export const PENDING_CELL = {
  type: 'map',
  values: { type: 'map', values: 'long' },
} as const

const OPEN = 'open/'
const HOUR_MINUTES = 60

/** Counter of the runs in flight that started in the hour of this minute since the epoch. */
export const openCounter = (minute: number): string =>
  `${OPEN}${Math.floor(minute / HOUR_MINUTES) * HOUR_MINUTES}`
/** The minute of an {@link openCounter}, null for any other counter. */
export const openMinute = (name: string): number | null =>
  name.startsWith(OPEN) ? Number(name.slice(OPEN.length)) : null

const paneStart = (at: number): string => String(Math.floor(at / PANE_MS) * PANE_MS)

/** Keeps counters of an instant until the pane's end. */
export const addPending = (cells: Cells, at: number, delta: Counters): void => {
  const pending = (cells.get('pending') as Pending | undefined) ?? {}
  merge((pending[paneStart(at)] ??= {}), delta, 1)
  cells.put('pending', pending)
}

/** Sends what is kept, pane by pane, to both wider subjects. */
export const sayPartials = (cells: Cells, job: string, at: number): Effect[] => {
  const pending = cells.get('pending') as Pending | undefined
  if (pending === undefined) return []
  cells.delete('pending')
  const [source = '', repo = ''] = keyParts(job)
  const effects: Effect[] = []
  for (const start of Object.keys(pending).sort()) {
    const { late = 0, ...counters } = pending[start] ?? {}
    if (late === 0 && isEmpty(counters)) continue
    const partial = {
      eventAt: Number(start),
      observedAt: at,
      from: job,
      counters,
      late,
      simulated: source === 'demo',
    }
    effects.push(
      emit('ci.kpi-partials.v1', addressed(partial, 'repo', key(source, repo))),
      emit('ci.kpi-partials.v1', addressed(partial, 'community', key(source))),
    )
  }
  return effects
}

const addressed = (
  partial: Omit<KpiPartial, 'eventId' | 'dimension' | 'subject'>,
  dimension: 'repo' | 'community',
  subject: string,
): KpiPartial => ({
  ...partial,
  eventId: `partial/${dimension}/${partial.from}/${partial.eventAt}/${partial.observedAt}`,
  dimension,
  subject,
})

/** What a wider subject makes of a partial: counters of runs, of scores, and runs in flight by start. */
export const partsOf = (
  partial: KpiPartial,
): { runs: Counters; scores: Counters; starts: Counters } => {
  const parts = { runs: {}, scores: {}, starts: {} }
  for (const name in partial.counters) {
    const amount = partial.counters[name] ?? 0
    const minute = openMinute(name)
    if (minute !== null) add(parts.starts, String(minute), amount)
    else add(isScoreCounter(name) ? parts.scores : parts.runs, name, amount)
  }
  if (partial.late > 0) add(parts.runs, 'late', partial.late)
  return parts
}
