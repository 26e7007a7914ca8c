/**
 * Finds what is wrong with the runs of a job: those likely to fail or to be stopped, those that wait or run too long, jobs
 * that fail in a row, are silent, or fail in most of their tests. Of the progress of a run only that of its log is looked at.
 */

import type {
  Decision,
  Forecast,
  JobProfile,
  JobRef,
  Run,
  Score,
  TabState,
  TestResult,
  TestTab,
} from '../../../schemas/events.ts'
import { jobKey, keyParts, runName } from '../../../schemas/keys.ts'
import { ENDED } from '../../../schemas/strips.ts'
import type { Cells, Effect, Input, Processor, Tables } from '../../processor.ts'
import {
  clear,
  clearForgotten,
  findHeld,
  occasionOf,
  raise,
  subjectOf,
  type Held,
  type Occasion,
} from '../held.ts'
import { rulesOf, settingsOf, type Settings } from '../settings.ts'
import { onRunEnd } from './ends.ts'
import { JOB_CELL, jobStateOf, newJobState, noteQueue, watch, type JobState } from './job-state.ts'
import { endLog, isLogTimer, LOG_CELL, lookAtLog, onLog, SILENCES_CELL } from './logs.ts'
import { onFailedTest, onSharedTimer, SHARED_CELL } from './shared.ts'
import { clearWaits, lookAtWaits, wakeFor, wasWorth } from './waits.ts'

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
  step: (cells, key, input, now, tables) =>
    input.kind === 'timer'
      ? onTimer(cells, key, input.timer, now, tables)
      : onRecord(cells, input, now, tables),
}

const isTurn = (change: Run['change']): boolean =>
  change === 'queued' || change === 'started' || change === 'finished'
const isOfLog = ({ change, logBytes }: Run): boolean => change === 'progress' && logBytes !== null
const isFailure = (status: TestResult['status']): boolean =>
  status === 'failed' || status === 'error'

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

