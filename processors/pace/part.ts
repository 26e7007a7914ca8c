/**
 * How long a part of a job's runs, a step or a test, takes when it passes and when it fails: the survival of a job's runs, and
 * the density baseline, for each part by itself. Pure.
 */

import type { PartPace } from '../../schemas/events.ts'
import { phaseOf } from '../phase.ts'
import { addToSample, emptySample, type DurationSample } from '../stopping/density/sample.ts'
import { refitted } from '../stopping/density/stops.ts'
import {
  addDuration,
  BUCKETS,
  bucketStart,
  decay,
  lastingQuantile,
  Survival,
  type Histogram,
} from '../stopping/survival.ts'

/** Durations are forgotten by halves every 40 results of the part, as those of a job are. */
const FORGET = 0.5 ** (1 / 40)
/** Durations kept of either outcome for the density baseline. */
const KEPT = 60
/** Results of a part that are recognised when they are heard again. */
const REMEMBERED = 40
/** So many passes tell how long a pass lasts at most. */
const LEAST_PASSES = 20
/** 99 in 100 passes are over by then. */
const LONGEST = 0.99

export interface Part {
  pass: Histogram
  fail: Histogram
  passes: number
  failures: number
  sample: DurationSample
  /** What the density baseline said at its last fit. */
  family: string | null
  densityStop: number | null
  lastSeconds: number
  lastFailed: boolean
  lastRunId: string
  /** Runs whose result was taken in, by hash, newest first: a result may be heard again. */
  heard: number[]
}
export const newPart = (): Part => ({
  pass: [],
  fail: [],
  passes: 0,
  failures: 0,
  sample: emptySample(),
  family: null,
  densityStop: null,
  lastSeconds: 0,
  lastFailed: false,
  lastRunId: '',
  heard: [],
})

/** One result of a part. */
export interface Result {
  readonly failed: boolean
  readonly seconds: number
  readonly runId: string
  /** Run id and attempt. */
  readonly run: string
}

/** Takes in one more result; false where it was heard before. Changes its argument. */
export const remember = (part: Part, { failed, seconds, runId, run }: Result): boolean => {
  const hash = phaseOf(run, 2 ** 31)
  if (part.heard.includes(hash)) return false
  part.heard = [hash, ...part.heard].slice(0, REMEMBERED)
  part.pass = decay(part.pass, FORGET)
  part.fail = decay(part.fail, FORGET)
  part.passes = part.passes * FORGET + (failed ? 0 : 1)
  part.failures = part.failures * FORGET + (failed ? 1 : 0)
  addDuration(failed ? part.fail : part.pass, seconds, 1)
  addToSample(part.sample, failed, seconds, KEPT)
  part.lastSeconds = seconds
  part.lastFailed = failed
  part.lastRunId = runId
  return true
}

/** Fits the density baseline anew where its sample has grown enough. Changes its argument. */
export const refit = (part: Part): void => {
  const fit = refitted(part.sample, part.failures / (part.passes + part.failures))
  if (fit === null) return
  part.family = fit.family
  part.densityStop = fit.stopSeconds
}

const survivalOf = (histogram: Histogram): Survival => new Survival([{ histogram, scale: 1 }])

/** Seconds by which 99 in 100 passes were over; null before twenty passes. Example: passes of 60 s: the end of its bucket, 66 s. */
export const longestPass = (part: Part): number | null =>
  part.sample.seen.passes < LEAST_PASSES ? null : lastingQuantile(part.pass, LONGEST)

/**
 * Seconds from which a part that still runs is likelier to fail than to pass: π·S_f(t) > (1 − π)·S_p(t), one result more in
 * either tail; null where that never comes. Where a part mostly fails it is 0.
 * Example: one in five fails; passes are over by 100 s, failures last 500 s: from about 100 s on.
 */
export const doomedSeconds = (part: Part): number | null => {
  const [pass, fail] = [survivalOf(part.pass), survivalOf(part.fail)]
  const share = (of: Survival, t: number): number => (of.at(t) * of.total + 1) / (of.total + 2)
  if (fail.total === 0) return null
  for (let b = 0; b < BUCKETS && bucketStart(b) < Math.max(pass.end, fail.end); b += 1) {
    const t = bucketStart(b)
    if (part.failures * share(fail, t) > part.passes * share(pass, t)) return t
  }
  return null
}

/** What is told of a part. */
export const paceOf = (kind: PartPace['kind'], name: string, part: Part): PartPace => {
  const longest = longestPass(part)
  return {
    kind,
    name,
    passes: part.passes,
    failures: part.failures,
    medianPassSeconds: lastingQuantile(part.pass, 0.5),
    longestPassSeconds: longest,
    doomedSeconds: doomedSeconds(part),
    densityFamily: part.family,
    densityStopSeconds: part.densityStop,
    lastSeconds: part.lastSeconds,
    lastFailed: part.lastFailed,
    lastRunId: part.lastRunId,
    isPast: longest !== null && part.lastSeconds > longest,
  }
}
