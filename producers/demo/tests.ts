/** The tests of the simulated jobs, and which of them fail. */

import type { Outcome } from '../../schemas/events.ts'
import type { DemoJob } from './jobs.ts'
import { chanceOf, hashOf, pick, type Chance } from './random.ts'
import type { DemoRun } from './runs.ts'

const NAMES = [
  'starts with an empty configuration',
  'keeps its state across a restart',
  'refuses an expired certificate',
  'drains a node without losing requests',
  'answers while a replica is down',
  'upgrades from the previous release',
  'rolls back a failed deployment',
  'limits the memory of a worker',
  'reports its health within five seconds',
  'serves a hundred clients at once',
  'restores a backup',
  'reads a manifest with unknown fields',
] as const

const testName = (job: DemoJob, index: number): string =>
  `${job.family}: ${NAMES[index % NAMES.length] ?? ''}`

/** Number of tests of a job: between 40 and 439. */
export const testCountOf = (job: DemoJob): number => 40 + (hashOf('tests', job.job) % 400)

/** Share of test steps in which the job's flaky test fails at first, and passes when it is tried again. */
const FLAKE_SHARE = 0.08

/** The flaky test of a job, where it flakes in this run: whether the run passes has nothing to do with it. */
export const flakeOf = (seed: number, { job, truth }: DemoRun): string | null => {
  const { runId, attempt } = truth
  const flakes = chanceOf(seed, 'flake', job.job, runId, attempt)() < FLAKE_SHARE
  return flakes ? `${job.family}: retries after a lost connection` : null
}

/** Tests that failed in a test step of this outcome. One test is to blame for a whole episode. */
export const failedTestsOf = (run: DemoRun, outcome: Outcome, chance: Chance): string[] => {
  if (outcome !== 'failure') return []
  const { job, episodeFrom, truth } = run
  const names = new Set<string>()
  if (truth.cause === 'episode')
    names.add(testName(job, hashOf('blame', job.job, episodeFrom ?? 0) % NAMES.length))
  const wanted =
    truth.cause === 'push' ? 2 + Math.floor(chance() * 4) : 1 + Math.floor(chance() * 2)
  while (names.size < wanted) names.add(testName(job, NAMES.indexOf(pick(chance, NAMES))))
  return [...names]
}
