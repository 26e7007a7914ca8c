/** The forecast of a running run, and the decision about it, as records. */

import type { Decision, Forecast } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { runCell } from '../run-cell.ts'
import { curveOf } from './curve.ts'
import type { Chance, Remaining, Seen } from './forecast.ts'
import { streak, type History } from './history.ts'
import { mendedByChange, mendedChance } from './mended.ts'
import { ruleOf, type Verdict } from './rule.ts'
import type { RunningRun } from './state.ts'
import type { View } from './view.ts'
import { ageBy, waitedBy } from './waiting.ts'

/** Why a run is looked at. */
export type Cause = 'started' | 'sign' | 'time' | 'history' | 'signal' | 'wait'

const jenkinsRemaining = (history: History, elapsed: number): number | null => {
  const { lastPasses } = history
  if (lastPasses.length === 0) return null
  const mean = lastPasses.reduce((sum, seconds) => sum + seconds, 0) / lastPasses.length
  return Math.max(0, mean - elapsed)
}

export const forecastOf = (
  run: RunningRun,
  { history, basis, model, now }: View,
  seen: Seen,
  chance: Chance,
  remaining: Remaining,
  cause: Cause,
  causeId: string,
): Forecast => ({
  eventId: derivedId(causeId, `forecast/${runCell(run)}`),
  eventAt: now,
  observedAt: now,
  source: run.source,
  repo: run.repo,
  job: run.job,
  runId: run.runId,
  attempt: run.attempt,
  elapsedSeconds: ageBy(run, now),
  pFail: chance.p,
  pFailLow: chance.low,
  pFailHigh: chance.high,
  ...curveOf(basis, seen, waitedBy(run, now), run.waitingSince !== null),
  remainingSeconds: remaining.median,
  remainingLow: remaining.low,
  remainingHigh: remaining.high,
  jenkinsRemaining: jenkinsRemaining(history, ageBy(run, now)),
  passes: basis.pass.lasting.total,
  failures: basis.fail.lasting.total,
  streak: streak(history),
  pool: basis.pool,
  cause,
  rule: ruleOf(model, seen),
})

const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0)

/** What it waited for capacity, where it did. */
const waitOf = (run: RunningRun, now: number): Record<string, number> => {
  const waitedSeconds = waitedBy(run, now)
  return waitedSeconds === 0 ? {} : { waitedSeconds }
}
export const decisionOf = (
  run: RunningRun,
  forecast: Forecast,
  view: View,
  verdict: Verdict,
  seen: Seen,
): Decision => ({
  eventId: derivedId(forecast.eventId, 'decision'),
  eventAt: forecast.eventAt,
  observedAt: forecast.observedAt,
  source: forecast.source,
  repo: forecast.repo,
  job: forecast.job,
  runId: forecast.runId,
  attempt: forecast.attempt,
  elapsedSeconds: forecast.elapsedSeconds,
  level: verdict.level,
  pFail: verdict.chance.p,
  pFailLow: verdict.chance.low,
  expectedSavedSeconds: verdict.expectedSavedSeconds,
  reason: verdict.reason,
  ground: verdict.level === 'abstain' ? null : verdict.ground,
  evidence: {
    passes: forecast.passes,
    failures: forecast.failures,
    streakRuns: forecast.streak,
    remainingIfFailingSeconds: verdict.failRemainingSeconds,
    rerunSeconds: verdict.rerunSeconds,
    watchedPasses: view.history.watchedPasses,
    falseStops: sum(view.history.falseStops),
    trueStops: sum(view.history.trueStops),
    formulaPFail: view.basis.rate,
    startPFail: seen.rate,
    ...(view.history.failing === null
      ? {}
      : {
          mendedChance: mendedChance(view.history.failing, run.startedAt),
          mendedByChange: mendedByChange(view.history.failing, run.head),
        }),
    ...waitOf(run, view.now),
    ...(seen.signSeconds === null ? {} : { firstBadSignSeconds: seen.signSeconds }),
  },
  rule: forecast.rule,
})