const onRun = (cells: Cells, run: Run, now: number, tables: Tables): readonly Effect[] => {
  const { change } = run
  const state = jobStateOf(cells) ?? newJobState()
  const settings = settingsOf(tables)
  const occasion = occasionOf(run, now)
  if (isOfLog(run)) {
    const told = onLog(cells, state, run, occasion, settings)
    if (told.length > 0) cells.put('job', state)
    return told
  }
  const effects = clearForgotten(state.held, settings.byName, occasion)
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

const onForecast = (
  cells: Cells,
  forecast: Forecast,
  now: number,
  tables: Tables,
): readonly Effect[] => {
  const state = jobStateOf(cells)
  if (state === undefined) return NO_EFFECTS
  const member = runName(forecast)
  const effects: Effect[] = []
  for (const rule of rulesOf(settingsOf(tables), 'forecast')) {
    const { row, limits } = rule
    const held = state.held.find((each) => each.rule === rule.name && each.member === member)
    const isRaised = row.isRaised(forecast, limits, held?.isGone === false)
    if (!isRaised && held?.isGone !== false) continue
    const occasion = occasionOf(forecast, now)
    if (!isRaised && held !== undefined)
      effects.push(...clear(state.held, held, occasion, 'no longer likely to fail', { keep: true }))
    else if (isRaised)
      effects.push(
        ...raise(
          state.held,
          occasion,
          rule,
          placeOf(state, row, forecast, member),
          row.words(forecast),
          {
            pFail: forecast.pFail,
            pFailLow: forecast.pFailLow,
            expectedSavedSeconds: forecast.pFail * (forecast.remainingSeconds ?? 0),
          },
        ),
      )
  }
  if (effects.length > 0) cells.put('job', state)
  return effects
}

const placeOf = (
  state: JobState,
  row: Parameters<typeof subjectOf>[0],
  ref: JobRef,
  member: string,
) => {
  const watched = state.runs.find(({ run }) => run === member)
  return { subject: subjectOf(row, ref, watched?.head), ...watched, member }
}

const onDecision = (
  cells: Cells,
  decision: Decision,
  now: number,
  tables: Tables,
): readonly Effect[] => {
  const state = jobStateOf(cells)
  if (state === undefined) return NO_EFFECTS
  const member = runName(decision)
  const effects: Effect[] = []
  for (const rule of rulesOf(settingsOf(tables), 'decision')) {
    const { row, limits } = rule
    const held = state.held.find((each) => each.rule === rule.name && each.member === member)
    const occasion = occasionOf(decision, now)
    if (row.isRaised(decision, limits, held?.isGone === false))
      effects.push(
        ...raise(
          state.held,
          occasion,
          rule,
          placeOf(state, row, decision, member),
          row.words(decision),
          decision,
        ),
      )
    else if (held !== undefined)
      effects.push(
        ...clear(state.held, held, occasion, 'the advice was taken back', { keep: true }),
      )
  }
  if (effects.length > 0) cells.put('job', state)
  return effects
}

/** The end of a run tells what forecasts and stops of it were worth. */
const onScore = (cells: Cells, score: Score, now: number, tables: Tables): readonly Effect[] => {
  const state = jobStateOf(cells)
  if (state === undefined) return NO_EFFECTS
  const settings = settingsOf(tables)
  const occasion = occasionOf(score, now)
  const member = runName(score)
  const effects = state.held
    .filter(({ kind, member: of }) => of === member && (kind === 'forecast' || kind === 'decision'))
    // What a stop has swallowed ends before it: else it would be let go, and told, for nothing.
    .sort((a, b) => Number(a.kind === 'decision') - Number(b.kind === 'decision'))
    .flatMap((each) =>
      clear(state.held, each, occasion, `run ${score.runId} ended: ${score.outcome}`, {
        right: score.failed,
      }),
    )
  effects.push(...onGuard(state, score, occasion, settings))
  if (effects.length > 0) cells.put('job', state)
  return effects
}

const onGuard = (state: JobState, score: Score, occasion: Occasion, settings: Settings): Effect[] =>
  rulesOf(settings, 'guard').flatMap((rule) => {
    const place = { subject: score.job, member: score.guard ?? '' }
    const held = state.held.filter(({ rule: name }) => name === rule.name)
    const others = held.filter(({ member }) => member !== place.member)
    const isRaised = rule.row.isRaised(score.guard, rule.limits)
    const raised = isRaised
      ? raise(state.held, occasion, rule, place, rule.row.words(score.job, place.member))
      : []
    // What holds them back now comes before what no longer does: the incident goes on.
    const verdict = 'forecasts and stops of the job are within their bounds'
    return [...raised, ...others.flatMap((one) => clear(state.held, one, occasion, verdict))]
  })

/** Runs known before their longest tells anything. */
const FEWEST_RUNS = 20
const BEYOND = 0.01

const onProfile = (cells: Cells, profile: JobProfile): readonly Effect[] => {
  const state = jobStateOf(cells)
  if (state === undefined || profile.passes + profile.failures < FEWEST_RUNS) return NO_EFFECTS
  const { seconds, passSurvival, failSurvival } = profile
  const at = seconds.findIndex(
    (_, i) => (passSurvival[i] ?? 0) <= BEYOND && (failSurvival[i] ?? 0) <= BEYOND,
  )
  const longest = at < 0 ? 0 : (seconds[at] ?? 0)
  if (longest === state.longestSeconds) return NO_EFFECTS
  state.longestSeconds = longest
  cells.put('job', state)
  return NO_EFFECTS
}

const onTab = (cells: Cells, tab: TestTab, now: number, tables: Tables): readonly Effect[] => {
  const rules = rulesOf(settingsOf(tables), 'column')
  const column = tab.columns.findLast(({ marks }) => (marks & ENDED) !== 0)
  if (column === undefined || rules.length === 0) return NO_EFFECTS
  const state = jobStateOf(cells) ?? newJobState()
  const { runId, attempt } = column
  const occasion = { ...occasionOf({ ...tab, runId, attempt }, now) }
  const place = { subject: tab.job, member: tab.job }
  const effects = rules.flatMap((rule) => {
    const held = findHeld(state.held, rule.name, place)
    if (rule.row.isRaised(column, rule.limits))
      return raise(state.held, occasion, rule, place, rule.row.words(tab.job, column))
    return held === undefined
      ? []
      : clear(state.held, held, occasion, `run ${runId}: no mass failure`)
  })
  if (effects.length > 0) cells.put('job', state)
  return effects
}

/** What a dashboard says itself of how fresh a tab is. */
const onTabState = (
  cells: Cells,
  told: TabState,
  now: number,
  tables: Tables,
): readonly Effect[] => {
  const state = jobStateOf(cells) ?? newJobState()
  const occasion = occasionOf({ ...told, runId: '', attempt: 0 }, now)
  const effects = rulesOf(settingsOf(tables), 'silent').flatMap((rule) => {
    const place = {
      subject: subjectOf(rule.row, told, undefined),
      member: `${told.job} (dashboard)`,
    }
    const held = findHeld(state.held, rule.name, place)
    if (told.state === 'stale') {
      const title = `${told.job} is stale, as its dashboard says`
      return raise(state.held, occasion, rule, place, {
        title,
        signal: told.detail ?? told.rawState,
      })
    }
    return held === undefined
      ? []
      : clear(state.held, held, occasion, 'its dashboard is fresh again')
  })
  if (effects.length > 0) cells.put('job', state)
  return effects
}

const onResult = (
  cells: Cells,
  result: TestResult,
  now: number,
  tables: Tables,
): readonly Effect[] => {
  const state = jobStateOf(cells)
  if (state === undefined) return NO_EFFECTS
  const head = state.runs.find(({ run }) => run === runName(result))?.head ?? ''
  if (!head.startsWith('pull ')) return NO_EFFECTS
  const effects = onFailedTest(cells, state, result, Number(head.slice(5)), settingsOf(tables), now)
  cells.put('job', state)
  return effects
}

const onTimer = (
  cells: Cells,
  key: string,
  timer: string,
  now: number,
  tables: Tables,
): readonly Effect[] => {
  const state = jobStateOf(cells)
  if (state === undefined) return NO_EFFECTS
  const [source = '', repo = '', job = ''] = keyParts(key)
  const ref = { source, repo, job, runId: '', attempt: 0 }
  const occasion = { causeId: `${jobKey(ref)}/${timer}/${now}`, eventAt: now, now, ref }
  const settings = settingsOf(tables)
  const effects = isLogTimer(timer)
    ? lookAtLog(cells, state, timer, occasion, settings)
    : timer === 'shared'
      ? onSharedTimer(cells, state, occasion, settings)
      : lookAtWaits(state, occasion, settings)
  cells.put('job', state)
  return effects
}
