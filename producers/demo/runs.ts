/** One simulated run: what is drawn for it, the course it takes, and the truth about it. */

import { conditionsAt, type Conditions } from './behaviours.ts'
import { cut, naturalCourse, type Course, type Fate } from './course.ts'
import { BROKEN_JOB_SHARE, CLUSTERS, type DemoJob } from './jobs.ts'
import { outageIn } from './outages.ts'
import type { Pull, Push } from './pulls.ts'
import { between, chanceOf, pick, type Chance } from './random.ts'
import { brokenShareAfter, chanceOfFailing, type Cause, type RunTruth } from './truth.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60_000
/** Share of ordinary failures that the source calls an error. */
const ERROR_SHARE = 0.1

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
const groupOf = ({ pull, push }: Change): string =>
  `${pull.repo}#${pull.pull}@${push.sha.slice(0, 8)}`

/** Whether the push broke the job: the same answer for each attempt. */
const isBrokenBy = (seed: number, job: DemoJob, change: Change | null): boolean =>
  change?.push.isBroken === true &&
  chanceOf(seed, 'break', job.job, change.push.sha)() < BROKEN_JOB_SHARE

const conditionsOf = (job: DemoJob, at: number): Conditions =>
  conditionsAt(job.behaviour, job.pFail, at)

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

/** Draws how a run ends by itself, under the conditions at its start. */
const drawFate = (job: DemoJob, now: Conditions, isBroken: boolean, chance: Chance): Fate => {
  const fails = chance() < now.pFail || isBroken
  return {
    ...{ fails, slowness: now.slowness },
    hangs: fails && chance() < job.behaviour.hangShare,
    failure: chance() < ERROR_SHARE ? 'error' : 'failure',
    leaseMs: (now.longestWaitMs / 2) * chance(),
  }
}

/** The course by itself, then as the outage of its cluster and the next push leave it. */
const coursesOf = (
  trigger: Trigger,
  natural: Course,
  cluster: string,
  chance: Chance,
): { course: Course; by: Cause | null } => {
  const outed = cutByOutage(natural, cluster, chance)
  const supersededAt = trigger.change?.push.supersededAt ?? null
  const course = supersededAt === null ? outed : cut(outed, supersededAt + SECOND_MS, 'aborted')
  return { course, by: course === natural ? null : course === outed ? 'outage' : 'superseded' }
}

const ownCause = (run: { isBroken: boolean; isEpisode: boolean }): Cause =>
  run.isBroken ? 'push' : run.isEpisode ? 'episode' : 'chance'

/** Draws one run. */
export const drawRun = (seed: number, trigger: Trigger): DemoRun => {
  const { job, change, runId, attempt, at: queuedAt } = trigger
  const chance = chanceOf(seed, 'run', job.job, runId, attempt)
  const cluster = pick(chance, CLUSTERS)
  const startsAt = queuedAt + SECOND_MS + waitOf(conditionsOf(job, queuedAt), chance)
  const now = conditionsOf(job, startsAt)
  const isBroken = isBrokenBy(seed, job, change)
  const fate = drawFate(job, now, isBroken, chance)
  const isOut = outageIn(cluster, startsAt, startsAt + 1) !== null
  const { course, by } = coursesOf(
    trigger,
    naturalCourse(job, fate, startsAt, chance),
    cluster,
    chance,
  )
  const isEpisode = now.episode !== null && job.behaviour.pFailThen !== null
  const brokenShare = change === null ? 0 : brokenShareAfter(trigger.earlier)
  const truth: RunTruth = {
    ...{ source: 'demo', repo: job.repo, job: job.job, runId, attempt },
    ...{ behaviour: job.behaviour.kind, hangs: fate.hangs, cluster, queuedAt },
    pFail: isOut ? 1 : chanceOfFailing(now.pFail, brokenShare),
    fails: isOut || fate.fails,
    ...{ outcome: course.outcome, startedAt: course.startedAt, finishedAt: course.finishedAt },
    cause: by ?? (fate.fails ? ownCause({ isBroken, isEpisode }) : null),
    isPushBroken: change?.push.isBroken ?? false,
    group: change === null ? null : groupOf(change),
  }
  return { job, change, course, episodeFrom: now.episode?.from ?? null, truth }
}
