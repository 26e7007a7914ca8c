/** One simulated run: what was drawn for it, the course it takes, and the truth about it. */

import type { Outcome, RunRef } from '../../schemas/events.ts'
import { conditionsAt, type BehaviourKind, type Conditions } from './behaviours.ts'
import { cut, naturalCourse, type Course } from './course.ts'
import { BROKEN_JOB_SHARE, BROKEN_PUSH_SHARE, CLUSTERS, type DemoJob } from './jobs.ts'
import { outageIn } from './outages.ts'
import type { Pull, Push } from './pulls.ts'
import { between, chanceOf, pick, type Chance } from './random.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60_000

/** What really made a run end as it did; null for a pass. */
export type Cause = 'chance' | 'episode' | 'push' | 'outage' | 'superseded'

/** What nobody but the simulator knows about a run. */
export interface RunTruth extends RunRef {
  readonly behaviour: BehaviourKind
  /**
   * Chance with which the outcome was drawn, given what can be known at the start: the job, the instant, its own
   * earlier attempts, an outage going on. Whether the push is broken is not known, nor is an outage to come.
   */
  readonly pFail: number
  readonly outcome: Outcome
  readonly cause: Cause | null
  readonly isPushBroken: boolean
  readonly hangs: boolean
  readonly queuedAt: number
  readonly startedAt: number | null
  readonly finishedAt: number
  readonly cluster: string
  readonly group: string | null
}

/** A push that starts runs, with its pull request. */
export interface Change {
  readonly pull: Pull
  readonly push: Push
}
export interface DemoRun {
  readonly job: DemoJob
  readonly change: Change | null
  readonly course: Course
  /** First instant of the episode the run started in, or null. */
  readonly episodeFrom: number | null
  readonly truth: RunTruth
}

/** What makes a run start: its job, the instant it is asked for, and why. */
export interface Trigger {
  readonly job: DemoJob
  readonly runId: string
  readonly attempt: number
  readonly at: number
  readonly change: Change | null
  /** The attempt before, which failed; null at the first attempt. */
  readonly earlier: RunTruth | null
}

/** Runs started together for one push share it. Example: `tidewright/gateway#41@0a1b2c3d`. */
export const groupOf = ({ pull, push }: Change): string =>
  `${pull.repo}#${pull.pull}@${push.sha.slice(0, 8)}`

/** Chance that the push has broken a job, before its runs say anything: 0.15 · 0.6 = 0.09. */
const BROKEN_SHARE = BROKEN_PUSH_SHARE * BROKEN_JOB_SHARE

/**
 * The same after an attempt that ended without or by an outage, or that failed with the chance it had (Bayes' rule).
 * Example: a job that fails by itself with 0.2 has 0.272 at its first attempt; after that failed, 0.09 / 0.272 = 0.331.
 */
export const brokenShareAfter = (earlier: Pick<RunTruth, 'cause' | 'pFail'> | null): number =>
  earlier === null || earlier.cause === 'outage' ? BROKEN_SHARE : BROKEN_SHARE / earlier.pFail

/** Chance of failing by itself or by the push. Example: 0.2 and 0.09 give 0.272; 0.2 and 0.331 give 0.465. */
export const chanceOfFailing = (pFail: number, brokenShare: number): number =>
  brokenShare + (1 - brokenShare) * pFail

/** Whether the push broke the job: the same answer for each attempt. */
const isBrokenBy = (seed: number, job: DemoJob, change: Change | null): boolean =>
  change?.push.isBroken === true &&
  chanceOf(seed, 'break', job.job, change.push.sha)() < BROKEN_JOB_SHARE

const waitOf = (conditions: Conditions, chance: Chance): number =>
  Math.round(
    conditions.longestWaitMs * between(chance, 0.2, 1) - Math.log(1 - chance()) * 15 * SECOND_MS,
  )

/** Ends the course by an outage of its cluster: shortly after it begins, or shortly after the run starts in it. */
const cutByOutage = (course: Course, cluster: string, chance: Chance): Course => {
  const spread = chance()
  if (course.startedAt === null) return course
  const outage = outageIn(cluster, course.startedAt, course.finishedAt)
  if (outage === null) return course
  const from = Math.max(outage.from, course.startedAt)
  const longestMs = Math.min(6 * MINUTE_MS, course.finishedAt - from - 1)
  return cut(course, from + Math.ceil(longestMs * spread * 0.9) + 1, 'error')
}

/** Draws one run. */
export const drawRun = (seed: number, trigger: Trigger): DemoRun => {
  const { job, change } = trigger
  const chance = chanceOf(seed, 'run', job.job, trigger.runId, trigger.attempt)
  const cluster = pick(chance, CLUSTERS)
  const waits = conditionsAt(job.behaviour, job.pFail, trigger.at)
  const startedAt = trigger.at + SECOND_MS + waitOf(waits, chance)
  const conditions = conditionsAt(job.behaviour, job.pFail, startedAt)
  const isBroken = isBrokenBy(seed, job, change)
  const fails = chance() < conditions.pFail || isBroken
  const hangs = fails && chance() < job.behaviour.hangShare
  const fate = {
    ...{ fails, hangs, slowness: conditions.slowness },
    failure: chance() < 0.1 ? ('error' as const) : ('failure' as const),
    leaseMs: (conditions.longestWaitMs / 2) * chance(),
  }
  const natural = naturalCourse(job, fate, startedAt, chance)
  const isOutAtStart = outageIn(cluster, startedAt, startedAt + 1) !== null
  const outed = cutByOutage(natural, cluster, chance)
  const supersededAt = change?.push.supersededAt ?? null
  const course = supersededAt === null ? outed : cut(outed, supersededAt + SECOND_MS, 'aborted')
  const isEpisode = conditions.episode !== null && job.behaviour.pFailThen !== null
  const own = isBroken ? 'push' : isEpisode ? 'episode' : 'chance'
  const brokenShare = change === null ? 0 : brokenShareAfter(trigger.earlier)
  return {
    ...{ job, change, course },
    episodeFrom: conditions.episode?.from ?? null,
    truth: {
      ...{ source: 'demo', repo: job.repo, job: job.job },
      ...{ runId: trigger.runId, attempt: trigger.attempt },
      behaviour: job.behaviour.kind,
      pFail: isOutAtStart ? 1 : chanceOfFailing(conditions.pFail, brokenShare),
      outcome: course.outcome,
      cause: course === natural ? (fails ? own : null) : course === outed ? 'outage' : 'superseded',
      isPushBroken: change?.push.isBroken ?? false,
      hangs,
      queuedAt: trigger.at,
      startedAt: course.startedAt,
      finishedAt: course.finishedAt,
      cluster,
      group: change === null ? null : groupOf(change),
    },
  }
}
