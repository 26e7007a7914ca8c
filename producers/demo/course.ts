/** The course of one simulated run: which step when, and how it ends. Times are milliseconds since the epoch. */

import type { Outcome } from '../../schemas/events.ts'
import type { DemoJob } from './jobs.ts'
import { between, normal, type Chance } from './random.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

export interface Stage {
  readonly step: string
  readonly from: number
  readonly until: number
  readonly outcome: Outcome
}
export interface Course {
  /** Null where the run was aborted in the queue. */
  readonly startedAt: number | null
  readonly finishedAt: number
  readonly outcome: Outcome
  readonly stages: readonly Stage[]
  /** From here on the log is silent. */
  readonly stalledAt: number | null
}

type StepShare = readonly [step: string, share: number]
interface Plan {
  readonly body: readonly StepShare[]
  /** Protected steps: they run whatever happened. */
  readonly post: readonly StepShare[]
}
const PLANS: Record<DemoJob['plan'], Plan> = {
  short: {
    body: [
      ['build', 0.35],
      ['test', 0.65],
    ],
    post: [],
  },
  cluster: {
    body: [
      ['acquire-lease', 0.02],
      ['install', 0.3],
      ['test', 0.55],
    ],
    post: [
      ['gather', 0.05],
      ['deprovision', 0.08],
    ],
  },
}

/** What was drawn for a run before it starts. */
export interface Fate {
  readonly fails: boolean
  readonly hangs: boolean
  /** The word for an ordinary failure of this run. */
  readonly failure: 'failure' | 'error'
  /** Wait for the lease, for plans that have one. */
  readonly leaseMs: number
  readonly slowness: number
}

/** Share of the body after which a failing run fails; above 1 = its last step takes longer than in a pass. */
const failPoint = (failsAt: DemoJob['behaviour']['failsAt'], chance: Chance): number => {
  switch (failsAt) {
    case 'early':
      return between(chance, 0.03, 0.2)
    case 'any':
      return between(chance, 0.25, 1)
    case 'late':
      return between(chance, 1, 1.15)
  }
}

const stageOf = (step: string, from: number, until: number, outcome: Outcome): Stage => ({
  ...{ step, outcome },
  from: Math.round(from),
  until: Math.round(until),
})

/** Steps one after the other, up to the first that is still going on when the run fails. */
const bodyStages = (
  body: readonly StepShare[],
  startedAt: number,
  msOf: (step: StepShare) => number,
  failure: { readonly at: number; readonly until: number; readonly outcome: Outcome } | null,
): Stage[] => {
  const stages: Stage[] = []
  let at = startedAt
  for (const [index, step] of body.entries()) {
    const until = at + msOf(step)
    if (failure !== null && (failure.at < until || index === body.length - 1))
      return [...stages, stageOf(step[0], at, failure.until, failure.outcome)]
    stages.push(stageOf(step[0], at, until, 'success'))
    at = until
  }
  return stages
}

/** The course of a run that nothing from outside cuts short. */
export const naturalCourse = (
  job: DemoJob,
  fate: Fate,
  startedAt: number,
  chance: Chance,
): Course => {
  const totalMs = job.passMinutes * MINUTE_MS * fate.slowness * Math.exp(0.18 * normal(chance))
  const { body, post } = PLANS[job.plan]
  const leaseMs = job.plan === 'cluster' ? fate.leaseMs : 0
  const msOf = ([step, share]: StepShare): number =>
    share * totalMs + (step === 'acquire-lease' ? leaseMs : 0)
  const point = fate.hangs ? between(chance, 0.35, 0.9) : failPoint(job.behaviour.failsAt, chance)
  const bodyShare = body.reduce((sum, [, share]) => sum + share, 0)
  const at = startedAt + leaseMs + point * bodyShare * totalMs
  const until = fate.hangs ? startedAt + job.behaviour.limitHours * HOUR_MS : at
  const outcome = fate.hangs ? 'timedOut' : fate.fails ? fate.failure : 'success'
  const stages = bodyStages(body, startedAt, msOf, fate.fails ? { at, until, outcome } : null)
  for (const step of fate.hangs ? [] : post) {
    const from = stages.at(-1)?.until ?? startedAt
    stages.push(stageOf(step[0], from, from + msOf(step), 'success'))
  }
  const finishedAt = stages.at(-1)?.until ?? startedAt
  return { startedAt, finishedAt, outcome, stages, stalledAt: fate.hangs ? Math.round(at) : null }
}

/** The course when something from outside ends the run at an instant; as it was where the run had ended before. */
export const cut = (course: Course, at: number, outcome: Outcome): Course => {
  if (at >= course.finishedAt) return course
  if (course.startedAt === null || at <= course.startedAt)
    return { startedAt: null, finishedAt: at, outcome, stages: [], stalledAt: null }
  const stages = course.stages
    .filter((stage) => stage.from < at)
    .map((stage) => (stage.until > at ? { ...stage, until: at, outcome } : stage))
  return { ...course, finishedAt: at, outcome, stages }
}
