/** THE table of what the decisions must show on recorded CI: one row a line, judged set by set. */

import { hours, percent, three } from '../../../cli/backtest/format.ts'
import type {
  BacktestMeasures,
  CheckpointMeasures,
  SubjectMeasures,
} from '../../../cli/backtest/measures.ts'
import type { RuleMeasures } from '../../../cli/backtest/rules.ts'
import { OUR_RULE } from '../../../schemas/measures.ts'
import type { Measured } from './measured.ts'

/** What a set shows of a line: met or not, with its figures; null where the line is not about it. */
interface Shown {
  readonly isMet: boolean
  readonly text: string
}
interface Line {
  readonly says: string
  readonly of: (set: Measured) => Shown | null
}

/** Shares of the median pass at which forecasts are looked at: those of the reference, and those between and beyond. */
export const CHECKED_AT = [0, 0.5, 1] as const
export const BETWEEN_AT = [0.25, 0.75, 1.25] as const
/** Age alone can save next to nothing there (datasets.md 2.2): no stop is a right answer. */
const NOTHING_TO_SAVE = ['e2e-gcp-4.8', 'bitcoin-ci', 'linkerd-ci']
const STRICTLY_ABOVE = ['vllm-buildkite', 'iree-workflows', 'bitcoin-builds']
/** AUC of the frozen LightGBM reference at 0, 50 and 100 % of the median pass, on the last 40 % by start. */
const REFERENCE_AUC: Readonly<Record<string, readonly number[]>> = {
  'vllm-buildkite': [0.905, 0.904, 0.889],
  'iree-ci': [0.813, 0.823, 0.814],
  'linkerd-ci': [0.776, 0.797, 0.799],
  'bitcoin-ci': [0.631, 0.717, 0.88],
}
const ENOUGH_RUNS = 100
const CALIBRATED = 0.05

export const oursOf = ({ rules }: SubjectMeasures): RuleMeasures => ruleOf(rules, OUR_RULE)
const ruleOf = (rules: readonly RuleMeasures[], name: string): RuleMeasures => {
  const found = rules.find(({ rule }) => rule === name)
  if (found === undefined) throw new Error(`no rule ${name} was scored`)
  return found
}
/** The baseline within the bound of false stops that saves most. The first failed step is a ceiling: it knows the verdict. */
export const bestBaseline = ({ rules }: SubjectMeasures): RuleMeasures =>
  rules
    .filter(
      ({ rule, bound }) => rule !== OUR_RULE && rule !== 'first-failed-step' && bound !== 'over',
    )
    .reduce((best, rule) =>
      (rule.netSeconds.value ?? 0) > (best.netSeconds.value ?? 0) ? rule : best,
    )

const stopsOf = ({ stoppedFailing, stoppedPassing }: RuleMeasures): number =>
  stoppedFailing + stoppedPassing
const failed = ({ whole }: Measured): number => whole.total.counts.failedSeconds
const isTimed = (set: Measured): boolean => failed(set) > 0
const leadText = ({ netLeadSeconds: { value, low, high }, rule }: RuleMeasures): string =>
  `${hours(value ?? 0)} h over ${rule}${low === null || high === null ? ', too few days for an interval' : ` [${hours(low)}, ${hours(high)}]`}`

export const pointsOf = (
  { checkpoints }: SubjectMeasures,
  shares: readonly number[] = CHECKED_AT,
): readonly CheckpointMeasures[] =>
  shares.flatMap((at) => checkpoints.find((point) => point.at === at) ?? [])

