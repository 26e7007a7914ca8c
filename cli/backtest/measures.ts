/** The measures of design 8 over one back-test: in total and per job, our rule beside every baseline. Pure. */

import type { Models } from '../../processors/processor.ts'
import type { JobRef, Level } from '../../schemas/events.ts'
import { OUR_RULE } from '../../schemas/measures.ts'
import type { ActedMeasures } from './acted/measures.ts'
import { askedFrom, type AskedFrom } from './asked-from.ts'
import { drawsOf } from './bootstrap.ts'
import type { BootstrapOptions, Draws } from './bootstrap.ts'
import { changeAdvice, type ChangeAdvice } from './change-advice.ts'
import { changeMeasures } from './changes.ts'
import type { ChangeMeasures } from './changes.ts'
import { CHECKPOINTS, runsAt } from './checkpoints.ts'
import type { Collected, ScoredRun } from './collector.ts'
import { forecastMeasures } from './forecasts.ts'
import type { ForecastMeasures } from './forecasts.ts'
import { beforeStepMeasures, type BeforeStepMeasures } from './before-step.ts'
import { groundMeasures, type GroundMeasures } from './grounds.ts'
import { lastOf } from './last.ts'
import { remainingMeasures } from './remaining.ts'
import type { RemainingMeasures } from './remaining.ts'
import { CEILING_RULE, ruleMeasures } from './rules.ts'
import type { RuleMeasures, RuleOptions } from './rules.ts'
import { costCurves } from './what-if.ts'
import type { CostCurve } from './what-if.ts'

export interface CheckpointMeasures {
  /** Share of the job's median passing duration as known then. */
  readonly at: number
  readonly forecast: ForecastMeasures
  readonly remaining: RemainingMeasures
}
/** What the runs of one subject were. Seconds are of runs whose duration is known. */
interface Counts {
  readonly runs: number
  readonly passing: number
  readonly failing: number
  readonly censored: number
  /** Failing runs without a duration: they are missing in failedSeconds, not zero. */
  readonly failingUntimed: number
  readonly failedSeconds: number
  readonly passingSeconds: number
  readonly censoredSeconds: number
  /** Runs for which no forecast could be made at all. */
  readonly withoutForecast: number
  /** Groups or days, the units of the intervals. */
  readonly units: number
}
export interface SubjectMeasures {
  readonly counts: Counts
  /** Ours first, then the baselines in order of name. */
  readonly rules: readonly RuleMeasures[]
  readonly checkpoints: readonly CheckpointMeasures[]
  /** Runs forecast at their start without a known passing duration, kept apart from checkpoint 0. */
  readonly cold: ForecastMeasures
}
export interface JobMeasures extends SubjectMeasures, JobRef {}
export interface BacktestMeasures {
  readonly mode: 'advice'
  readonly resamples: number
  readonly seed: number
  readonly from: number | null
  readonly to: number | null
  /** Some of it is simulated (source demo). */
  readonly isSimulated: boolean
  readonly total: SubjectMeasures
  readonly changes: ChangeMeasures
  /** What was said of changes as a whole. */
  readonly changeAdvice: ChangeAdvice
  /** Our stops by what they rested on. */
  readonly grounds: readonly GroundMeasures[]
  /** Those that came before any failed step; null where no failed step was told. */
  readonly beforeStep: BeforeStepMeasures | null
  /** Share of the runs, the last to start, that is scored. */
  readonly last: number
  /** The same rule where its stops are acted on; null where that was not asked for. */
  readonly acted: ActedMeasures | null
  /** Models that were asked of nothing that began before an instant, since they were fitted on it. */
  readonly askedFrom: readonly AskedFrom[]
  /** History under other policies: one curve over thresholds for each cost of a false stop. */
  readonly costCurves: readonly CostCurve[]
  /** In order of failed hours. */
  readonly jobs: readonly JobMeasures[]
  /** Jobs in which our rule stopped no run. */
  readonly abstainingJobs: number
  readonly levels: Readonly<Partial<Record<Level, number>>>
  readonly abstentions: Readonly<Record<string, number>>
}
export interface MeasureOptions {
  readonly resamples?: number
  readonly seed?: number
  readonly last?: number
  /** What was asked while the runs were replayed. */
  readonly models?: Models
}

/** Resamples of a single job: its figures are read beside many others, and it has fewer runs to tell of. */
const JOB_RESAMPLES = 200

