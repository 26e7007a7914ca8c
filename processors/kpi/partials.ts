/** What a job adds to its repository and its community: counters by 5-minute pane, sent by name at each pane's end. */

import type { KpiPartial } from '../../schemas/events.ts'
import { key, keyParts } from '../../schemas/keys.ts'
import { emit, type Cells, type Effect } from '../processor.ts'
import { add, countOf, merge, type Counters } from './counters.ts'
import { ID, idOf, isOpenId, isScoreId, minuteOf, nameOf } from './names.ts'
import { PANE_MS } from './window.ts'

/** Start of a pane in ms → counters. */
type Pending = Record<string, Counters>
export const PENDING_CELL = { type: 'map', values: { type: 'array', items: 'long' } } as const

/** Keeps counters of an instant until the pane's end. */
export const addPending = (cells: Cells, at: number, delta: Readonly<Counters>): void => {
  const pending = (cells.get('pending') as Pending | undefined) ?? {}
  const start = String(Math.floor(at / PANE_MS) * PANE_MS)
  merge((pending[start] ??= []), delta, 1)
  cells.put('pending', pending)
}

/** Sends what is kept, pane by pane, to both wider subjects. */
export const sayPartials = (
  cells: Cells,
  job: string,
  rules: readonly string[],
  at: number,
): Effect[] => {
  const pending = cells.get('pending') as Pending | undefined
  if (pending === undefined) return []
  cells.delete('pending')
  const [source = '', repo = ''] = keyParts(job)
  const effects: Effect[] = []
  for (const start of Object.keys(pending).sort()) {
    const counters = pending[start] ?? []
    if (counters.length === 0) continue
    const partial = {
      eventAt: Number(start),
      observedAt: at,
      from: job,
      counters: named(counters, rules),
      late: countOf(counters, ID.late),
      simulated: source === 'demo',
    }
    effects.push(
      emit('ci.kpi-partials.v1', addressed(partial, 'repo', key(source, repo))),
      emit('ci.kpi-partials.v1', addressed(partial, 'community', key(source))),
    )
  }
  return effects
}

/** `late` has a field of its own. */
const named = (counters: Readonly<Counters>, rules: readonly string[]): Record<string, number> => {
  const out: Record<string, number> = {}
  for (let at = 0; at < counters.length; at += 2) {
    const id = counters[at] ?? 0
    if (id !== ID.late) out[nameOf(id, rules)] = counters[at + 1] ?? 0
  }
  return out
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

/** Counters of runs, of scores, and runs in flight by their start in minutes. */
export interface Parts {
  readonly runs: Counters
  readonly scores: Counters
  readonly starts: Counters
}

/** What a wider subject makes of a partial. Rules that it has not seen are added to `rules`. */
export const partsOf = (partial: KpiPartial, rules: string[]): Parts => {
  const parts: Parts = { runs: [], scores: [], starts: [] }
  add(parts.runs, ID.late, partial.late)
  for (const name in partial.counters) {
    const amount = partial.counters[name] ?? 0
    const id = idOf(name, rules)
    if (isOpenId(id)) add(parts.starts, minuteOf(id), amount)
    else if (id >= 0) add(isScoreId(id) ? parts.scores : parts.runs, id, amount)
  }
  return parts
}
