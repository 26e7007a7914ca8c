/** Pools what ended pull requests of a community told, and publishes it at each full hour it changed before. */

import type { MergePrior, PullOutcome } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { emit, setTimer, type Cells, type Effect, type Processor } from '../processor.ts'
import { LIFE_TABLE, LINEAR } from './cells.ts'
import { newLifeTable, watch } from './life-table.ts'
import { learn, newModel, PLAIN_START, ratesOf, type Model } from './model.ts'
import { hear, newMean, shrunk, type Mean } from './means.ts'

const HOUR_MS = 3_600_000
const KEEP = 0.9998
/** Pull requests that the plain start counts for. */
const STRENGTH = 20

interface Pool extends Model {
  level: Mean
  scale: Mean
  pulls: number
  isDue: boolean
}
const emptyPool = (): Pool => ({
  ...newModel(PLAIN_START),
  table: newLifeTable(),
  level: newMean(),
  scale: newMean(),
  pulls: 0,
  isDue: false,
})
const MEAN = {
  type: 'record',
  name: 'Mean',
  fields: [
    { name: 'weight', type: 'double' },
    { name: 'sum', type: 'double' },
  ],
}
const CELL = {
  type: 'record',
  name: 'Pool',
  fields: Object.entries({
    location: LINEAR,
    outcome: 'Linear',
    table: LIFE_TABLE,
    level: MEAN,
    scale: 'Mean',
    pulls: 'int',
    isDue: 'boolean',
  }).map(([name, type]) => ({ name, type })),
}

export const mergePriors: Processor = {
  name: 'merge-priors',
  inputs: ['ci.pull-outcomes.v1'],
  outputs: ['ci.merge-priors.v1'],
  cells: { pool: CELL },
  step: (cells, key, input, now) => {
    const pool = (cells.get('pool') as Pool | undefined) ?? emptyPool()
    return input.kind === 'record'
      ? onOutcome(cells, pool, input.record as PullOutcome, now)
      : onHour(cells, pool, key, now)
  },
}

const onOutcome = (cells: Cells, pool: Pool, outcome: PullOutcome, now: number): Effect[] => {
  const wasDue = pool.isDue
  watch(pool.table, Number.NEGATIVE_INFINITY, outcome.z, () => 1)
  learn(pool, outcome)
  if (outcome.isMerged) {
    hear(pool.level, outcome.logTime, KEEP)
    hear(pool.scale, Math.abs(outcome.error), KEEP)
  }
  pool.pulls += 1
  pool.isDue = true
  cells.put('pool', pool)
  // What is heard at a full hour itself belongs to the next one.
  return wasDue ? [] : [setTimer('hour', (Math.floor(now / HOUR_MS) + 1) * HOUR_MS)]
}

const onHour = (cells: Cells, pool: Pool, key: string, now: number): Effect[] => {
  pool.isDue = false
  cells.put('pool', pool)
  const prior: MergePrior = {
    eventId: derivedId(key, `merge-prior/${now}`),
    eventAt: now,
    observedAt: now,
    pool: key,
    location: [...pool.location.weights],
    outcome: [...pool.outcome.weights],
    level: shrunk(pool.level, PLAIN_START.level, STRENGTH),
    scale: shrunk(pool.scale, PLAIN_START.scale, STRENGTH),
    intensities: ratesOf(pool, PLAIN_START),
    pulls: pool.pulls,
  }
  return [emit('ci.merge-priors.v1', prior)]
}
