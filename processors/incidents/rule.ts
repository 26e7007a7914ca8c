/**
 * What an alert rule is. A rule says when something is wrong and when it is over (hysteresis); everything else, from one
 * incident per subject to cool-down, mute and what it swallows, is the same for all (incidents.ts).
 */

import type {
  ClusterState,
  Decision,
  Forecast,
  KpiValue,
  Score,
  SourceState,
  TestColumn,
  TestState,
} from '../../schemas/events.ts'

export type Severity = 'info' | 'warning' | 'critical'

/** A number of a rule that the configuration may change. */
export interface Limit {
  readonly doc: string
  readonly unit: string
  readonly range: readonly [low: number, high: number]
  readonly otherwise: number
}
export const limit = (
  otherwise: number,
  unit: string,
  range: Limit['range'],
  doc: string,
): Limit => ({ doc, unit, range, otherwise })

/** What every row of the alert table says. */
interface RuleFacts<L extends string> {
  readonly name: string
  /** Its number in the catalogue of alerts. */
  readonly code: string
  readonly severity: Severity
  /** Condition, and when it is over. */
  readonly doc: string
  /** What to do. */
  readonly advice: string
  /** What one incident is about: a `head` is a pull request or a branch with all its jobs. */
  readonly per: 'head' | 'job' | 'subject' | 'source' | 'place' | 'repo'
  /** An incident that comes back so soon after its close is the same one. Unit: milliseconds. */
  readonly coolDownMs: number
  /** It closes only after nothing has held it for so long: runs of one change follow each other. Unit: milliseconds. */
  readonly lingerMs?: number
  /** Told with others once a day, never by itself. */
  readonly isDigest?: boolean
  /** Rules whose findings about the same jobs are part of this one while it is open. */
  readonly swallows?: readonly string[]
  /** How it is told that a finding was right, as the end of a sentence; missing where nothing tells. */
  readonly rightWhen?: string
  readonly limits: Readonly<Record<L, Limit>>
}
type Limits<L extends string> = Readonly<Record<L, number>>
/** What is said of a finding. */
export interface Words {
  readonly title: string
  readonly signal: string
}

