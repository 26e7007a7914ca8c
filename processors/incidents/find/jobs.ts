/**
 * Finds what is wrong with the runs of a job: those likely to fail or to be stopped, those that wait or run too long, jobs
 * that fail in a row, are silent, or fail in most of their tests. Of the progress of a run only that of its log is looked at.
 */

import type {
  Decision,
  Forecast,
  JobProfile,
  Run,
  Score,
  TabState,
  TestResult,
  TestTab,
} from '../../../schemas/events.ts'
import { keyParts } from '../../../schemas/keys.ts'
import type { Cells, Effect, Input, Processor, Tables } from '../../processor.ts'
import { clearLapsed, type Occasion } from '../held.ts'
import { settingsOf, type Settings } from '../settings.ts'
import { JOB_CELL, jobStateOf } from './job-state.ts'
import { lastingOf } from './lasting.ts'
import { isLogTimer, LOG_CELL, lookAtLog, SILENCES_CELL } from './logs.ts'
import { clearRelaxed } from './relaxed.ts'
import { onDecision, onForecast, onScore } from './running.ts'
import { isOfLog, onRun } from './runs.ts'
import { SHARED_CELL } from './shared-state.ts'
import { onResult, onSharedTimer } from './shared.ts'
import { onTab, onTabState } from './tabs.ts'
import { lookAtWaits } from './waits.ts'

const NO_EFFECTS: readonly Effect[] = []

export const jobAlerts: Processor = {
  name: 'job-alerts',
  inputs: [
    'ci.runs.v1',
    'ci.forecasts.v1',
    'ci.decisions.v1',
    'ci.scores.v1',
    'ci.job-profiles.v1',
    'ci.test-results.v1',
    'ci.test-tabs.v1',
    'ci.tab-states.v1',
  ],
  broadcasts: ['ci.alert-settings.v1'],
  outputs: ['ci.symptoms.v1'],
  cells: { job: JOB_CELL, shared: SHARED_CELL, log: LOG_CELL, silences: SILENCES_CELL },
  wants: (record, topic) => {
    if (topic === 'ci.runs.v1') return isTurn((record as Run).change) || isOfLog(record as Run)
    return topic !== 'ci.test-results.v1' || isFailure((record as TestResult).status)
  },
  step: (cells, key, input, now, tables) => {
    const lapsed = letLapse(cells, key, input, now, settingsOf(tables))
    const found =
      input.kind === 'timer'
        ? onTimer(cells, occasionFor(key, input, now), input.timer, settingsOf(tables))
        : onRecord(cells, input, now, tables)
    return lapsed.length === 0 ? found : [...lapsed, ...found]
  },
}

const isTurn = (change: Run['change']): boolean =>
  change === 'queued' || change === 'started' || change === 'finished'
const isFailure = (status: TestResult['status']): boolean =>
  status === 'failed' || status === 'error'

/** The job alone, whatever tells of it. */
const occasionFor = (key: string, input: Input, now: number): Occasion => {
  const [source = '', repo = '', job = ''] = keyParts(key)
  const ref = { source, repo, job, runId: '', attempt: 0 }
  if (input.kind === 'timer')
    return { causeId: `${key}/${input.timer}/${now}`, eventAt: now, now, ref }
  const { eventId, eventAt } = input.record
  return { causeId: eventId, eventAt, now, ref }
}

/** What is held by rules that are switched off, or whose limits have changed, is over, whatever is heard of the job next. */
const letLapse = (
  cells: Cells,
  key: string,
  input: Input,
  now: number,
  settings: Settings,
): readonly Effect[] => {
  // Lines of logs come often, and change nothing of it.
  if (input.kind === 'record' && input.topic === 'ci.runs.v1' && isOfLog(input.record as Run))
    return NO_EFFECTS
  const state = jobStateOf(cells)
  if (state === undefined || state.held.length === 0) return NO_EFFECTS
  const occasion = occasionFor(key, input, now)
  const effects = [
    ...clearLapsed(state.held, settings.byName, occasion),
    ...clearRelaxed(cells, state, occasion, settings),
  ]
  if (effects.length > 0) cells.put('job', state)
  return effects
}

const onRecord = (
  cells: Cells,
  { topic, record }: Extract<Input, { kind: 'record' }>,
  now: number,
  tables: Tables,
): readonly Effect[] => {
  switch (topic) {
    case 'ci.runs.v1':
      return onRun(cells, record as Run, now, tables)
    case 'ci.forecasts.v1':
      return onForecast(cells, record as Forecast, now, tables)
    case 'ci.test-results.v1':
      return onResult(cells, record as TestResult, now, tables)
    case 'ci.decisions.v1':
      return onDecision(cells, record as Decision, now, tables)
    case 'ci.scores.v1':
      return onScore(cells, record as Score, now, tables)
    case 'ci.job-profiles.v1':
      return onProfile(cells, record as JobProfile)
    case 'ci.test-tabs.v1':
      return onTab(cells, record as TestTab, now, tables)
    default:
      return onTabState(cells, record as TabState, now, tables)
  }
}

const onProfile = (cells: Cells, profile: JobProfile): readonly Effect[] => {
  const state = jobStateOf(cells)
  const lasting = state === undefined ? null : lastingOf(profile)
  if (state === undefined || lasting === null) return NO_EFFECTS
  const { longestSeconds, lateFailing } = lasting
  if (longestSeconds === state.longestSeconds && lateFailing === state.lateFailing)
    return NO_EFFECTS
  Object.assign(state, lasting)
  cells.put('job', state)
  return NO_EFFECTS
}

const onTimer = (
  cells: Cells,
  occasion: Occasion,
  timer: string,
  settings: Settings,
): readonly Effect[] => {
  const state = jobStateOf(cells)
  if (state === undefined) return NO_EFFECTS
  const effects = isLogTimer(timer)
    ? lookAtLog(cells, state, timer, occasion, settings)
    : timer === 'shared'
      ? onSharedTimer(cells, state, occasion, settings)
      : lookAtWaits(state, occasion, settings)
  cells.put('job', state)
  return effects
}
