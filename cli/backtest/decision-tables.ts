/** Tables beside those of the rules: our stops by ground, and changes as a whole. */

import { count, figureText, hours, minutes, NONE, ratioText, valueText } from './format.ts'
import type { GroundMeasures } from './grounds.ts'
import type { BacktestMeasures } from './measures.ts'
import type { Table } from './table.ts'

/** Our stops by what they rested on. */
export const groundTables = ({ grounds, beforeStep }: BacktestMeasures): readonly Table[] =>
  grounds.length === 0
    ? []
    : [
        {
          title: 'Our stops by their ground',
          head: ['ground', 'saved', 'burnt', 'net', 'precision [95 %]'],
          rows: [
            ...grounds.map((ground) => [ground.ground, ...worth(ground)]),
            ...(beforeStep === null ? [] : [['before any failed step', ...worth(beforeStep)]]),
          ],
          notes: [
            ...(beforeStep === null
              ? []
              : [
                  `Of what was saved before any failed step, ${hours(beforeStep.aheadSeconds)} h lay before that step, or before the end where none failed: more than stopping at the first failed step can give.`,
                ]),
            'history = how runs of the job ended; age = how long it runs; hung = longer than 99 in 100 of either outcome; sign = what failed inside it; late = a step that takes longer than 99 in 100 of its passes. The intervals take runs as independent (Wilson).',
          ],
        },
      ]

const worth = ({
  savedSeconds,
  burntSeconds,
  precision,
}: Pick<GroundMeasures, 'savedSeconds' | 'burntSeconds' | 'precision'>): string[] => [
  hours(savedSeconds),
  hours(burntSeconds),
  hours(savedSeconds - burntSeconds),
  ratioText(precision),
]

/** Changes as a whole: what their other runs still cost once a required job had failed, and when their last run ends. */
export const changeTables = ({ changes, changeAdvice }: BacktestMeasures): readonly Table[] => {
  if (changes.groups === 0) return []
  const { end, cut } = changeAdvice
  const cutText = (of: typeof cut): string => `${of.failing} / ${of.passing} / ${of.censored}`
  return [
    {
      title: 'Other runs of a change after a required job of it failed',
      head: ['policy', 'changes', 'cut: failing / passing / censored', 'saved h [95 %]', 'burnt h'],
      rows: [
        [
          'fail-fast (every failure)',
          count(changes.failedGroups),
          cutText(changes.cut),
          figureText(changes.afterFailureSeconds, hours),
          NONE,
        ],
        [
          'our advice',
          count(changeAdvice.changes),
          cutText(cut),
          figureText(changeAdvice.savedSeconds, hours),
          valueText(changeAdvice.burntSeconds, hours),
        ],
      ],
      notes: [
        `A policy, not a forecast: the results of what it cuts are lost. Our advice expected ${hours(changeAdvice.expectedSeconds)} h; in ${count(changeAdvice.wentAway)} changes the failed job passed later, when it was tried again. burnt = what the passing runs among those cut had run by then.`,
        'fail-fast also cuts what starts later; our advice, what runs when it is given.',
      ],
    },
    {
      title:
        'Time to the last end of a change: median absolute error in minutes, and cover of the 80 % interval',
      head: ['n', 'ours [95 %]', "Jenkins' rule", 'our lead [95 %]', 'covered [95 %]'],
      rows: [
        [
          count(end.paired),
          figureText(end.medianErrorSeconds, minutes),
          figureText(end.jenkinsMedianErrorSeconds, minutes),
          figureText(end.leadSeconds, minutes),
          end.coverage.denominator === 0 ? NONE : ratioText(end.coverage),
        ],
      ],
      notes: [
        'The first word on each change, a minute after it started or when a job of it failed.',
      ],
    },
  ]
}