/** Looks at each forecast of a running run. */
export interface ForecastRule<L extends string = string> extends RuleFacts<L> {
  readonly of: 'forecast'
  isRaised(forecast: Forecast, limits: Limits<L>, isHeld: boolean): boolean
  words(forecast: Forecast): Words
}
/** Looks at each change of the advice for a running run. */
export interface DecisionRule<L extends string = string> extends RuleFacts<L> {
  readonly of: 'decision'
  isRaised(decision: Decision, limits: Limits<L>, isHeld: boolean): boolean
  words(decision: Decision): Words
}
/** How long runs of a job wait and run, as known now. Seconds; null where too few are known. */
export interface JobTimes {
  readonly longestSeconds: number | null
  /** Share of the longest tenth of its runs that failed; 0 where too few are known. Unit: ratio 0..1. */
  readonly lateFailing: number
  readonly queueSeconds: readonly number[]
  readonly gapSeconds: readonly number[]
}
/** Looks when a run waits or runs, or a job is silent, for longer than it should. */
export interface WaitingRule<L extends string = string> extends RuleFacts<L> {
  readonly of: 'queued' | 'running' | 'silent'
  /** After so many seconds; null where it cannot be told. */
  afterSeconds(times: JobTimes, limits: Limits<L>): number | null
  words(what: Lasting): Words
  /** The same of a running run whose log stands still, where the rule looks at logs. */
  readonly log?: {
    /** `silences` are the longest ones of the logs of the job's newest passes, in seconds. */
    afterSeconds(silences: readonly number[], limits: Limits<L>): number | null
    words(what: Lasting): Words
  }
}
interface Lasting {
  readonly job: string
  readonly runId: string
  readonly seconds: number
}
/** Ends of runs of a job that are of no pull request: in a row, the newest kind last. */
interface Streak {
  readonly failures: number
  readonly passes: number
}
export interface StreakRule<L extends string = string> extends RuleFacts<L> {
  readonly of: 'streak'
  isRaised(streak: Streak, limits: Limits<L>, isHeld: boolean): boolean
  words(job: string, streak: Streak, where: string): Words
}
/** Looks at what holds the stops of a job back, at the end of each run. */
export interface GuardRule<L extends string = string> extends RuleFacts<L> {
  readonly of: 'guard'
  isRaised(guard: Score['guard'], limits: Limits<L>): boolean
  words(job: string, guard: string): Words
}
/** Looks at the newest ended run of a job's grid of tests. */
export interface ColumnRule<L extends string = string> extends RuleFacts<L> {
  readonly of: 'column'
  isRaised(column: TestColumn, limits: Limits<L>): boolean
  words(job: string, column: TestColumn): Words
}
/** Looks at the pull requests on which a test of a job failed lately. */
export interface SharedFailure {
  readonly test: string
  readonly pulls: readonly number[]
  /** Share of the job's runs before in which it failed. Unit: ratio 0..1. */
  readonly rateBefore: number
}
export interface SharedRule<L extends string = string> extends RuleFacts<L> {
  readonly of: 'shared'
  windowSeconds(limits: Limits<L>): number
  isRaised(shared: SharedFailure, limits: Limits<L>): boolean
  words(job: string, shared: SharedFailure): Words
}
/** Looks at one KPI of a job, a repository or a community over a window. */
export interface KpiRule<L extends string = string> extends RuleFacts<L> {
  readonly of: 'kpi'
  readonly kpi: string
  readonly window: string
  readonly dimensions: readonly string[]
  isRaised(value: KpiValue, limits: Limits<L>, isHeld: boolean): boolean
  words(subject: string, value: KpiValue): Words
}
/** Looks at what a test is called. */
export interface TestRule<L extends string = string> extends RuleFacts<L> {
  readonly of: 'test'
  isRaised(state: TestState, limits: Limits<L>, isHeld: boolean): boolean
  words(state: TestState): Words
}
export interface SourceRule<L extends string = string> extends RuleFacts<L> {
  readonly of: 'source'
  isRaised(state: SourceState, limits: Limits<L>, isHeld: boolean): boolean
  words(state: SourceState): Words
}
export interface ClusterRule<L extends string = string> extends RuleFacts<L> {
  readonly of: 'cluster'
  isRaised(state: ClusterState, limits: Limits<L>, isHeld: boolean): boolean
  words(state: ClusterState): Words
  /** The same of a KPI that compares the cluster with others. */
  readonly beside: Pick<KpiRule<L>, 'kpi' | 'window' | 'isRaised' | 'words'>
}
/** Looks when pull requests wait: for a review, or for the merge that nothing stands in the way of. */
export interface PullRule<L extends string = string> extends RuleFacts<L> {
  readonly of: 'review' | 'merge'
  /** After so many seconds; `past` are waits that ended lately. */
  afterSeconds(past: readonly number[], limits: Limits<L>): number | null
  words(what: { readonly repo: string; readonly pull: number; readonly seconds: number }): Words
}
export type AlertRule =
  | ForecastRule
  | DecisionRule
  | WaitingRule
  | StreakRule
  | GuardRule
  | ColumnRule
  | SharedRule
  | KpiRule
  | TestRule
  | SourceRule
  | ClusterRule
  | PullRule

const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** A test as it is named beside its job, whose name many tests repeat. Example: `unit: starts` of `unit` is `unit: "starts"`. */
export const namedTest = (job: string, test: string): string =>
  `${job}: "${test.startsWith(`${job}: `) ? test.slice(job.length + 2) : test}"`

/** Seconds as people say them. Example: 5,400 is `1.5 hours`. */
export const spoken = (seconds: number): string => {
  if (seconds < 5400) return `${Math.round(seconds / 60)} minutes`
  const hours = seconds / 3600
  return hours < 48 ? `${Number(hours.toFixed(1))} hours` : `${Math.round(hours / 24)} days`
}
