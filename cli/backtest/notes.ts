/** What a reader must know before believing a figure: where it rests on too little, or says less than it seems. */

import { OUR_RULE } from '../../schemas/measures.ts'
import { askedFromText, askedOfAllText } from './asked-from.ts'
import { MIN_UNITS } from './bootstrap.ts'
import { MIN_BIN } from './calibration.ts'
import { count, dayText, hours, percent } from './format.ts'
import type { BacktestMeasures } from './measures.ts'

/** Below this many failing or passing runs a share of them is told, and not to be compared. */
const FEW = 30

/** One sentence on what was measured, and one on how many runs of which kind. */
export const summary = (measures: BacktestMeasures): string[] => {
  const { counts } = measures.total
  return [
    `${count(counts.runs)} finished runs of ${count(measures.jobs.length)} jobs, started ${dayText(measures.from)} to ${dayText(measures.to)}${measures.last === 1 ? '' : `: the last ${percent(measures.last)} by start`}. Mode advice: every outcome is seen.`,
    `${count(counts.failing)} failing (${hours(counts.failedSeconds)} h), ${count(counts.passing)} passing (${hours(counts.passingSeconds)} h), ${count(counts.censored)} censored (aborted, skipped or unknown; ${hours(counts.censoredSeconds)} h, not scored).`,
    `Intervals: 95 %, ${count(measures.resamples)} resamples of ${count(counts.units)} groups (days where runs have no group).`,
  ]
}

/** What a fail-fast policy would have saved; null where runs come in no groups. */
export const changeText = ({ changes }: BacktestMeasures): string | null => {
  if (changes.groups === 0) return null
  const { cut, share } = changes
  return `After the first failure of a change its other runs spent ${hours(changes.afterFailureSeconds.value ?? 0)} h of ${hours(changes.spentSeconds)} h${share.value === null ? '' : ` (${percent(share.value)})`}, in ${count(changes.failedGroups)} of ${count(changes.groups)} groups that failed: what a fail-fast policy would have saved, by cutting ${count(cut.failing)} failing, ${count(cut.passing)} passing and ${count(cut.censored)} censored runs. A policy, not a forecast: the results of what it cuts are lost.`
}

/** How often our rule abstained and why, most frequent first. */
export const abstentionText = ({ abstentions }: BacktestMeasures): string | null => {
  const reasons = Object.entries(abstentions).sort(([, a], [, b]) => b - a)
  if (reasons.length === 0) return null
  const all = reasons.reduce((sum, [, times]) => sum + times, 0)
  const shown = reasons.slice(0, 5).map(([reason, times]) => `${reason} (${count(times)})`)
  return `Our rule abstained ${count(all)} times: ${shown.join('; ')}${reasons.length > 5 ? '; and others' : ''}.`
}

/** Cautions, each with the figure it is about. */
export const cautions = (measures: BacktestMeasures): string[] => {
  const { counts, checkpoints, rules, cold } = measures.total
  const small = checkpoints.filter(({ forecast }) => forecast.n < MIN_BIN)
  const ours = rules.find(({ rule }) => rule === OUR_RULE)
  const stopped = ours?.precision.denominator ?? 0
  return [
    measures.isSimulated && 'SIMULATED DATA (source demo) is in these figures.',
    ...askedFromText(measures.askedFrom, 'stopping'),
    ...askedOfAllText(measures.askedFrom, 'stopping'),
    counts.failing < FEW &&
      `Few failing runs (${count(counts.failing)}): recall, AUC and net mean little.`,
    counts.passing < FEW &&
      `Few passing runs (${count(counts.passing)}): no rate of false stops can be shown.`,
    counts.units < MIN_UNITS &&
      `Few groups or days (${count(counts.units)}): no bootstrap intervals; shares keep Wilson's.`,
    stopped > 0 &&
      stopped < FEW &&
      `Few scored runs stopped by our rule (${count(stopped)}): its precision means little.`,
    counts.failingUntimed > 0 &&
      `Failing runs without a duration (${count(counts.failingUntimed)}): their hours are missing, not zero.`,
    counts.withoutForecast > 0 &&
      `Runs that ended without any forecast (${count(counts.withoutForecast)}): in the counts, not in the checkpoints.`,
    cold.n > 0 &&
      `Runs forecast cold (${count(cold.n)}): no passing duration was known, so there is a forecast at the start only, apart from 0 %.`,
    small.length > 0 &&
      `Below ${MIN_BIN} runs no calibration error is given (${small.map(({ at }) => `${Math.round(at * 100)} %`).join(', ')}).`,
  ].filter((note) => note !== false)
}
