/** What was forecast and decided for a run, against what happened. Pure. */

import type { Checkpoint, RuleScore, Run, Score } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { OUR_RULE } from '../../schemas/measures.ts'
import { durationSeconds, failedClass } from '../../schemas/outcomes.ts'
import { BASELINES } from './baselines/index.ts'
import { whyGuarded, type Guard } from './guard.ts'
import { RULE } from './rule.ts'
import type { PassedCheckpoint, RunningRun } from './state.ts'

/** Scores a finished run; `running` is what was known while it ran, undefined where it was never seen running; `weight` is how many runs it stands for (`cut.ts`). */
export const scoreOf = (
  run: Run,
  running: RunningRun | undefined,
  guard: Guard,
  weight: number,
  now: number,
): Score => {
  const failed = failedClass(run.outcome ?? 'unknown')
  const duration = durationSeconds(run)
  const ruleScore = (rule: string, stop: number | null): RuleScore =>
    scored(rule, stop, failed, duration)
  return {
    eventId: derivedId(run.eventId, 'score'),
    eventAt: run.finishedAt ?? run.eventAt,
    observedAt: now,
    source: run.source,
    repo: run.repo,
    job: run.job,
    runId: run.runId,
    attempt: run.attempt,
    outcome: run.outcome ?? 'unknown',
    failed,
    durationSeconds: duration,
    startedAt: run.startedAt,
    group: run.group,
    rules: [
      ruleScore(OUR_RULE, running?.stopSeconds ?? null),
      ...BASELINES.map(({ name }) => ruleScore(name, stopOf(name, running))),
    ],
    checkpoints: (running?.checkpoints ?? [])
      .map((passed) => actual(passed, duration))
      .filter(isAlive),
    guard: whyGuarded(guard),
    rule: RULE,
    weight,
  }
}

const stopOf = (rule: string, running: RunningRun | undefined): number | null =>
  running?.baselines[rule] ?? null

/** A stop counts only while the run was alive. */
const scored = (
  rule: string,
  stop: number | null,
  failed: boolean | null,
  duration: number | null,
): RuleScore => {
  const stopSeconds = stop !== null && duration !== null && stop < duration ? stop : null
  return {
    rule,
    stopSeconds,
    savedSeconds: stopSeconds !== null && failed === true ? (duration ?? 0) - stopSeconds : 0,
    burntSeconds: stopSeconds !== null && failed === false ? stopSeconds : 0,
  }
}

const actual = (passed: PassedCheckpoint, duration: number | null): Checkpoint => ({
  at: passed.at,
  pFail: passed.pFail,
  base: passed.base,
  remaining: passed.remaining,
  remainingLow: passed.remainingLow,
  remainingHigh: passed.remainingHigh,
  jenkins: passed.jenkins,
  actual: duration === null ? -1 : duration - passed.elapsed,
})
const isAlive = ({ actual }: Checkpoint): boolean => actual >= 0
