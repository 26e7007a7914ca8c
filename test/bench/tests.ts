/**
 * Results of tests through the embedded pipeline: as many distinct tests as a large community has, over a thousand jobs, each
 * job's runs one after another, each run naming every test of its job.
 */

import { runs } from '../../processors/runs/runs.ts'
import { tests } from '../../processors/tests/tests.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { Offer } from '../../runtime/ports.ts'
import type { TestResult } from '../../schemas/events.ts'
import { toViews } from '../../sinks/views/to-views.ts'
import type { Figure } from './figures.ts'
import { factOf, LOAD_START, random } from './load.ts'
import { batchesOf } from './load-file.ts'
import { MB, peakBytes, timed, type BenchCase } from './setting.ts'

const JOBS = 1_000
/** Each job has 200 of the 100,000 tests: every test is in two jobs. */
const TESTS = 100_000
const TESTS_PER_JOB = 200
const RUNS = 10
/** A job runs every hour; the jobs start spread over it. */
const GAP_MS = 3_600_000
const QUICK_JOBS = 20

const resultOf = (
  job: number,
  run: number,
  test: number,
  at: number,
  failed: boolean,
): TestResult => ({
  eventId: `bench:job-${job}:${run}:test-${test}`,
  ...{ eventAt: at, observedAt: at, source: 'bench', repo: `org/repo-${job % 20}` },
  ...{ job: `job-${job}`, runId: String(run), attempt: 1 },
  test: `[sig-area-${test % 40}] suite ${test % 400} case ${test} should keep working`,
  ...{ status: failed ? 'failed' : 'passed', rawStatus: failed ? 'F' : 'P' },
  durationSeconds: 1.5,
  message: failed ? `expected ${run} to equal ${run + 1} on pod web-${run}x${test}` : null,
})

/** Offers in order of time: of each run its results, then its end. */
function* load(jobs: number): Generator<Offer> {
  const chance = random(11)
  for (let run = 0; run < RUNS; run += 1)
    for (let job = 0; job < jobs; job += 1) {
      const at = LOAD_START + run * GAP_MS + Math.floor((job / jobs) * GAP_MS)
      let hasFailed = false
      for (let i = 0; i < TESTS_PER_JOB; i += 1) {
        const test = (job * TESTS_PER_JOB + i) % TESTS
        const failed = chance() < (test % 50 === 0 ? 0.2 : 0.002)
        hasFailed ||= failed
        yield { topic: 'ci.test-results.v1', record: resultOf(job, run, test, at, failed) }
      }
      const outcome = hasFailed ? 'failure' : 'success'
      const end = { ...factOf(job, run, 'finished', at), outcome, rawOutcome: outcome } as const
      yield { topic: 'ci.run-events.v1', record: { ...end, startedAt: at - 600_000 } }
    }
}

const through = async (
  setting: Parameters<BenchCase>[0],
  name: string,
  withViews: boolean,
): Promise<readonly Figure[]> => {
  const jobs = setting.isQuick ? QUICK_JOBS : JOBS
  const folder = `${setting.folder}/${name.replaceAll(' ', '-')}`
  const runtime = new EmbeddedRuntime(folder, [runs, tests], withViews ? toViews : undefined)
  const time = await timed(() => {
    for (const batch of batchesOf(load(jobs)))
      runtime.take(batch, batch.at(-1)?.record.observedAt ?? 0)
    runtime.commit([], runtime.now + 600_000)
  })
  const storeBytes = runtime.store.bytes
  runtime.close()
  const results = jobs * RUNS * TESTS_PER_JOB
  return [
    { name, value: results / time.seconds, unit: 'results/s' },
    {
      name: `${name} per second of one thread`,
      value: results / time.threadSeconds,
      unit: 'results/s',
    },
    { name: `${name} peak memory`, value: peakBytes() / MB, unit: 'MB' },
    { name: `${name} store`, value: storeBytes / MB, unit: 'MB' },
  ]
}

export const results: BenchCase = (setting) => through(setting, 'test results', false)
export const resultsWithViews: BenchCase = (setting) =>
  through(setting, 'test results with views', true)
