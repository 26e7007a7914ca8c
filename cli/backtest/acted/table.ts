/** The mode acted beside the mode advice. */

import { OUR_RULE, share } from '../../../schemas/measures.ts'
import { count, figureText, hours, NONE, percent, three, valueText } from '../format.ts'
import type { SubjectMeasures } from '../measures.ts'
import type { Table } from '../table.ts'
import { SKILL_AT, type ActedMeasures } from './measures.ts'

/** Below so many kept runs their weights make estimates jump. */
const FEW_KEPT = 30

/** What our rule was worth in each mode; the last column is what the recording knows and nobody would see. */
export const actedTable = (advice: SubjectMeasures, acted: ActedMeasures): Table => {
  const { known } = acted
  const ours = advice.rules.find(({ rule }) => rule === OUR_RULE)
  const row = (name: string, ...cells: readonly (string | undefined)[]): string[] => [
    name,
    ...cells.map((cell) => cell ?? NONE),
  ]
  return {
    title: `If stops were acted on, ${percent(acted.keepShare)} of the runs being left to their end`,
    head: ['', 'advice [95 %]', 'acted, from the kept [95 %]', 'acted, as recorded'],
    rows: [
      row(
        'stopped (kept)',
        ours && count(ours.precision.denominator + ours.stoppedCensored),
        `${count(acted.stopped)} (${count(acted.kept)})`,
        count(known.stoppedFailing + known.stoppedPassing),
      ),
      row(
        'saved h',
        ours && figureText(ours.savedSeconds, hours),
        figureText(acted.savedSeconds, hours),
        hours(known.savedSeconds),
      ),
      row(
        'burnt h',
        ours && figureText(ours.burntSeconds, hours),
        figureText(acted.burntSeconds, hours),
        hours(known.burntSeconds),
      ),
      row(
        'net h',
        ours && figureText(ours.netSeconds, hours),
        figureText(acted.netSeconds, hours),
        hours(known.savedSeconds - known.burntSeconds),
      ),
      row(
        'strict net h',
        ours && figureText(ours.strictNetSeconds, hours),
        figureText(acted.strictNetSeconds, hours),
        hours(known.savedSeconds - known.strictBurntSeconds),
      ),
      row(
        'precision',
        ours && figureText(ours.precision, percent),
        figureText(acted.precision, percent),
        valueText(known.precision, percent),
      ),
      row(
        'false stops',
        ours && figureText(ours.falseStopRate, percent),
        figureText(acted.falseStopRate, percent),
        valueText(known.falseStopRate, percent),
      ),
      row(
        'recall',
        ours && valueText(ours.recall, percent),
        valueText(
          { value: share(acted.savedSeconds.value ?? 0, acted.failedSeconds.value ?? 0) },
          percent,
        ),
      ),
      ...SKILL_AT.map((at, i) => {
        const forecast = advice.checkpoints.find((point) => point.at === at)?.forecast
        const skill = acted.skill[i]
        return row(
          `skill at ${at * 100} %`,
          forecast && figureText(forecast.skill, three),
          skill && figureText(skill.corrected, three),
        )
      }),
      ...SKILL_AT.map((at, i) => {
        const skill = acted.skill[i]
        return row(`uncorrected, ${at * 100} %`, undefined, skill && figureText(skill.seen, three))
      }),
    ],
    notes: [
      ...(acted.kept < FEW_KEPT
        ? [`Few stopped runs were kept (${count(acted.kept)}): the second column means little.`]
        : []),
      `A stopped run is cut off at its first stop and heard as aborted, unless a hash of its key leaves it to its end: ${percent(acted.keepShare)}, or as many as it is likely that the job was mended. Each of those stands for one over its share in the second column. The third is known to the recording alone. Really saved: ${hours(known.cutSavedSeconds)} h, since kept runs save nothing.`,
    ],
  }
}
