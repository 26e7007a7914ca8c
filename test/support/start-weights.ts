/**
 * What the start weights of a forecast's terms are worth where they were not learned. `node test/support/start-weights.ts DIR...`
 * replays each recording, learns its weights from nothing, and scores each recording three times, in order of time: starting
 * from nothing, from the shipped weights, and from half of the mean of what the OTHER recordings came to.
 */

import { basename, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { replayArchive } from '../../cli/feed.ts'
import { learn, newLearner } from '../../processors/priors/learner.ts'
import { mixedRate, START_WEIGHTS } from '../../processors/stopping/refine.ts'
import { TOPOLOGY } from '../../processors/topology.ts'
import { openArchive } from '../../producers/archive/archive.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { PoolOutcome } from '../../schemas/events.ts'

/** The formula alone: no other term is worth anything yet. */
const FORMULA = START_WEIGHTS.map((_, term) => (term === 1 ? 1 : 0))
/** Of what other communities came to, a new one is told half. */
const SHRINK = 0.5
/** A new community is one that has shown so few runs. */
const NEW_RUNS = 200

export type Told = Pick<PoolOutcome, 'failed' | 'terms'>
export interface Course {
  /** Mean of the weights over the runs: what the community came to on the whole. */
  readonly weights: readonly number[]
  /** Mean log loss of the forecasts, over all runs and over the first ones. */
  readonly loss: number
  readonly lossWhileNew: number
}

/** Forecasts each run from what those before it taught, starting from these weights. */
export const follow = (runs: readonly Told[], start: readonly number[]): Course => {
  const learner = { ...newLearner(), weights: [...start] }
  const sums = start.map(() => 0)
  let loss = 0
  let lossWhileNew = 0
  runs.forEach(({ terms, failed }, at) => {
    const p = mixedRate(terms, learner.weights, learner.trust)
    loss -= Math.log(failed ? p : 1 - p)
    if (at < NEW_RUNS) lossWhileNew = loss
    learn(learner, terms, failed)
    learner.weights.forEach((weight, i) => (sums[i] = (sums[i] ?? 0) + weight))
  })
  return {
    weights: sums.map((sum) => sum / runs.length),
    loss: loss / runs.length,
    lossWhileNew: lossWhileNew / Math.min(NEW_RUNS, runs.length),
  }
}

/**
 * The formula, and of each other term half of the mean. Constant and formula speak of a community's own rate: they start as
 * they are. Example: of siblings .4 and .8 the start weight is .3.
 */
export const startFrom = (learned: readonly (readonly number[])[]): number[] =>
  FORMULA.map((formula, i) => {
    if (i < 2) return formula
    const mean = learned.reduce((sum, weights) => sum + (weights[i] ?? 0), 0) / learned.length
    return formula + SHRINK * (mean - formula)
  })

const toldIn = async (folder: string): Promise<Told[]> => {
  const told: Told[] = []
  const runtime = new EmbeddedRuntime(
    ':memory:',
    TOPOLOGY.filter(({ name }) =>
      ['runs', 'grouping', 'signals', 'stopping', 'priors'].includes(name),
    ),
  )
  runtime.onCommit((published) => {
    for (const { topic, record } of published) {
      if (topic !== 'ci.pool-outcomes.v1') continue
      const { failed, terms } = record as PoolOutcome
      if (terms.length > 0) told.push({ failed, terms })
    }
  })
  const options = { isQuiet: true }
  await replayArchive(runtime, openArchive([folder]), new AbortController().signal, options)
  runtime.close()
  return told
}

const line = (name: string, cells: readonly (number | string)[]): string =>
  [name.padEnd(18), ...cells.map((cell) => String(cell).padStart(8))].join('')
const rounded = (values: readonly number[], digits: number): string[] =>
  values.map((value) => value.toFixed(digits))

const main = async (folders: readonly string[]): Promise<void> => {
  const sets = new Map<string, Told[]>()
  for (const folder of folders) sets.set(basename(resolve(folder)), await toldIn(folder))
  const own = new Map([...sets].map(([name, runs]) => [name, follow(runs, FORMULA)] as const))
  const without = (name: string | null): number[] =>
    startFrom([...own].filter(([other]) => other !== name).map(([, { weights }]) => weights))
  console.log('weights learned from nothing, by set; then the start weights without that set')
  for (const [name, { weights }] of own) {
    console.log(line(name, rounded(weights, 2)))
    console.log(line('  left out', rounded(without(name), 2)))
  }
  console.log(line('all', rounded(without(null), 2)))
  console.log(line('shipped', rounded(START_WEIGHTS, 2)))
  console.log(
    '\nmean log loss x 1000 (first 200 runs): from nothing, shipped, learned without the set',
  )
  for (const [name, runs] of sets) {
    const courses = [FORMULA, START_WEIGHTS, without(name)].map((start) => follow(runs, start))
    const cells = courses.flatMap(({ loss, lossWhileNew }) => [loss * 1000, lossWhileNew * 1000])
    console.log(line(name, [runs.length, ...rounded(cells, 1)]))
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv.slice(2))
