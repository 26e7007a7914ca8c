/** The facts a simulated run gives away while it goes on. */

import type { Offer } from '../../runtime/ports.ts'
import type { RunEvent, RunEventKind, TestStatus } from '../../schemas/events.ts'
import type { Stage } from './course.ts'
import { heard } from './hearing.ts'
import type { DemoRun } from './runs.ts'
import { chanceOf, type Chance } from './random.ts'
import { failedTestsOf, flakeOf, testCountOf } from './tests.ts'

const LOG_EVERY_MS = 15 * 60_000
const LOG_BYTES_PER_MS = 0.4

/** What a fact says beyond its run. */
type Said = Partial<RunEvent>

interface Speaker {
  readonly say: (kind: RunEventKind, eventAt: number, said?: Said) => void
  readonly test: (test: string, status: TestStatus, eventAt: number) => void
}

/** Offers of one run, in the order they happened. */
export const factsOf = (seed: number, run: DemoRun): Offer[] => {
  const { truth, course } = run
  const chance = chanceOf(seed, 'facts', truth.job, truth.runId, truth.attempt)
  const offers: Offer[] = []
  const speaker = speakerOf(run, chance, offers)
  speaker.say('queued', truth.queuedAt)
  if (course.startedAt !== null) {
    const { startedAt } = course
    const labels = { ...knownAtStart(run), cluster: truth.cluster }
    speaker.say('started', startedAt, { startedAt, labels })
    for (const stage of course.stages) {
      tellStage(speaker, stage)
      if (stage.step === 'test') tellTests(speaker, run, stage, chance, flakeOf(seed, run))
    }
    tellLog(speaker, startedAt, Math.min(course.finishedAt, course.stalledAt ?? Infinity))
  }
  speaker.say('finished', course.finishedAt, {
    startedAt: course.startedAt,
    outcome: course.outcome,
    rawOutcome: course.outcome,
  })
  return offers
}

const knownAtStart = ({ job }: DemoRun): Record<string, string> =>
  job.version === null ? { family: job.family } : { family: job.family, version: job.version }

/** What every fact of a run says alike. */
const aboutRun = (run: DemoRun): RunEvent => {
  const { truth, change } = run
  const { source, repo, job, runId, attempt, group, queuedAt } = truth
  return {
    ...{ eventId: `demo/${job}/${runId}/${attempt}`, eventAt: queuedAt, observedAt: queuedAt },
    ...{ source, repo, job, runId, attempt, kind: 'unknown' },
    ...{ outcome: null, rawOutcome: null, startedAt: null, step: null },
    ...{ passed: null, failed: null, failedTests: [], logBytes: null },
    ...{ group, branch: 'main', sha: change?.push.sha ?? null, pull: change?.pull.pull ?? null },
    trigger: change === null ? 'periodic' : attempt > 1 ? 'retest' : 'presubmit',
    labels: knownAtStart(run),
  }
}

const speakerOf = (run: DemoRun, chance: Chance, offers: Offer[]): Speaker => {
  const about = aboutRun(run)
  const { eventId: name, source, repo, job, runId, attempt } = about
  return {
    say: (kind, eventAt, said) => {
      const eventId = `${name}/${kind}/${said?.step ?? said?.logBytes ?? said?.passed ?? ''}`
      const record = { ...about, eventId, eventAt, kind, ...said }
      offers.push(...heard('ci.run-events.v1', record, chance))
    },
    test: (test, status, eventAt) => {
      const record = {
        ...{ eventId: `${name}/test/${test}/${status}`, eventAt, observedAt: eventAt },
        ...{ source, repo, job, runId, attempt },
        ...{ test, status, rawStatus: status, durationSeconds: null, message: null },
      }
      offers.push(...heard('ci.test-results.v1', record, chance))
    },
  }
}

const tellStage = (speaker: Speaker, stage: Stage): void => {
  const { step, from: startedAt, until, outcome } = stage
  speaker.say('stepStarted', startedAt, { step, startedAt })
  const said = { step, startedAt, outcome, rawOutcome: outcome }
  speaker.say('stepFinished', until, said)
}

/** Counts at half time and at the end of the test step; failed tests one by one. What flakes has failed at half time. */
const tellTests = (
  speaker: Speaker,
  run: DemoRun,
  stage: Stage,
  chance: Chance,
  flake: string | null,
): void => {
  const all = testCountOf(run.job)
  const failed = failedTestsOf(run, stage.outcome, chance)
  const half = Math.round((stage.from + stage.until) / 2)
  const early = failed.filter(() => chance() < 0.4)
  const share = stage.outcome === 'success' ? 1 : 0.75
  const tell = (at: number, done: number, names: readonly string[]): void => {
    const passed = Math.max(0, done - names.length)
    speaker.say('testsReported', at, { passed, failed: names.length, failedTests: [...names] })
  }
  const hasHalf = run.course.stalledAt === null
  const flaked = flake === null || !hasHalf ? [] : [flake]
  if (hasHalf) tell(half, Math.floor(all / 2), [...early, ...flaked])
  if (stage.outcome === 'success' || stage.outcome === 'failure')
    tell(stage.until, Math.ceil(all * share), failed)
  for (const test of failed) speaker.test(test, 'failed', early.includes(test) ? half : stage.until)
  for (const test of flaked) {
    speaker.test(test, 'failed', half)
    speaker.test(test, 'flaky', stage.until)
  }
}

const tellLog = (speaker: Speaker, startedAt: number, silentAt: number): void => {
  for (let at = startedAt + LOG_EVERY_MS; at < silentAt; at += LOG_EVERY_MS)
    speaker.say('logProgress', at, { logBytes: Math.round((at - startedAt) * LOG_BYTES_PER_MS) })
}
