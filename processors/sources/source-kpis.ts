/**
 * KPIs of sources: how well each could be heard, said within 10 s of a change, and then at each full hour, or every five
 * minutes while it is not heard. While Stopline does not run nothing is told, and what held goes on.
 */

import type { Kpi, SourceState } from '../../schemas/events.ts'
import { drop, emit, setTimer, type Cells, type Effect, type Processor } from '../processor.ts'
import { changed, type Change, type Course } from './course.ts'
import { LONGEST_MS, SOURCE_KPIS, WINDOW_MS, type SourceWindow } from './kpis.ts'

const SOON_MS = 10_000
const PANE_MS = 300_000
const HOUR_MS = 3_600_000
const WINDOWS = Object.keys(WINDOW_MS) as SourceWindow[]

const CELL = {
  type: 'record',
  name: 'SourceCourse',
  fields: [
    {
      name: 'changes',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'Change',
          fields: [
            { name: 'at', type: 'long' },
            { name: 'isHeard', type: 'boolean' },
          ],
        },
      },
    },
  ],
}
const CELL_NAME = 'course'

const courseOf = (cells: Cells): Course =>
  (cells.get(CELL_NAME) as Course | undefined) ?? { changes: [] as Change[] }

/** The next instant that divides by the step. */
const next = (now: number, stepMs: number): number => Math.floor(now / stepMs) * stepMs + stepMs

const kpiOf = (course: Course, source: string, window: SourceWindow, asOf: number): Kpi => ({
  eventId: `kpi/source/${source}/${window}/${asOf}`,
  eventAt: asOf,
  observedAt: asOf,
  dimension: 'source',
  subject: source,
  window,
  simulated: source === 'demo',
  late: 0,
  values: SOURCE_KPIS.filter(({ windows }) => windows.includes(window)).map((row) => ({
    kpi: row.name,
    ...row.value(course, asOf - WINDOW_MS[window], asOf),
  })),
})

const say = (course: Course, source: string, asOf: number): Effect[] =>
  WINDOWS.flatMap((window): Effect[] => {
    const record = kpiOf(course, source, window, asOf)
    if (asOf % HOUR_MS !== 0) return [emit('ci.kpis.v1', record)]
    const history = { ...record, eventId: `${record.eventId}/history` }
    return [emit('ci.kpis.v1', record), emit('ci.kpi-history.v1', history)]
  })

export const sourceKpis: Processor = {
  name: 'source-kpis',
  inputs: ['ci.source-states.v1'],
  outputs: ['ci.kpis.v1', 'ci.kpi-history.v1'],
  cells: { [CELL_NAME]: CELL },
  step: (cells, key, input, now): readonly Effect[] => {
    const before = courseOf(cells)
    if (input.kind === 'timer') {
      const isHeard = before.changes.at(-1)?.isHeard === true
      const again = setTimer('say', next(input.due, isHeard ? HOUR_MS : PANE_MS))
      return [...say(before, key, input.due), again]
    }
    const { state, eventAt } = input.record as SourceState
    const last = before.changes.at(-1)
    if (last !== undefined && eventAt <= last.at) return [drop('duplicate')]
    const course = changed(before, state, eventAt, LONGEST_MS)
    if (course.changes.at(-1) === last) return [drop('no-use')]
    cells.put(CELL_NAME, course)
    return [setTimer('say', next(now, SOON_MS))]
  },
}
