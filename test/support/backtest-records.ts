/** Scores of an invented CI community for tests of the back-test: deterministic, with known calibration. */

import { seededRandom } from '../../cli/backtest/bootstrap.ts'
import type { Checkpoint, JobProfile, RuleScore, Score } from '../../schemas/events.ts'

const START_MS = Date.UTC(2026, 0, 5)

/** A score with everything unsaid left empty. */
export const scoreOf = (part: Partial<Score>): Score => ({
  eventId: 'e',
  eventAt: START_MS,
  observedAt: START_MS,
  source: 'demo',
  repo: 'acme/shop',
  job: 'unit',
  runId: '1',
  attempt: 1,
  outcome: part.failed === undefined ? 'success' : part.failed === true ? 'failure' : 'aborted',
  failed: false,
  durationSeconds: 100,
  startedAt: START_MS,
  group: null,
  rules: [],
  guard: null,
  checkpoints: [],
  rule: 'stopline/1',
  weight: 1,
  ...part,
})

/** What a stop after `stopSeconds` is worth for a run. */
export const ruleScore = (
  rule: string,
  stopSeconds: number | null,
  run: { readonly failed: boolean | null; readonly durationSeconds: number },
): RuleScore => ({
  rule,
  stopSeconds,
  savedSeconds: stopSeconds !== null && run.failed === true ? run.durationSeconds - stopSeconds : 0,
  burntSeconds: stopSeconds !== null && run.failed === false ? stopSeconds : 0,
})

/** A checkpoint with everything unsaid left empty. */
export const checkpointOf = (part: Partial<Checkpoint>): Checkpoint => ({
  at: 0,
  pFail: 0.5,
  base: 0.5,
  remaining: null,
  remainingLow: null,
  remainingHigh: null,
  jenkins: null,
  actual: 100,
  ...part,
})

/** Runs of ten jobs in pushes of five; forecasts are calibrated, the base rate is not; every third job hangs when it fails. */
export const inventedScores = (runs: number, seed = 7): Score[] => {
  const random = seededRandom(seed)
  return Array.from({ length: runs }, (_, i) => {
    const job = Math.floor(random() * 10)
    const rate = 0.03 + 0.06 * job
    const pFail = Math.min(0.98, Math.max(0.01, rate * (0.3 + 1.4 * random())))
    const failed = random() < 0.05 ? null : random() < pFail
    const median = 600 + 300 * job
    const isHung = failed === true && job % 3 === 0 && random() < 0.4
    const durationSeconds = median * (isHung ? 4 : 0.6 + 0.8 * random())
    const startedAt = START_MS + Math.floor(i / 5) * 600_000
    return scoreOf({
      runId: String(i),
      job: `job-${job}`,
      failed,
      outcome: failed === null ? 'aborted' : failed ? 'failure' : 'success',
      durationSeconds,
      startedAt,
      group: i % 7 === 0 ? null : `push-${Math.floor(i / 5)}`,
      rules: rulesOf(random, { failed, durationSeconds, median }),
      checkpoints: checkpointsOf(random, { pFail, rate, median, durationSeconds }),
    })
  })
}

const rulesOf = (
  random: () => number,
  run: { failed: boolean | null; durationSeconds: number; median: number },
): RuleScore[] => {
  const after = (share: number): number | null =>
    run.durationSeconds > share * run.median ? share * run.median : null
  const isWarned = random() < (run.failed === true ? 0.3 : 0.004)
  return [
    ruleScore('density', after(1.2), run),
    ruleScore('fixed-timeout', after(3), run),
    ruleScore('never-stop', null, run),
    ruleScore('p95-of-pass', after(1.38), run),
    ruleScore('stopline', after(2) ?? (isWarned ? after(0.3) : null), run),
  ]
}

const checkpointsOf = (
  random: () => number,
  run: { pFail: number; rate: number; median: number; durationSeconds: number },
): Checkpoint[] =>
  [0, 0.25, 0.5, 0.75, 1, 1.25]
    .filter((at) => at * run.median <= run.durationSeconds)
    .map((at) => {
      const left = Math.max(30, (1.02 - at) * run.median)
      return checkpointOf({
        at,
        pFail: run.pFail,
        base: run.rate,
        remaining: left,
        remainingLow: left * 0.6,
        remainingHigh: left * 1.4,
        jenkins: left * (0.7 + 0.6 * random()),
        actual: run.durationSeconds - at * run.median,
      })
    })

/** A profile of an exponential pass and a fail that hangs; every second job without a density fit. */
export const inventedProfile = (index: number): JobProfile => {
  const median = 600 + 300 * index
  const seconds = Array.from({ length: 60 }, (_, i) => (i * median) / 12)
  const rate = 0.03 + 0.06 * index
  const survival = (scale: number, power: number): number[] =>
    seconds.map((t) => Math.exp(-((t / scale) ** power)))
  const density = (scale: number, power: number): number[] =>
    seconds.map(
      (t) => (power / scale) * (t / scale) ** (power - 1) * Math.exp(-((t / scale) ** power)),
    )
  const [pass, fail] = [survival(median, 5), survival(median * 1.6, 1.4)]
  return {
    eventId: `p${index}`,
    eventAt: START_MS,
    observedAt: START_MS,
    source: 'demo',
    repo: 'acme/shop',
    job: `job-${index}`,
    failureRate: rate,
    streak: -3,
    recent: [false, false, false],
    passes: 40,
    failures: 12,
    medianPassSeconds: median,
    seconds,
    passSurvival: pass,
    failSurvival: fail,
    pFail: seconds.map((_, i) => {
      const failing = rate * ((fail[i] ?? 0) + 0.02)
      return failing / (failing + (1 - rate) * ((pass[i] ?? 0) + 0.02))
    }),
    stopSeconds: index % 3 === 0 ? 2 * median : null,
    density:
      index % 2 === 0
        ? {
            family: 'weibull',
            passDensity: density(median, 5),
            failDensity: density(median * 1.6, 1.4),
            stopSeconds: 1.25 * median,
            compatStopSeconds: 1.1 * median,
          }
        : null,
  }
}