/** Measures a back-test; the seed alone decides the draws. 30,000 runs take a few seconds. */
export const measure = (
  everything: Collected,
  { resamples = 500, seed = 1, last = 1, models = {} }: MeasureOptions = {},
): BacktestMeasures => {
  const collected = last === 1 ? everything : lastOf(everything, last)
  const byJob = Map.groupBy(collected.runs, ({ job }) => job)
  const options: RuleOptions = {
    rules: collected.rules,
    jobFailRates: collected.jobs.map((_, job) => failRate(byJob.get(job) ?? [])),
  }
  const draw = { resamples: Math.min(resamples, JOB_RESAMPLES), seed }
  const whole = withOwnUnits(collected.runs, { resamples, seed })
  const jobs = [...byJob].flatMap(([job, runs]) => {
    const ref = collected.jobs[job]
    return ref === undefined ? [] : [{ ...ref, ...subject(withOwnUnits(runs, draw), options) }]
  })
  jobs.sort((a, b) => b.counts.failedSeconds - a.counts.failedSeconds)
  const starts = collected.runs.flatMap(({ startMs }) => startMs ?? [])
  return {
    mode: 'advice',
    resamples,
    seed,
    from: starts.length === 0 ? null : starts.reduce((a, b) => Math.min(a, b)),
    to: starts.length === 0 ? null : starts.reduce((a, b) => Math.max(a, b)),
    isSimulated: collected.jobs.some(({ source }) => source === 'demo'),
    total: subject(whole, options),
    changes: changeMeasures(whole.runs, whole.draws),
    changeAdvice: changeAdvice(whole.runs, collected.changes, whole.draws),
    grounds: groundMeasures(collected.runs, collected.rules.indexOf(OUR_RULE)),
    beforeStep: beforeStepMeasures(
      collected.runs,
      collected.rules.indexOf(OUR_RULE),
      collected.rules.indexOf(CEILING_RULE),
    ),
    last,
    acted: null,
    askedFrom: askedFrom(models),
    costCurves: costCurves(collected.runs),
    jobs,
    abstainingJobs: jobs.filter(isAbstaining).length,
    levels: collected.levels,
    abstentions: collected.abstentions,
  }
}

/** Whether our rule stopped no run of this job. */
export const isAbstaining = ({ rules }: SubjectMeasures): boolean =>
  rules
    .filter(({ rule }) => rule === OUR_RULE)
    .every((ours) => ours.stoppedFailing + ours.stoppedPassing + ours.stoppedCensored === 0)

interface Subject {
  readonly runs: readonly ScoredRun[]
  readonly draws: Draws
}

/** The runs with their units numbered from 0 in order of first sight. */
const withOwnUnits = (runs: readonly ScoredRun[], options: BootstrapOptions): Subject => {
  const places = new Map<number, number>()
  const own = runs.map((run) => {
    const unit = places.get(run.unit) ?? places.size
    places.set(run.unit, unit)
    return { ...run, unit }
  })
  return { runs: own, draws: drawsOf(places.size, options) }
}

const failRate = (runs: readonly ScoredRun[]): number => {
  const scored = runs.filter(({ failed }) => failed !== null)
  return scored.filter(({ failed }) => failed === true).length / Math.max(1, scored.length)
}

const subject = ({ runs, draws }: Subject, options: RuleOptions): SubjectMeasures => {
  const warm = runs.filter(({ isCold }) => !isCold)
  const cold = runs.filter(({ isCold }) => isCold)
  const rules = ruleMeasures(runs, draws, options)
  const rank = (rule: string): string => (rule === OUR_RULE ? '' : rule)
  return {
    counts: countsOf(runs, draws.units),
    rules: rules.sort((a, b) => (rank(a.rule) < rank(b.rule) ? -1 : 1)),
    checkpoints: CHECKPOINTS.map((at) => {
      const alive = runsAt(warm, at)
      return {
        at,
        forecast: forecastMeasures(alive, draws),
        remaining: remainingMeasures(alive, draws),
      }
    }),
    cold: forecastMeasures(runsAt(cold, 0), draws),
  }
}

const countsOf = (runs: readonly ScoredRun[], units: number): Counts => {
  const of = (failed: boolean | null): readonly ScoredRun[] =>
    runs.filter((run) => run.failed === failed)
  const seconds = (part: readonly ScoredRun[]): number =>
    part.reduce((sum, { durationSeconds }) => sum + (durationSeconds ?? 0), 0)
  const [failing, passing, censored] = [of(true), of(false), of(null)]
  return {
    runs: runs.length,
    passing: passing.length,
    failing: failing.length,
    censored: censored.length,
    failingUntimed: failing.filter(({ durationSeconds }) => durationSeconds === null).length,
    failedSeconds: seconds(failing),
    passingSeconds: seconds(passing),
    censoredSeconds: seconds(censored),
    withoutForecast: runs.filter(({ checkpoints }) => checkpoints.length === 0).length,
    units,
  }
}
