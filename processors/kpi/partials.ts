/**
 * What a subject adds to the next wider one, a job to its repository, a repository to its community: counters by 5-minute
 * pane, sent once the pane has ended.
 */

import type { KpiPartial } from '../../schemas/events.ts'
import { key, keyParts } from '../../schemas/keys.ts'
import { emit, type Cells, type Effect } from '../processor.ts'
import { add, countOf, merge, type Counters } from './counters.ts'
import { ID, rulesIn, withRulesOf } from './names.ts'
import type { Pending, State, Subject } from './subject.ts'
import { PANE_MS } from './window.ts'

/** So many panes are kept beside the subject: the one that goes on and those of runs heard a little late. */
const PENDING_KEPT = 3

/** Keeps counters of an instant until they are sent. */
export const addPending = (
  cells: Cells,
  { pending, spilled }: Subject,
  at: number,
  delta: Readonly<Counters>,
): void => {
  const start = Math.floor(at / PANE_MS) * PANE_MS
  let place = pending.length
  while (place > 0 && (pending[place - 1]?.start ?? 0) > start) place -= 1
  const known = pending[place - 1]
  if (known?.start === start) {
    merge(known.counters, delta, 1)
    return
  }
  pending.splice(place, 0, { start, counters: [...delta] })
  const oldest = pending.length > PENDING_KEPT ? pending.shift() : undefined
  if (oldest !== undefined) spill(cells, spilled, oldest)
}

/** After an outage a job hears of hundreds of panes at once: each is a cell, so that no cell grows with them. */
const spill = (cells: Cells, spilled: number[], { start, counters }: Pending): void => {
  const cell = `pending/${start}`
  const sofar = cells.get(cell) as Counters | undefined
  if (sofar === undefined) {
    let place = spilled.length
    while (place > 0 && (spilled[place - 1] ?? 0) > start) place -= 1
    spilled.splice(place, 0, start)
    cells.put(cell, counters)
  } else {
    merge(sofar, counters, 1)
    cells.put(cell, sofar)
  }
}

/** All that is kept, in order of panes, which is forgotten here. */
const takePending = (cells: Cells, subject: Subject): Pending[] => {
  const spilled = subject.spilled.map((start) => {
    const cell = `pending/${start}`
    const counters = cells.get(cell) as Counters
    cells.delete(cell)
    return { start, counters }
  })
  const all = [...spilled, ...subject.pending]
  subject.spilled = []
  subject.pending = []
  return all
}

/** Sends what is kept of `from`, pane by pane, to the next wider subject. */
export const sayPartials = (
  { cells, subject, windows }: State,
  from: string,
  dimension: 'repo' | 'community',
  at: number,
): Effect[] => {
  if (subject.pending.length === 0) return []
  const [source = '', repo = ''] = keyParts(from)
  const wider = dimension === 'repo' ? key(source, repo) : key(source)
  const effects: Effect[] = []
  for (const { start, counters } of takePending(cells, subject))
    if (counters.length > 0)
      effects.push(
        emit('ci.kpi-partials.v1', {
          eventId: `partial/${dimension}/${from}/${start}/${at}`,
          eventAt: start,
          observedAt: at,
          dimension,
          subject: wider,
          from,
          rules: rulesIn(counters) ? [...windows.rules] : [],
          counters: withoutLate(counters),
          late: countOf(counters, ID.late),
          simulated: source === 'demo',
        }),
      )
  return effects
}

/** `late` has a field of its own; it is the first of all counters. */
const withoutLate = (counters: Counters): Counters =>
  counters[0] === ID.late ? counters.slice(2) : counters

/** What a partial adds. Rules that the subject has not seen are added to `rules`. */
export const countersOf = (partial: KpiPartial, rules: string[]): Counters => {
  const counters: Counters = []
  add(counters, ID.late, partial.late)
  for (const number of withRulesOf(partial.counters, partial.rules, rules)) counters.push(number)
  return counters
}
