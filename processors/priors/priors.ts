/** Pools what finished runs of a family or community told, and publishes it at each full hour it changed before. */

import type { PoolOutcome, Prior } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { emit, setTimer, type Cells, type Effect, type Processor } from '../processor.ts'
import { learn, newLearner, type Learner } from './learner.ts'
import { COMMUNITY_FORGET, leadAfter, NO_LEAD, type Lead } from '../stopping/lead.ts'
import { climb } from '../stopping/permit.ts'
import { addDuration, decay, weightsOf, type Histogram } from '../stopping/survival.ts'

const HOUR_MS = 3_600_000
/** A pool is forgotten by halves every so many runs: it must speak of this week, for thousands of runs a day or for ten. */
const HALF_LIFE_RUNS = 400
const FORGET = 0.5 ** (1 / HALF_LIFE_RUNS)
const RECORD_HALF_LIFE_RUNS = 2000
const FORGET_RECORD = 0.5 ** (1 / RECORD_HALF_LIFE_RUNS)

/** `weight` is what a new run weighs: it grows instead of all else shrinking, until the cell is scaled down. */
interface Pool {
  weight: number
  passes: number
  failures: number
  passDurations: Histogram
  failDurations: Histogram
  passClean: Histogram
  failClean: Histogram
  passesWithSign: number
  failuresWithSign: number
  /** Passing runs that were watched, and runs by the level of belief they reached (stopping/permit.ts). */
  watchedPasses: number
  falseStops: number[]
  trueStops: number[]
  /** What those stand for beside themselves (stopping/cut.ts). */
  unseenPasses: number
  unseenFalseStops: number[]
  /** Watched runs since the record was last made to forget. */
  fresh: number
  learner: Learner | null
  /** How right the model was beside the formula. */
  lead: Lead
  isDue: boolean
}
const array = { type: 'array', items: 'double' }
const LEARNER = {
  type: 'record',
  name: 'Learner',
  fields: [
    { name: 'weights', type: array },
    { name: 'covariance', type: array },
    { name: 'trust', type: 'double' },
    { name: 'strain', type: 'double' },
  ],
}
const LEAD = {
  type: 'record',
  name: 'Lead',
  fields: [
    { name: 'model', type: 'string' },
    { name: 'runs', type: 'double' },
    { name: 'nats', type: 'double' },
  ],
}
const CELL = {
  type: 'record',
  name: 'Pool',
  fields: Object.entries({
    weight: 'double',
    passes: 'double',
    failures: 'double',
    passDurations: array,
    failDurations: array,
    passClean: array,
    failClean: array,
    passesWithSign: 'double',
    failuresWithSign: 'double',
    watchedPasses: 'double',
    falseStops: array,
    trueStops: array,
    unseenPasses: 'double',
    unseenFalseStops: array,
    fresh: 'int',
    learner: ['null', LEARNER],
    lead: LEAD,
    isDue: 'boolean',
  }).map(([name, type]) => ({ name, type })),
}
const emptyPool = (): Pool => ({
  weight: 1,
  passes: 0,
  failures: 0,
  passDurations: [],
  failDurations: [],
  passClean: [],
  failClean: [],
  passesWithSign: 0,
  failuresWithSign: 0,
  watchedPasses: 0,
  falseStops: [],
  trueStops: [],
  unseenPasses: 0,
  unseenFalseStops: [],
  fresh: 0,
  learner: null,
  lead: NO_LEAD,
  isDue: false,
})

export const priors: Processor = {
  name: 'priors',
  inputs: ['ci.pool-outcomes.v1'],
  outputs: ['ci.priors.v1'],
  cells: { pool: CELL },
  step: (cells, key, input, now) => {
    const pool = (cells.get('pool') as Pool | undefined) ?? emptyPool()
    return input.kind === 'record'
      ? onOutcome(cells, pool, input.record as PoolOutcome, now)
      : onHour(cells, pool, key, now)
  },
}

