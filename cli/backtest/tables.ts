/** The tables of a back-test, as cells of text: the terminal, Markdown and HTML lay them out each in their way. */

import type { JobRef } from '../../schemas/events.ts'
import { key } from '../../schemas/keys.ts'
import {
  falseStopRate,
  net,
  OUR_RULE,
  precision,
  recall,
  strictNet,
} from '../../schemas/measures.ts'
import { actedTable } from './acted/table.ts'
import { changeTables, groundTables } from './decision-tables.ts'
import {
  hours,
  count,
  figureText,
  minutes,
  NONE,
  one,
  percent,
  rangeText,
  ratioText,
  three,
  valueText,
} from './format.ts'
import type { ForecastMeasures } from './forecasts.ts'
import { isAbstaining } from './measures.ts'
import type { BacktestMeasures, JobMeasures, SubjectMeasures } from './measures.ts'
import { CEILING_RULE } from './rules.ts'
import type { RuleMeasures } from './rules.ts'
import type { Table } from './table.ts'
import { isOverBound } from './what-if.ts'

/** Saved, burnt and net hours by rule. The net of a rule over the bound stands in brackets: it does not count. */
export const worthTable = ({ rules }: SubjectMeasures): Table => ({
  title: 'Hours that stopping would have saved',
  head: ['rule', 'saved', 'burnt', 'net [95 %]', 'strict net', 'false stops', 'bound', 'our lead'],
  rows: rules.map((rule) => [
    rule.rule,
    valueText(rule.savedSeconds, hours),
    valueText(rule.burntSeconds, hours),
    counts(rule) ? figureText(rule.netSeconds, hours) : `(${valueText(rule.netSeconds, hours)})`,
    counts(rule)
      ? valueText(rule.strictNetSeconds, hours)
      : `(${valueText(rule.strictNetSeconds, hours)})`,
    valueText(rule.falseStopRate, percent),
    rule.bound,
    rule.rule === OUR_RULE ? '' : figureText(rule.netLeadSeconds, hours),
  ]),
  notes: [
    'net = saved - burnt; the strict net charges a false stop its whole run. A net in brackets is of a rule over the bound of 1 % false stops: it does not count.',
    'bound: shown = the whole 95 % interval of the false-stop rate is within 1 %; met = its value only. our lead = our net - its net, on the same resamples.',
    ...(rules.some(({ rule }) => rule === CEILING_RULE)
      ? [
          `${CEILING_RULE} is a ceiling, no rival: it waits for a failed step, which all but knows the verdict.`,
        ]
      : []),
  ],
})

const counts = ({ bound }: RuleMeasures): boolean => bound === 'shown' || bound === 'met'

/** Who was stopped by each rule. */
export const stopTable = ({ rules }: SubjectMeasures): Table => ({
  title: 'Which runs were stopped',
  head: ['rule', 'precision [95 %]', 'false stops [95 %]', 'recall', 'lift', 'in job', 'censored'],
  rows: rules.map((rule) => [
    rule.rule,
    rule.precision.denominator === 0 ? NONE : ratioText(rule.precision),
    rule.falseStopRate.denominator === 0 ? NONE : ratioText(rule.falseStopRate),
    valueText(rule.recall, percent),
    valueText(rule.lift, one),
    valueText(rule.liftWithinJobs, one),
    count(rule.stoppedCensored),
  ]),
  notes: [
    'precision = stopped failing / stopped; false stops = stopped passing / passing; recall = saved / failed hours. lift = precision over that of stopping as many runs at random; in job = as many at random in each job.',
    'Stops of censored runs are reported, not scored: nobody knows how they would have ended.',
  ],
})

const at = (share: number): string => `${Math.round(share * 100)} %`

const forecastRow = (name: string, forecast: ForecastMeasures): string[] => [
  name,
  `${count(forecast.failing)}/${count(forecast.n)}`,
  valueText(forecast.brier, three),
  valueText(forecast.baseBrier, three),
  figureText(forecast.skill, three),
  valueText(forecast.logLoss, three),
  figureText(forecast.auc, three),
  valueText(forecast.baseAuc, three),
  forecast.calibrated === null ? NONE : valueText(forecast.calibrationError, three),
  forecast.calibrated === null ? NONE : rangeText(forecast.calibrated, three),
]

/** Quality of the forecasts at each checkpoint. */
export const forecastTable = ({ checkpoints, cold }: SubjectMeasures): Table => ({
  title: 'Forecasts of failure, by share of the median passing duration',
  head: [
    'at',
    'failed/n',
    'Brier',
    'base',
    'skill [95 %]',
    'log loss',
    'AUC [95 %]',
    'base',
    'calibr. error',
    'if calibrated',
  ],
  rows: [
    ...checkpoints.map((point) => forecastRow(at(point.at), point.forecast)),
    ...(cold.n === 0 ? [] : [forecastRow('0 % cold', cold)]),
  ],
  notes: [
    "skill = 1 - Brier / Brier of the job's decayed base rate. if calibrated = where the calibration error of a perfectly calibrated forecaster would lie in 95 % of draws.",
  ],
})

