/**
 * Processor `kpi-rollups`: KPIs of repositories and communities, from what their jobs add to them. Jobs send at a pane's
 * end; the sums are said ten seconds of pipeline time later, as of that end.
 */

import type { KpiPartial } from '../../schemas/events.ts'
import { keyParts } from '../../schemas/keys.ts'
import type { Cells, Effect, Processor } from '../processor.ts'
import { merge, type Counters } from './counters.ts'
import { noteExpired, sayChanged, type Occasion } from './emission.ts'
import { partsOf } from './partials.ts'
import type { Dimension } from './row.ts'
import {
  afterEnd,
  AFTER_SCORE,
  AFTER_START,
  putStarts,
  startsOf,
  SUBJECT_CELLS,
  subjectOf,
  wakeAfterPane,
  wakeAfterRecord,
  withRules,
  type Subject,
} from './subject.ts'
import { addAt, DAY, SCORES, WEEKS, WINDOW_CELLS } from './window.ts'

/** How long after a pane's end all partials of the pane are in: they are stamped with that end. */
const GRACE_MS = 10_000

export const kpiRollups: Processor = {
  name: 'kpi-rollups',
  inputs: ['ci.kpi-partials.v1'],
  outputs: ['ci.kpis.v1', 'ci.kpi-history.v1', 'ci.measures.v1'],
  cells: {
    ...WINDOW_CELLS,
    ...SUBJECT_CELLS,
  },
  step(cells, key, input, now) {
    const subject = subjectOf(cells)
    const effects =
      input.kind === 'timer'
        ? onTimer(cells, subject, key, now)
        : onPartial(cells, subject, input.record as KpiPartial, now)
    cells.put('subject', subject)
    return effects
  },
}

const onPartial = (cells: Cells, subject: Subject, partial: KpiPartial, now: number): Effect[] => {
  const asOf = now - GRACE_MS
  const { runs, scores, starts } = withRules(cells, (rules) => partsOf(partial, rules))
  subject.changed |= AFTER_START
  if (starts.length > 0) countStarts(cells, subject, starts)
  if (runs.length > 0) {
    const days = addAt(cells, DAY, partial.eventAt, asOf, runs)
    const weeks = addAt(cells, WEEKS, partial.eventAt, asOf, runs)
    subject.changed |= afterEnd(cells, asOf, days, weeks)
    if (weeks === 0) subject.late += partial.late
  }
  if (scores.length > 0) {
    subject.changed |= AFTER_SCORE
    addAt(cells, SCORES, partial.eventAt, asOf, scores)
  }
  return wakeAfterRecord(subject, now, GRACE_MS)
}

const countStarts = (cells: Cells, subject: Subject, delta: Counters): void => {
  const starts = startsOf(cells)
  merge(starts, delta, 1)
  putStarts(cells, starts)
  for (let at = 1; at < delta.length; at += 2) subject.inFlight += delta[at] ?? 0
}

const onTimer = (cells: Cells, subject: Subject, key: string, now: number): Effect[] => {
  const asOf = now - GRACE_MS
  const { dimension, name } = subjectName(key)
  const occasion: Occasion = { cells, dimension, name, subject, asOf, at: now }
  subject.paneAt = 0
  noteExpired(occasion)
  return [...sayChanged(occasion, ~0), ...wakeAfterPane(cells, subject, dimension, asOf, GRACE_MS)]
}

/** The key is `dimension:subject`, the subject itself a key. */
const subjectName = (key: string): { dimension: Dimension; name: string } => {
  const [dimension = '', name = ''] = keyParts(key)
  return { dimension: dimension === 'repo' ? 'repo' : 'community', name }
}
