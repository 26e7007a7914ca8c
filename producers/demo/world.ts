/** The simulated community as a pure function of a seed and an interval: what is heard, and what is true. */

import type { Offer } from '../../runtime/ports.ts'
import type { RunRef } from '../../schemas/events.ts'
import { failedClass } from '../../schemas/outcomes.ts'
import { factsOf } from './facts.ts'
import { JOBS, type DemoJob } from './jobs.ts'
import { memo } from './memo.ts'
import { pullFacts } from './pull-facts.ts'
import { pullOf, PULL_SPAN_HOURS, type Pull } from './pulls.ts'
import { chanceOf } from './random.ts'
import { drawRun, type Change, type DemoRun } from './runs.ts'
import type { RunTruth } from './truth.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const RETEST_SHARE = 0.6
/** A failed run is tested again only if it ended this soon after its push. */
const RETEST_WITHIN_MS = 3 * HOUR_MS

/** The last fact of what an hour started is heard before this many hours have passed. */
export const SPAN_HOURS = 12

export interface DemoWorld {
  /** What is heard from t0 (inclusive) until t1 (exclusive), by `observedAt`, then `eventId`. */
  readonly offersBetween: (t0: number, t1: number) => Offer[]
  /** The truth of all attempts of runs whose first attempt was queued from t0 until t1, in that order. */
  readonly truths: (t0: number, t1: number) => RunTruth[]
  /** The truth of one run; undefined where the simulated community knows no such run. */
  readonly truthOf: (run: RunRef) => RunTruth | undefined
}

interface Hour {
  readonly runs: readonly DemoRun[]
  readonly offers: readonly Offer[]
}

const PERIODICS = JOBS.filter((job) => job.everyMinutes !== null)
const PRESUBMITS = Map.groupBy(
  JOBS.filter((job) => job.everyMinutes === null),
  (job) => job.repo,
)

const byHearing = (a: Offer, b: Offer): number =>
  a.record.observedAt - b.record.observedAt || (a.record.eventId < b.record.eventId ? -1 : 1)

/** The run id tells the instant of the first attempt, so that a run can be found again. */
const runIdOf = (at: number, ordinal: number): string => String(at * 100 + (ordinal % 100))
const instantOf = (runId: string): number => Math.floor(Number(runId) / 100)

const periodicRuns = (seed: number, job: DemoJob, t0: number, t1: number): DemoRun[] => {
  const period = (job.everyMinutes ?? 60) * MINUTE_MS
  const runs: DemoRun[] = []
  for (let turn = Math.floor(t0 / period) - 1; turn * period < t1; turn++) {
    const jitter = chanceOf(seed, 'turn', job.job, turn)() * 0.6
    const at = turn * period + Math.floor(jitter * period)
    if (at < t0 || at >= t1) continue
    const runId = runIdOf(at, turn)
    runs.push(drawRun(seed, { job, runId, attempt: 1, at, change: null, earlier: null }))
  }
  return runs
}

/** The attempts of a presubmit for a push: some failures are tested again. */
const presubmitRuns = (seed: number, job: DemoJob, change: Change): DemoRun[] => {
  const { at, supersededAt } = change.push
  const runId = runIdOf(at, change.pull.pull)
  const first = drawRun(seed, { job, runId, attempt: 1, at, change, earlier: null })
  const { outcome, finishedAt } = first.truth
  const chance = chanceOf(seed, 'retest', job.job, runId)
  const again = finishedAt + Math.round((3 + 17 * chance()) * MINUTE_MS)
  const isRetested =
    failedClass(outcome) === true &&
    chance() < RETEST_SHARE &&
    finishedAt - at < RETEST_WITHIN_MS &&
    again < (supersededAt ?? Infinity)
  if (!isRetested) return [first]
  return [first, drawRun(seed, { job, runId, attempt: 2, at: again, change, earlier: first.truth })]
}

/** Makes the hours of a world; hours count from the epoch. */
const hoursOf = (seed: number): ((hour: number) => Hour) => {
  const pullsOpenedIn = memo(2 * PULL_SPAN_HOURS, (hour): Pull[] =>
    [...PRESUBMITS.keys()].flatMap((repo) => pullOf(seed, repo, hour) ?? []),
  )
  return memo(4 * SPAN_HOURS, (hour) => {
    const t0 = hour * HOUR_MS
    const t1 = t0 + HOUR_MS
    const pulls = Array.from({ length: PULL_SPAN_HOURS + 1 }, (_, ago) =>
      pullsOpenedIn(hour - ago),
    ).flat()
    const changes = pulls.flatMap((pull) =>
      pull.pushes.filter(({ at }) => at >= t0 && at < t1).map((push) => ({ pull, push })),
    )
    const runs = [
      ...PERIODICS.flatMap((job) => periodicRuns(seed, job, t0, t1)),
      ...changes.flatMap((change) =>
        (PRESUBMITS.get(change.pull.repo) ?? []).flatMap((job) => presubmitRuns(seed, job, change)),
      ),
    ]
    const offers = [
      ...runs.flatMap((run) => factsOf(seed, run)),
      ...pulls.flatMap((pull) => pullFacts(seed, pull, t0, t1)),
    ]
    return { runs, offers: offers.sort(byHearing) }
  })
}

/** First position whose offer is heard at or after an instant. */
const positionAt = (offers: readonly Offer[], at: number): number => {
  let low = 0
  let high = offers.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((offers[middle]?.record.observedAt ?? Infinity) < at) low = middle + 1
    else high = middle
  }
  return low
}

/** The simulated community of a seed. The same seed gives the same world, today and in ten years. */
export const demoWorld = (seed = 1): DemoWorld => {
  const hourOf = hoursOf(seed)
  const heardWithin = (hour: number, t0: number, t1: number): Offer[] => {
    const slices = Array.from({ length: SPAN_HOURS + 1 }, (_, ago) => {
      const { offers } = hourOf(hour - SPAN_HOURS + ago)
      return offers.slice(positionAt(offers, t0), positionAt(offers, t1))
    })
    return slices.flat().sort(byHearing)
  }
  const truthsOfHour = (hour: number): RunTruth[] => hourOf(hour).runs.map((run) => run.truth)
  return {
    offersBetween: (t0, t1) => {
      const out: Offer[] = []
      for (let from = t0; from < t1; from = (Math.floor(from / HOUR_MS) + 1) * HOUR_MS) {
        const hour = Math.floor(from / HOUR_MS)
        for (const offer of heardWithin(hour, from, Math.min(t1, (hour + 1) * HOUR_MS)))
          out.push(offer)
      }
      return out
    },
    truths: (t0, t1) => {
      const hours = Math.max(0, Math.ceil(t1 / HOUR_MS) - Math.floor(t0 / HOUR_MS))
      return Array.from({ length: hours }, (_, ahead) =>
        truthsOfHour(Math.floor(t0 / HOUR_MS) + ahead),
      )
        .flat()
        .filter(({ runId }) => instantOf(runId) >= t0 && instantOf(runId) < t1)
        .sort((a, b) => instantOf(a.runId) - instantOf(b.runId) || (a.job < b.job ? -1 : 1))
    },
    truthOf: (run) =>
      truthsOfHour(Math.floor(instantOf(run.runId) / HOUR_MS)).find(
        (truth) =>
          truth.job === run.job && truth.runId === run.runId && truth.attempt === run.attempt,
      ),
  }
}