/** Quality of the remaining times at each checkpoint. */
export const remainingTable = ({ checkpoints }: SubjectMeasures): Table => ({
  title: 'Remaining time: median absolute error in minutes, and cover of the 80 % interval',
  head: ['at', 'n', 'ours [95 %]', "Jenkins' rule", 'our lead [95 %]', 'covered [95 %]'],
  rows: checkpoints.map(({ at: share, remaining }) => [
    at(share),
    count(remaining.paired),
    figureText(remaining.medianErrorSeconds, minutes),
    figureText(remaining.jenkinsMedianErrorSeconds, minutes),
    figureText(remaining.leadSeconds, minutes),
    remaining.coverage.denominator === 0 ? NONE : ratioText(remaining.coverage),
  ]),
  notes: [
    "Jenkins' rule = mean of the last passes minus the elapsed time. Errors are over the n runs for which both had an answer.",
  ],
})

/** Thresholds worth a row. */
const SHOWN = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99]

/** What plain thresholds on the stored forecasts would have been worth. */
export const thresholdTable = ({ costCurves, total }: BacktestMeasures): Table => {
  const plain = costCurves.find(({ falseStopReruns }) => falseStopReruns === 0)
  const points = plain?.points.filter(({ threshold }) => SHOWN.includes(threshold)) ?? []
  const { passing, failedSeconds } = total.counts
  return {
    title: 'Stopping at a plain threshold on the forecasts at the checkpoints',
    head: [
      'p from',
      'saved',
      'burnt',
      'net',
      'strict net',
      'precision [95 %]',
      'false stops',
      'recall',
    ],
    rows: points.map((point) => [
      three(point.threshold),
      hours(point.savedSeconds),
      hours(point.burntSeconds),
      isOverBound(passing, point) ? `(${hours(net(point))})` : hours(net(point)),
      isOverBound(passing, point) ? `(${hours(strictNet(point))})` : hours(strictNet(point)),
      point.stoppedFailing + point.stoppedPassing === 0 ? NONE : ratioText(precision(point)),
      valueText(falseStopRate({ passing }, point), percent),
      valueText({ value: recall({ failedSeconds }, point) }, percent),
    ]),
    notes: [
      'Every outcome seen, no permission asked: what the forecasts alone would give, at 0, 25 ... 125 % of the median pass. A threshold chosen from this table is chosen in hindsight.',
      'A net in brackets does not count. The intervals of the precision take runs as independent (Wilson).',
    ],
  }
}

/** The jobs with the most failed hours. */
export const jobTable = (measures: BacktestMeasures, limit: number): Table => {
  const stopping = measures.jobs.length - measures.abstainingJobs
  const nameOf = jobNames(measures.jobs)
  return {
    title: `Jobs by failed hours (${Math.min(limit, measures.jobs.length)} of ${measures.jobs.length})`,
    head: ['job', 'runs', 'failed', 'failed h', 'net h', 'strict', 'false stops', 'skill at 50 %'],
    rows: measures.jobs.slice(0, limit).map((job) => jobRow(job, nameOf(job))),
    notes: [
      `Our rule stopped runs in ${stopping} of ${measures.jobs.length} jobs and abstained in ${measures.abstainingJobs}. No skill is given for a job whose runs all ended alike.`,
    ],
  }
}

/** Names jobs as short as they stay distinct: with their repository where there are several. */
export const jobNames = (jobs: readonly JobRef[]): ((job: JobRef) => string) => {
  const repos = new Set(jobs.map(({ source, repo }) => key(source, repo)))
  return ({ repo, job }) => (repos.size > 1 ? `${repo} ${job}` : job)
}

const jobRow = (job: JobMeasures, name: string): string[] => {
  const ours = job.rules.find(({ rule }) => rule === OUR_RULE)
  const half = job.checkpoints.find((point) => point.at === 0.5)
  const scored = job.counts.passing + job.counts.failing
  return [
    name,
    count(job.counts.runs),
    `${count(job.counts.failing)}/${count(scored)}`,
    job.counts.failingUntimed === job.counts.failing && job.counts.failing > 0
      ? NONE
      : hours(job.counts.failedSeconds),
    ours === undefined || isAbstaining(job) ? 'abstained' : valueText(ours.netSeconds, hours),
    ours === undefined || isAbstaining(job) ? NONE : valueText(ours.strictNetSeconds, hours),
    ours === undefined || ours.falseStopRate.denominator === 0
      ? NONE
      : `${count(ours.stoppedPassing)}/${count(job.counts.passing)}`,
    half === undefined ? NONE : jobSkillText(half.forecast),
  ]
}

/** Where all runs ended alike the base rate is all but sure, and skill against it means nothing. */
const jobSkillText = ({ n, failing, skill }: ForecastMeasures): string =>
  failing === 0 || failing === n ? NONE : figureText(skill, three)

/** The table of the mode acted, where that was asked for. */
export const actedTables = ({ total, acted }: BacktestMeasures): readonly Table[] =>
  acted === null ? [] : [actedTable(total, acted)]

/** Every table of the report, in reading order. */
export const allTables = (measures: BacktestMeasures, jobs: number): readonly Table[] => [
  worthTable(measures.total),
  stopTable(measures.total),
  ...groundTables(measures),
  ...changeTables(measures),
  forecastTable(measures.total),
  remainingTable(measures.total),
  ...actedTables(measures),
  thresholdTable(measures),
  jobTable(measures, jobs),
]
