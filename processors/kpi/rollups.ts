/**
 * Processors `kpi-repos` and `kpi-communities`: KPIs of repositories, from what their jobs add to them, and of communities,
 * from what their repositories do. Each sends at a pane's end; the sums are said ten seconds of pipeline time later, as of
 * that end, and only then sent on: so a community speaks ten seconds after its repositories.
 */

import type { KpiPartial } from '../../schemas/events.ts'
import { keyParts } from '../../schemas/keys.ts'
import type { Effect, Processor } from '../processor.ts'
import { AFTER_START } from './changes.ts'
import { add, type Counters } from './counters.ts'
import { noteExpired, sayChanged } from './emission.ts'
import { minuteOf, openFrom } from './names.ts'
import { addPending, countersOf, sayPartials } from './partials.ts'
import {
  count,
  keep,
  stateOf,
  SUBJECT_CELLS,
  wakeAfterPane,
  wakeAfterRecord,
  type State,
  type Subject,
} from './subject.ts'
import { PANE_MS } from './window.ts'

interface Rollup {
  readonly dimension: 'repo' | 'community'
  /** How long after a pane's end all partials of the pane are in. */
  readonly graceMs: number
}

const rollupOf = (name: string, rollup: Rollup): Processor => ({
  name,
  inputs: ['ci.kpi-partials.v1'],
  outputs:
    rollup.dimension === 'repo'
      ? ['ci.kpis.v1', 'ci.kpi-history.v1', 'ci.measures.v1', 'ci.kpi-partials.v1']
      : ['ci.kpis.v1', 'ci.kpi-history.v1', 'ci.measures.v1'],
  cells: SUBJECT_CELLS,
  wants: (record) => (record as KpiPartial).dimension === rollup.dimension,
  step: (cells, key, input, now) =>
    input.kind === 'timer'
      ? onTimer(rollup, stateOf(cells), key, now)
      : onPartial(rollup, stateOf(cells), input.record as KpiPartial, now),
})

export const kpiRepos = rollupOf('kpi-repos', { dimension: 'repo', graceMs: 10_000 })
export const kpiCommunities = rollupOf('kpi-communities', {
  dimension: 'community',
  graceMs: 20_000,
})

const onPartial = (
  { dimension, graceMs }: Rollup,
  state: State,
  partial: KpiPartial,
  now: number,
): readonly Effect[] => {
  const { cells, subject, windows } = state
  const counters = countersOf(partial, windows.rules)
  if (dimension === 'repo') addPending(cells, subject, partial.eventAt, counters)
  subject.changed |= AFTER_START
  takeStarts(subject, counters)
  if (counters.length > 0) count(state, partial.eventAt, now - graceMs, counters, partial.late)
  const effects = wakeAfterRecord(subject, now, {
    graceMs,
    phaseMs: 0,
    isSoon: false,
    stepMs: PANE_MS,
  })
  keep(state)
  return effects
}

/** Takes the runs in flight out of the counters: they are in no window. */
const takeStarts = (subject: Subject, counters: Counters): void => {
  const from = openFrom(counters)
  for (let at = from; at < counters.length; at += 2) {
    const amount = counters[at + 1] ?? 0
    add(subject.starts, minuteOf(counters[at] ?? 0), amount)
    subject.inFlight += amount
  }
  counters.length = from
}

const onTimer = (
  { dimension, graceMs }: Rollup,
  state: State,
  key: string,
  now: number,
): readonly Effect[] => {
  const asOf = now - graceMs
  const [, name = ''] = keyParts(key)
  const occasion = { ...state, dimension, name, asOf, at: now }
  state.subject.paneAt = 0
  noteExpired(occasion)
  const effects = sayChanged(occasion, ~0)
  if (dimension === 'repo') effects.push(...sayPartials(state, name, 'community', now))
  effects.push(...wakeAfterPane(state, dimension, asOf, { graceMs, phaseMs: 0 }))
  keep(state)
  return effects
}