export const LINES: readonly Line[] = [
  {
    says: 'False stops are at most 1 % of passing runs, over the whole set',
    of: ({ whole }) => falseStops(whole),
  },
  {
    says: 'the same on the last 40 % by start',
    of: ({ late }) => falseStops(late),
  },
  {
    says: 'Stop precision is at least .90, or there are no stops',
    of: ({ whole: { total } }) => {
      const { precision } = oursOf(total)
      return precision.value === null
        ? null
        : { isMet: precision.value >= 0.9, text: three(precision.value) }
    },
  },
  {
    says: 'Net saving is not below 0',
    of: ({ whole: { total } }) => {
      const net = oursOf(total).netSeconds.value ?? 0
      return { isMet: net >= 0, text: `${hours(net)} h` }
    },
  },
  {
    says: 'Runs are stopped wherever anything can be saved',
    of: (set) =>
      NOTHING_TO_SAVE.includes(set.name) || !isTimed(set)
        ? null
        : {
            isMet: stopsOf(oursOf(set.whole.total)) > 0,
            text: `${stopsOf(oursOf(set.whole.total))}`,
          },
  },
  {
    says: 'Paired difference to the best baseline within the bound: not shown to be below 0',
    of: ({ whole: { total } }) => {
      const best = bestBaseline(total)
      const { value, high } = best.netLeadSeconds
      return { isMet: (high ?? value ?? 0) >= 0, text: leadText(best) }
    },
  },
  {
    says: 'its value is not below 0 either, where anything can be saved',
    of: (set) => {
      if (NOTHING_TO_SAVE.includes(set.name) || !isTimed(set)) return null
      const best = bestBaseline(set.whole.total)
      return { isMet: (best.netLeadSeconds.value ?? 0) >= 0, text: leadText(best) }
    },
  },
  {
    says: 'and it is shown to be above 0 on vllm-buildkite, iree-workflows and bitcoin-builds',
    of: ({ name, whole: { total } }) => {
      if (!STRICTLY_ABOVE.includes(name)) return null
      const best = bestBaseline(total)
      return { isMet: (best.netLeadSeconds.low ?? 0) > 0, text: leadText(best) }
    },
  },
  {
    says: 'vllm-buildkite saves at least 23 % of failed hours on the last 40 %',
    of: ({ name, late: { total } }) => {
      if (name !== 'vllm-buildkite') return null
      const recall = (oursOf(total).netSeconds.value ?? 0) / total.counts.failedSeconds
      return { isMet: recall >= 0.23, text: percent(recall) }
    },
  },
  {
    says: 'iree-workflows and bitcoin-builds save at least 60 % of failed hours at precision .99',
    of: ({ name, whole: { total } }) => {
      if (name !== 'iree-workflows' && name !== 'bitcoin-builds') return null
      const ours = oursOf(total)
      const saved = (ours.netSeconds.value ?? 0) / total.counts.failedSeconds
      const precision = ours.precision.value ?? 0
      return {
        isMet: saved >= 0.6 && precision >= 0.99,
        text: `${percent(saved)} at ${three(precision)}`,
      }
    },
  },
  {
    says: 'Brier skill over the decayed base rate, pooled, is not below 0',
    of: ({ whole }) =>
      every(pointsOf(whole.total), ({ forecast: { skill } }) =>
        skill.value === null ? null : { isMet: skill.value >= 0, text: three(skill.value) },
      ),
  },
  {
    says: 'no job of 100 runs or more has a skill shown to be below 0',
    of: ({ whole }) => unskilledJobs(whole),
  },
  {
    says: 'Calibration error is at most .05 or within the range of a calibrated forecaster',
    of: ({ whole }) => calibration(whole, CHECKED_AT),
  },
  {
    says: 'the same at 25, 75 and 125 % of the median pass',
    of: ({ whole }) => calibration(whole, BETWEEN_AT),
  },
  {
    says: 'AUC is at least that of the LightGBM reference on the last 40 %',
    of: ({ name, late }) => {
      const reference = REFERENCE_AUC[name]
      if (reference === undefined) return null
      const points = pointsOf(late.total).map(({ forecast }, i) => ({
        auc: forecast.auc.value ?? 0,
        bar: reference[i] ?? 1,
      }))
      return every(points, ({ auc, bar }) => ({
        isMet: auc >= bar,
        text: `${three(auc)}/${three(bar)}`,
      }))
    },
  },
  {
    says: '80 % intervals of the time to the end cover 70 to 90 %',
    of: ({ whole }) => coverage(whole, CHECKED_AT),
  },
  {
    says: 'the same at 25, 75 and 125 % of the median pass',
    of: ({ whole }) => coverage(whole, BETWEEN_AT),
  },
  {
    says: 'and so do those of the last end of a change',
    of: ({ whole: { changeAdvice } }) => {
      const { coverage } = changeAdvice.end
      return coverage.value === null || coverage.denominator < ENOUGH_RUNS
        ? null
        : { isMet: Math.abs(coverage.value - 0.8) <= 0.1, text: percent(coverage.value) }
    },
  },
  {
    says: 'Of failing runs past 1.25 times the median pass of ocp-nightly-prow most are found by then',
    of: ({ name, lateRuns: { failing, foundByThen, foundLater, passing, passingFound } }) =>
      name === 'ocp-nightly-prow'
        ? {
            isMet: foundByThen > failing / 2,
            text: `${foundByThen} of ${failing}, ${foundLater} more later; of ${passing} passing ones ${passingFound} were taken for such`,
          }
        : null,
  },
  {
    says: 'Hung runs are found before half of what they burn beyond 99 in 100 runs',
    of: ({ hung: { runs, burntSeconds, afterSeconds } }) =>
      runs === 0
        ? null
        : {
            isMet: afterSeconds >= burntSeconds / 2,
            text: `${hours(afterSeconds)} of ${hours(burntSeconds)} h after`,
          },
  },
]

