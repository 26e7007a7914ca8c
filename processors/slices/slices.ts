/**
 * Processor `kpi-slices`: KPIs of the runs that share the value of a label, such as all on one cluster. Each value keeps
 * windows as a job does, in cells of its own under the scope's key, and speaks at full hours.
 */

import type { SliceEnd } from '../../schemas/events.ts'
import { key as keyOf, keyParts } from '../../schemas/keys.ts'
import type { SliceDimension } from '../../schemas/slices.ts'
import { OF_LABELS } from '../kpi/changes.ts'
import { add, type Counters } from '../kpi/counters.ts'
import { noteExpired, sayChanged, type Occasion } from '../kpi/emission.ts'
import { countersOf } from '../kpi/end-counters.ts'
import { ID } from '../kpi/names.ts'
import {
  count,
  keep,
  stateOf,
  SUBJECT_CELLS,
  subjectOf,
  wakeAfterPane,
  wakeAfterRecord,
  type Delay,
  type State,
} from '../kpi/subject.ts'
import { HOUR_MS, PANE_MS, paneEnd } from '../kpi/window.ts'
import { phaseOf } from '../phase.ts'
import { clearTimer, setTimer, type Cells, type Effect, type Processor } from '../processor.ts'
import { admit, ADMISSION } from './admission.ts'

export const kpiSlices: Processor = {
  name: 'kpi-slices',
  inputs: ['ci.slice-ends.v1'],
  outputs: ['ci.kpis.v1', 'ci.kpi-history.v1'],
  cells: { ...SUBJECT_CELLS, admission: ADMISSION },
  step: (cells, scope, input, now) => {
    if (input.kind === 'timer') return sayPane(cells, scope, sliceOf(input.timer), now)
    const end = input.record as SliceEnd
    return Object.entries(end.slices).flatMap(([dimension, value]) => {
      const counted = admit(cells, dimension, value, end.finishedAt, now)
      return onEnd(cells, scope, keyOf(dimension, counted), end, now)
    })
  },
}

const TIMER = 'pane/'
const sliceOf = (timer: string): string => timer.slice(TIMER.length)
/** A subject knows one timer, `pane`: here each slice has its own. */
const timersOf = (effects: readonly Effect[], slice: string): Effect[] =>
  effects.map((effect) => {
    if (effect.kind === 'setTimer') return setTimer(TIMER + slice, effect.at)
    return effect.kind === 'clearTimer' ? clearTimer(TIMER + slice) : effect
  })

/** The cells of one slice: `pane/day/5` is `pane/<slice>/day/5`. */
const cellsOf = (cells: Cells, slice: string): Cells => {
  const own = (cell: string): string => {
    const at = cell.indexOf('/')
    return at < 0 ? `${cell}/${slice}` : `${cell.slice(0, at)}/${slice}${cell.slice(at)}`
  }
  return {
    get: (cell) => cells.get(own(cell)),
    put: (cell, value) => {
      cells.put(own(cell), value)
    },
    delete: (cell) => {
      cells.delete(own(cell))
    },
  }
}

/** All slices have spoken within these of the full hour. */
const TURN_MS = 8_000
const delayOf = (scope: string, slice: string): Delay => ({
  graceMs: 0,
  phaseMs: phaseOf(`${scope}/${slice}`, TURN_MS),
  isSoon: false,
  stepMs: HOUR_MS,
})

const onEnd = (
  cells: Cells,
  scope: string,
  slice: string,
  end: SliceEnd,
  now: number,
): readonly Effect[] => {
  const said = sayPane(cells, scope, slice, now)
  const state = stateOf(cellsOf(cells, slice))
  const { finishedAt, takesBack } = end
  const counters: Counters = countersOf(end, takesBack ? -1 : 1)
  if (!takesBack && paneEnd(finishedAt, PANE_MS) <= now) add(counters, ID.late, 1)
  count(state, finishedAt, now, counters)
  state.subject.changed &= OF_LABELS
  const woken = wakeAfterRecord(state.subject, now, delayOf(scope, slice))
  settle(state)
  return [...said, ...timersOf(woken, slice)]
}

/** What is said of an hour that has ended, before anything later is counted. */
const sayPane = (cells: Cells, scope: string, slice: string, now: number): Effect[] => {
  const own = cellsOf(cells, slice)
  const asOf = subjectOf(own).paneAt
  if (asOf === 0 || asOf > now) return []
  const state = stateOf(own)
  const [dimension = '', value = ''] = keyParts(slice)
  const name = `${scope}:${keyOf(value)}`
  const occasion: Occasion = {
    ...state,
    ...{ dimension: dimension as SliceDimension, name, asOf, at: now },
  }
  state.subject.paneAt = 0
  noteExpired(occasion)
  state.subject.changed &= OF_LABELS
  const effects = sayChanged(occasion, ~0)
  const woken = wakeAfterPane(state, occasion.dimension, asOf, delayOf(scope, slice))
  settle(state)
  return [...effects, ...timersOf(woken, slice)]
}

/** A slice that no window holds any more leaves nothing behind. */
const settle = (state: State): void => {
  const { cells, subject, windows } = state
  keep(state)
  if (subject.changed === 0 && windows.dayPanes.length + windows.hourPanes.length === 0)
    cells.delete('subject')
}
