/** What forecasts and stops were worth: savings of every rule beside each other, and calibration. */

import type { CheckpointMeasure, Measure, RuleMeasure } from '../../schemas/events.ts'
import {
  auc,
  brier,
  brierSkill,
  calibratedEceRange,
  coverage,
  ece,
  falseStopRate,
  lift,
  logLoss,
  net,
  precision,
  recall,
  share,
  strictNet,
  wilson,
  Z95,
} from '../../schemas/measures.ts'
import {
  integer,
  listOf,
  nullable,
  number,
  numberOrNull,
  object,
  RATIO,
  text,
  type JsonSchema,
} from '../json-schema.ts'
import { findMeasure, MEASURE_QUERY, type MeasureQuery } from '../measures.ts'
import { route } from '../route.ts'

type Whole = Pick<Measure, 'passing' | 'failing' | 'failedSeconds'>

const SUBJECT: Record<string, JsonSchema> = {
  dimension: text('all, community, repo or job.'),
  subject: text('Key of the subject; empty for all.'),
  window: text('14d or total.'),
  passing: integer('Passing runs scored.'),
  failing: integer('Failing runs scored.'),
  censored: integer('Ended runs with no class: reported, not scored.'),
}
const subjectOf = ({ dimension, subject, window, passing, failing, censored }: Measure) => ({
  dimension,
  subject,
  window,
  passing,
  failing,
  censored,
})

/** What a rule was worth: its totals, and what is derived from them. */
export const RULE_WORTH = {
  rule: text('stopline is ours; the others are baselines.'),
  stoppedFailing: integer('Failing runs it stopped.'),
  stoppedPassing: integer('Passing runs it stopped: false stops.'),
  savedSeconds: number('Time the stopped failing runs went on after the stop.'),
  burntSeconds: number('Time the stopped passing runs had run until the stop.'),
  strictBurntSeconds: number('Whole duration of the stopped passing runs.'),
  netSeconds: number('Saved minus burnt. Never to be shown without falseStopRate.'),
  strictNetSeconds: number('Saved minus the whole duration of false stops.'),
  precision: RATIO,
  falseStopRate: RATIO,
  recall: numberOrNull('Saved over all failed seconds. Unit: ratio 0..1.'),
  lift: numberOrNull('Precision over that of stopping as many runs at random.'),
}
export const worthOf = (whole: Whole, rule: RuleMeasure) => ({
  ...rule,
  netSeconds: net(rule),
  strictNetSeconds: strictNet(rule),
  precision: precision(rule),
  falseStopRate: falseStopRate(whole, rule),
  recall: recall(whole, rule),
  lift: lift(whole, rule),
})

const SAVINGS = object({
  ...SUBJECT,
  passingSeconds: number('Duration of the passing runs.'),
  failedSeconds: number('Duration of the failing runs.'),
  rules: listOf(object(RULE_WORTH)),
})
const savingsOf = (measure: Measure) => ({
  ...subjectOf(measure),
  passingSeconds: measure.passingSeconds,
  failedSeconds: measure.failedSeconds,
  rules: measure.rules.map((rule) => worthOf(measure, rule)),
})

const BIN = object({
  from: number('Lowest forecast of the bin.'),
  to: number('Highest.'),
  n: integer('Runs.'),
  forecast: number('Mean forecast.'),
  failed: integer('Runs that failed.'),
  observed: number('Share that failed.'),
  low: number('Lower end of the 95 % range of that share under a calibrated forecaster.'),
  high: number('Upper end of it.'),
})
const CALIBRATION = object({
  ...SUBJECT,
  checkpoints: listOf(
    object({
      at: number("Share of the job's median passing duration as known then."),
      n: integer('Runs alive there.'),
      brier: numberOrNull('Mean squared error of our forecasts.'),
      baseBrier: numberOrNull('The same of the decayed base rate of the job.'),
      brierSkill: numberOrNull('1 - brier / baseBrier: above 0 is better than the base rate.'),
      logLoss: numberOrNull('Mean log loss. Unit: nats.'),
      auc: numberOrNull('Chance that a failing run had the higher forecast, from the bins.'),
      ece: numberOrNull('Expected calibration error, from the bins.'),
      calibratedEce: nullable(
        object({
          low: number('Lower end of what a calibrated forecaster would show in 95 %.'),
          high: number('Upper end of it.'),
        }),
      ),
      bins: listOf(BIN),
    }),
  ),
  remaining: object({
    n: integer('Runs behind it: forecasts at half the median passing duration.'),
    errorSeconds: numberOrNull('Mean absolute error of our expected remaining time.'),
    jenkinsErrorSeconds: numberOrNull("The same of Jenkins' rule."),
    coverage: RATIO,
  }),
})

/** Bins that hold a run. The range is Wilson's around the mean forecast. */
const binsOf = ({ binCount, binForecast, binFailed }: CheckpointMeasure) =>
  binCount.flatMap((n, index) => {
    if (n === 0) return []
    const failed = binFailed[index] ?? 0
    const forecast = (binForecast[index] ?? 0) / n
    const [from, to] = [index / binCount.length, (index + 1) / binCount.length]
    return [{ from, to, n, forecast, failed, observed: failed / n, ...wilson(forecast, n, Z95) }]
  })
const calibrationOf = (measure: Measure) => ({
  ...subjectOf(measure),
  checkpoints: measure.checkpoints.map((check) => ({
    at: check.at,
    n: check.n,
    brier: brier(check),
    baseBrier: share(check.baseBrier, check.n),
    brierSkill: brierSkill(check),
    logLoss: logLoss(check),
    auc: auc(check),
    ece: ece(check),
    calibratedEce: calibratedEceRange(check),
    bins: binsOf(check),
  })),
  remaining: {
    n: measure.remainingN,
    errorSeconds: share(measure.remainingErrorSeconds, measure.remainingN),
    jenkinsErrorSeconds: share(measure.jenkinsErrorSeconds, measure.remainingN),
    coverage: coverage(measure),
  },
})

const savings = route<object, MeasureQuery>({
  path: '/v1/savings',
  tag: 'worth',
  summary: 'What stops would have saved and burnt: our rule beside every baseline',
  query: MEASURE_QUERY,
  data: SAVINGS,
  handle: async ({ views }, _params, query) => {
    const measure = await findMeasure(views, query)
    return { data: JSON.stringify(savingsOf(measure)), isSimulated: measure.simulated }
  },
})

const calibration = route<object, MeasureQuery>({
  path: '/v1/calibration',
  tag: 'worth',
  summary: 'How good the forecasts were, by checkpoint, beside the base rate',
  query: MEASURE_QUERY,
  data: CALIBRATION,
  handle: async ({ views }, _params, query) => {
    const measure = await findMeasure(views, query)
    return { data: JSON.stringify(calibrationOf(measure)), isSimulated: measure.simulated }
  },
})

export const WORTH_ROUTES = [savings, calibration]
