/** Running runs that are likely to fail, or should be stopped, and what that was worth at their end. */

import type { Decision, Forecast, JobRef, Score } from '../../../schemas/events.ts'
import { runName } from '../../../schemas/keys.ts'
import type { Cells, Effect, Tables } from '../../processor.ts'
import { clear, occasionOf, raise, subjectOf, type Place } from '../held.ts'
import { rulesOf, settingsOf } from '../settings.ts'
import { onGuard } from './guard.ts'
import { jobStateOf, type JobState } from './job-state.ts'

const NO_EFFECTS: readonly Effect[] = []

export const onForecast = (
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
): Place => {
  const watched = state.runs.find(({ run }) => run === member)
  return { subject: subjectOf(row, ref, watched?.head), ...watched, member }
}

export const onDecision = (
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
export const onScore = (
  cells: Cells,
  score: Score,
  now: number,
  tables: Tables,
): readonly Effect[] => {
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