const falseStops = ({ total }: BacktestMeasures): Shown | null => {
  const { falseStopRate } = oursOf(total)
  const { value, numerator, denominator } = falseStopRate
  return value === null
    ? null
    : { isMet: value <= 0.01, text: `${percent(value)} (${numerator} of ${denominator})` }
}

const calibration = ({ total }: BacktestMeasures, shares: readonly number[]): Shown | null =>
  every(pointsOf(total, shares), ({ forecast: { calibrationError, calibrated } }) =>
    calibrationError.value === null || calibrated === null
      ? null
      : {
          isMet: calibrationError.value <= Math.max(CALIBRATED, calibrated.high),
          text: three(calibrationError.value),
        },
  )
const coverage = ({ total }: BacktestMeasures, shares: readonly number[]): Shown | null =>
  every(
    pointsOf(total, shares),
    ({
      remaining: {
        coverage: { value, denominator },
      },
    }) =>
      value === null || denominator < ENOUGH_RUNS
        ? null
        : { isMet: Math.abs(value - 0.8) <= 0.1, text: percent(value) },
  )

/** Met where it is at each point. */
const every = <T>(points: readonly T[], of: (point: T) => Shown | null): Shown | null => {
  const shown = points.flatMap((point) => of(point) ?? [])
  return shown.length === 0
    ? null
    : { isMet: shown.every(({ isMet }) => isMet), text: shown.map(({ text }) => text).join(' ') }
}

const unskilledJobs = ({ jobs }: BacktestMeasures): Shown | null => {
  const large = jobs.filter(({ counts }) => counts.runs >= ENOUGH_RUNS)
  if (large.length === 0) return null
  const judged = large.flatMap((job) =>
    pointsOf(job).flatMap(({ at, forecast: { skill } }) =>
      skill.high === null ? [] : { text: `${job.job} at ${percent(at)}`, isMet: skill.high >= 0 },
    ),
  )
  const worse = judged.filter(({ isMet }) => !isMet).map(({ text }) => text)
  // Of 40 jobs whose skill is none at all one is shown to be below 0 by chance.
  return {
    isMet: worse.length === 0,
    text:
      worse.length === 0
        ? `${large.length} jobs`
        : `${worse.length} of ${judged.length} intervals: ${worse.join(', ')}`,
  }
}
