/** How a job's runs last and end, drawn at the starts of duration buckets. Pure. */

import type { JobProfile, JobRef } from '../../schemas/events.ts'
import type { Basis } from './basis.ts'
import { pFailAt } from './forecast.ts'
import { streak, type History } from './history.ts'
import { BUCKETS, bucketOf, bucketStart } from './survival.ts'
import type { DensityStops } from './state.ts'

export type Curves = Omit<JobProfile, 'eventId' | 'eventAt' | 'observedAt'>

export const profileOf = (
  ref: JobRef,
  history: History,
  basis: Basis,
  fit: DensityStops,
  stopSeconds: number | null,
): Curves => {
  const { pass, fail } = basis
  const longest = Math.max(
    pass.lasting.quantileBeyond(0, 1) ?? 0,
    fail.lasting.quantileBeyond(0, 1) ?? 0,
    bucketStart(fit.fromBucket + fit.passDensity.length - 1),
  )
  const shortest = Math.min(
    pass.lasting.quantileBeyond(0, 0.01) ?? Infinity,
    fail.lasting.quantileBeyond(0, 0.01) ?? Infinity,
  )
  const from = Number.isFinite(shortest) ? Math.max(0, bucketOf(shortest) - 1) : 0
  const to = longest > 0 ? Math.min(BUCKETS - 1, bucketOf(longest) + 1) : from
  const buckets = Array.from({ length: to - from + 1 }, (_, i) => from + i)
  const seconds = [0, ...buckets.map(bucketStart).filter((t) => t > 0)]
  const density = (values: readonly number[]): number[] =>
    seconds.map((t) => (t === 0 ? 0 : (values[bucketOf(t) - fit.fromBucket] ?? 0)))
  return {
    source: ref.source,
    repo: ref.repo,
    job: ref.job,
    failureRate: basis.rate,
    streak: streak(history),
    recent: history.recent,
    passes: pass.lasting.total,
    failures: fail.lasting.total,
    medianPassSeconds: basis.medianPass,
    seconds,
    passSurvival: seconds.map((t) => pass.lasting.at(t)),
    failSurvival: seconds.map((t) => fail.lasting.at(t)),
    pFail: seconds.map((t) =>
      pFailAt(basis, { elapsedSeconds: t, signSeconds: null, sign: null, rate: basis.rate }),
    ),
    stopSeconds,
    density:
      fit.family === null
        ? null
        : {
            family: fit.family,
            passDensity: density(fit.passDensity),
            failDensity: density(fit.failDensity),
            stopSeconds: fit.stopSeconds,
            compatStopSeconds: fit.compatStopSeconds,
          },
  }
}
