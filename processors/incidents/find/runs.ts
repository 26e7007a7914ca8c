/** What the start and the end of a run of a job tell, and that its log has grown. */

import type { Run } from '../../../schemas/events.ts'
import { runName } from '../../../schemas/keys.ts'
import type { Cells, Effect, Tables } from '../../processor.ts'
import { occasionOf, type Held, type Occasion } from '../held.ts'
import { settingsOf } from '../settings.ts'
import { onRunEnd } from './ends.ts'
import { jobStateOf, newJobState, noteQueue, watch, type JobState } from './job-state.ts'
import { endLog, hasGrown, onLog } from './logs.ts'
import { clearWaits, wakeFor, wasWorth } from './waits.ts'

const NO_EFFECTS: readonly Effect[] = []

/** True for what tells only that the log of a run is longer. */
export const isOfLog = ({ change, logBytes }: Run): boolean =>
  change === 'progress' && logBytes !== null

export const onRun = (cells: Cells, run: Run, now: number, tables: Tables): readonly Effect[] => {
  const { change } = run
  if (isOfLog(run) && !hasGrown(cells, run)) return NO_EFFECTS
  const state = jobStateOf(cells) ?? newJobState()
  const settings = settingsOf(tables)
  const occasion = occasionOf(run, now)
  if (isOfLog(run)) {
    const told = onLog(cells, state, run, occasion, settings)
    if (told.length > 0) cells.put('job', state)
    return told
  }
  const effects: Effect[] = []
  if (change === 'finished')
    effects.push(...onRunEnd(state, run, occasion, settings), ...endLog(cells, run, now))
  else {
    if (change === 'started') effects.push(...onStart(state, run, occasion))
    const watched = watch(state, run)
    if (watched !== undefined) effects.push(...wakeFor(state, watched, run, settings, now))
  }
  if (change === 'finished') effects.push(...wakeFor(state, null, run, settings, now))
  cells.put('job', state)
  return effects
}

/** A run that has started waits no longer. */
const onStart = (state: JobState, run: Run, occasion: Occasion): Effect[] => {
  const { queuedAt, startedAt } = run
  if (queuedAt === null || startedAt === null) return []
  noteQueue(state, startedAt - queuedAt)
  const rightOf = (one: Held): boolean => wasWorth(one, queuedAt, startedAt)
  return clearWaits(state, ['queued'], runName(run), occasion, 'the run has started', rightOf)
}
