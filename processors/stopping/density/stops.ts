/** Refits the density baselines of a job when its sample has grown enough, and remembers what they said. */

import { bucketOf, bucketStart } from '../survival.ts'
import type { DensityStops } from '../state.ts'
import { fitCompat } from './compat.ts'
import { fitDensity } from './fit.ts'
import { secondsOf, shouldRefit, type DurationSample } from './sample.ts'

/** Null while the last fit still stands. Marks the sample as fitted. */
export const refitted = (sample: DurationSample, failureRate: number): DensityStops | null => {
  if (!shouldRefit(sample.fitted, sample.seen)) return null
  sample.fitted = { ...sample.seen }
  const passes = secondsOf(sample.pass)
  const failures = secondsOf(sample.fail)
  const model = fitDensity(passes, failures, failureRate)
  const all = [...passes, ...failures]
  const fromBucket = bucketOf(all.reduce((a, b) => Math.min(a, b), Infinity))
  const toBucket = bucketOf(all.reduce((a, b) => Math.max(a, b), 0)) + 1
  const at = Array.from({ length: toBucket - fromBucket + 1 }, (_, i) =>
    bucketStart(fromBucket + i),
  )
  return {
    family: model?.family ?? null,
    stopSeconds: model?.stopSeconds ?? null,
    compatStopSeconds: fitCompat(passes, failures)?.stopSeconds ?? null,
    fromBucket,
    passDensity: model === null ? [] : at.map((t) => finite(model.passDensity(t))),
    failDensity: model === null ? [] : at.map((t) => finite(model.failDensity(t))),
  }
}
/** A density may be infinite at the edge of its support. */
const finite = (density: number): number => (Number.isFinite(density) ? density : 0)
