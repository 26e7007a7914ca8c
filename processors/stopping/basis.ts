/** What a forecast of a job rests on: its own history with its pools as a prior, ready to be asked at any elapsed time. */

import type { Prior } from '../../schemas/events.ts'
import { wilson } from '../../schemas/measures.ts'
import type { ClassHistory, History } from './history.ts'
import { expertRates, mixed, SLOWEST, type Rate } from './rates.ts'
import {
  histogramOf,
  quantileOf,
  Survival,
  weightIn,
  type Histogram,
  type Part,
} from './survival.ts'

/** A pool's durations weigh at most this many runs beside the job's own. */
const POOL_RUNS = 4
/** A pool speaks from so many decayed runs on. */
const POOL_LEAST = 10
/** A job speaks for itself from so many runs on. */
const OWN_LEAST = 10

/**
 * A rate moves while runs tell of it, so each tells less of it than of one that stays: with this share the 90 % interval holds the
 * known chance of the demo in 88 to 90 of 100 runs.
 */
const TELLING = 0.7

/** z of a two-sided 90 % interval. */
export const Z90 = 1.645

/** One outcome class: how long its runs last, and how long they show no bad sign. */
export interface Side {
  readonly lasting: Survival
  readonly clean: Survival
}
export interface Basis {
  readonly pass: Side
  readonly fail: Side
  /** The formula's chance to fail before anything of the run is known, and its 90 % interval. */
  readonly rate: number
  readonly rateLow: number
  readonly rateHigh: number
  /** How many equal runs it rests on. */
  readonly rateRuns: number
  /** Failure rate of its pool, .5 where it has none. */
  readonly pooled: number
  /** What the expert that hardly moves says of it. */
  readonly usual: number
  /** What each expert says of it. */
  readonly rates: readonly Rate[]
  /** The widest pool it leans on. */
  readonly pool: 'job' | (typeof POOLS)[number] | 'none'
  /** Median durations by outcome in seconds, null without such runs. */
  readonly medianPass: number | null
  readonly medianFail: number | null
  /** Seconds that 99 in 100 runs of either outcome do not outlast; Infinity while too few are known. */
  readonly hungSeconds: number
  /** Seconds from which on a run is said to hang: the same by the job's own runs alone, once they tell. Never more than that. */
  readonly mayHangSeconds: number
}

/** Pools by how wide they are, as `pools.ts` tells them. */
const POOLS = ['family', 'repository', 'community'] as const
/** A pool's failure rate, with half a run each way. */
export const pooledRate = ({ passes, failures }: Prior): number =>
  (failures + 0.5) / (passes + failures + 1)

/** `priors` are those of the job's family, repository and community, narrowest first; it leans on the first that speaks. */
export const basisOf = (history: History, priors: readonly (Prior | undefined)[]): Basis => {
  const at = priors.findIndex(
    (prior) => (prior?.passes ?? 0) + (prior?.failures ?? 0) >= POOL_LEAST,
  )
  const prior = priors[at]
  const pooled = prior === undefined ? 0.5 : pooledRate(prior)
  const shapes = prior && shapesOf(prior)
  const pass = sideOf(history.pass, shapes?.pass)
  const fail = sideOf(history.fail, shapes?.fail)
  const rates = expertRates(history.recent, pooled)
  const { rate, effectiveRuns } = mixed(rates, history.expertScores)
  const { low, high } = wilson(rate, effectiveRuns * TELLING, Z90)
  const hungSeconds = hungAfter(pass.lasting, fail.lasting)
  return {
    rate,
    rateLow: low,
    rateHigh: high,
    rateRuns: effectiveRuns,
    usual: rates[SLOWEST]?.rate ?? pooled,
    rates,
    pooled,
    pass,
    fail,
    pool: poolName(history.recent.length, at),
    medianPass: pass.lasting.quantileBeyond(0, 0.5),
    medianFail: fail.lasting.quantileBeyond(0, 0.5),
    hungSeconds,
    mayHangSeconds: Math.min(hungSeconds, longestOf99(history.lasting)),
  }
}

/** Fewer runs than this, pools included, do not tell how long 99 in 100 last. */
const HUNG_LEAST = 20
/** Example: passes end by 100 s, failures by 40 s: a run of 101 s may hang. */
const hungAfter = (pass: Survival, fail: Survival): number =>
  pass.total + fail.total < HUNG_LEAST
    ? Infinity
    : Math.max(pass.quantileBeyond(0, 0.99) ?? 0, fail.quantileBeyond(0, 0.99) ?? 0)

/** From so many decayed runs on the longest in a hundred is told by the job alone: pools hold jobs that last longer. */
const LASTING_LEAST = 50
const longestOf99 = (lasting: Readonly<Histogram>): number =>
  weightIn(lasting) < LASTING_LEAST ? Infinity : quantileOf(lasting, 0.99)

const poolName = (own: number, at: number): Basis['pool'] =>
  own >= OWN_LEAST ? 'job' : (POOLS[at] ?? (own > 0 ? 'job' : 'none'))

/** How long runs of one class of a pool last and stay clean, and how much of it a job leans on. */
interface Shape {
  readonly durations: Histogram
  readonly clean: Histogram
  readonly scale: number
}
interface Shapes {
  readonly pass: Shape
  readonly fail: Shape
}
const NO_SHAPE: Shape = { durations: [], clean: [], scale: 0 }
const scaleOf = (runs: number): number => (runs === 0 ? 0 : Math.min(1, POOL_RUNS / runs))
const shapes = new WeakMap<Prior, Shapes>()
/** Prepared once for all jobs of the pool. */
const shapesOf = (prior: Prior): Shapes => {
  let known = shapes.get(prior)
  if (known === undefined) {
    known = {
      pass: {
        durations: histogramOf(prior.passDurations),
        clean: histogramOf(prior.passClean),
        scale: scaleOf(prior.passes),
      },
      fail: {
        durations: histogramOf(prior.failDurations),
        clean: histogramOf(prior.failClean),
        scale: scaleOf(prior.failures),
      },
    }
    shapes.set(prior, known)
  }
  return known
}

const sideOf = (own: ClassHistory, { durations, clean, scale }: Shape = NO_SHAPE): Side => ({
  lasting: new Survival([part(own.ended), { histogram: durations, scale }], [part(own.censored)]),
  clean: new Survival([part(own.clean), { histogram: clean, scale }]),
})
const part = (histogram: Readonly<Histogram>): Part => ({ histogram, scale: 1 })

/** Longest duration known in seconds, 0 where none is. */
export const longestKnown = ({ pass, fail }: Basis): number =>
  Math.max(pass.lasting.end, fail.lasting.end)

/** True where a run is known to have ended, or to have shown its first sign, in this duration bucket. */
export const isEventful = ({ pass, fail }: Basis, bucket: number): boolean =>
  pass.clean.holds(bucket) ||
  fail.clean.holds(bucket) ||
  pass.lasting.holds(bucket) ||
  fail.lasting.holds(bucket)