const onOutcome = (cells: Cells, pool: Pool, outcome: PoolOutcome, now: number): Effect[] => {
  const wasDue = pool.isDue
  evolve(pool, outcome)
  pool.isDue = true
  cells.put('pool', pool)
  // What is heard at a full hour itself belongs to the next one.
  return wasDue ? [] : [setTimer('hour', (Math.floor(now / HOUR_MS) + 1) * HOUR_MS)]
}

const evolve = (
  pool: Pool,
  { failed, durationSeconds, cleanSeconds, ...told }: PoolOutcome,
): void => {
  pool.weight /= FORGET
  if (pool.weight > 1e6) scaleDown(pool)
  const { weight } = pool
  if (failed) pool.failures += weight
  else pool.passes += weight
  if (told.badSign && failed) pool.failuresWithSign += weight
  if (told.badSign && !failed) pool.passesWithSign += weight
  if (durationSeconds !== null)
    addDuration(failed ? pool.failDurations : pool.passDurations, durationSeconds, weight)
  if (cleanSeconds !== null)
    addDuration(failed ? pool.failClean : pool.passClean, cleanSeconds, weight)
  if (told.watched) keepRecord(pool, failed, told)
  if (told.leadModel !== null)
    pool.lead = leadAfter(pool.lead, told.leadModel, told.leadNats, COMMUNITY_FORGET)
  if (told.terms.length > 0) learn((pool.learner ??= newLearner()), told.terms, failed)
}

const keepRecord = (
  pool: Pool,
  failed: boolean,
  { peaks, weight }: Pick<PoolOutcome, 'peaks' | 'weight'>,
): void => {
  pool.fresh += 1
  climb(failed ? pool.trueStops : pool.falseStops, peaks)
  if (failed) return
  pool.watchedPasses += 1
  if (weight === 1) return
  pool.unseenPasses += weight - 1
  climb(pool.unseenFalseStops, peaks, weight - 1)
}

/** The record speaks of the last thousands of runs: a false stop is rare, so it is forgotten more slowly than durations. */
const forgetRecord = (pool: Pool): void => {
  const factor = FORGET_RECORD ** pool.fresh
  const faded = (stops: readonly number[]): number[] => stops.map((count) => count * factor)
  pool.fresh = 0
  pool.watchedPasses *= factor
  pool.falseStops = faded(pool.falseStops)
  pool.trueStops = faded(pool.trueStops)
  pool.unseenPasses *= factor
  pool.unseenFalseStops = faded(pool.unseenFalseStops)
}

const scaleDown = (pool: Pool): void => {
  const factor = 1 / pool.weight
  pool.passes *= factor
  pool.failures *= factor
  pool.passesWithSign *= factor
  pool.failuresWithSign *= factor
  pool.passDurations = decay(pool.passDurations, factor)
  pool.failDurations = decay(pool.failDurations, factor)
  pool.passClean = decay(pool.passClean, factor)
  pool.failClean = decay(pool.failClean, factor)
  pool.weight = 1
}

const onHour = (cells: Cells, pool: Pool, key: string, now: number): Effect[] => {
  scaleDown(pool)
  forgetRecord(pool)
  pool.isDue = false
  cells.put('pool', pool)
  const prior: Prior = {
    eventId: derivedId(key, `prior/${now}`),
    eventAt: now,
    observedAt: now,
    pool: key,
    passes: pool.passes,
    failures: pool.failures,
    passesWithSign: pool.passesWithSign,
    failuresWithSign: pool.failuresWithSign,
    watchedPasses: pool.watchedPasses,
    trust: pool.learner?.trust ?? 0,
    strain: pool.learner?.strain ?? 0,
    leadModel: pool.lead.model,
    leadRuns: pool.lead.runs,
    leadNats: pool.lead.nats,
    // The cell goes on changing; what was published must not.
    falseStops: [...pool.falseStops],
    trueStops: [...pool.trueStops],
    unseenPasses: pool.unseenPasses,
    unseenFalseStops: [...pool.unseenFalseStops],
    weights: [...(pool.learner?.weights ?? [])],
    passDurations: weightsOf(pool.passDurations),
    failDurations: weightsOf(pool.failDurations),
    passClean: weightsOf(pool.passClean),
    failClean: weightsOf(pool.failClean),
  }
  return [emit('ci.priors.v1', prior)]
}
