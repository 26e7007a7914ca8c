/** The report on time to merge as text. */

import { askedFromText, askedOfAllText, type AskedFrom } from '../backtest/asked-from.ts'
import { count, figureText, NONE, percent, three, valueText } from '../backtest/format.ts'
import type { Formatter } from '../backtest/format.ts'
import { tableText, wrapped } from '../backtest/print.ts'
import type { Table } from '../backtest/table.ts'
import type { AgeMeasure, MergeMeasures, MergeRule } from './measures.ts'
import type { PoolingMeasures } from './pooling.ts'

export interface MergeReport extends MergeMeasures {
  /** Null where it was not asked for. */
  readonly pooling: PoolingMeasures | null
  readonly askedFrom: readonly AskedFrom[]
}

const NAMES: Readonly<Record<MergeRule, string>> = {
  ours: 'Stopline',
  author: 'median of the author',
  repository: 'median of the repository',
  global: 'median of all',
}

const errors = ({ error, difference }: MergeMeasures): Table => ({
  title: 'Time to merge, forecast at the opening: mean absolute error of log(1 + seconds)',
  head: ['rule', 'error', 'ours minus it, paired'],
  rows: (Object.keys(NAMES) as MergeRule[]).map((rule) => [
    NAMES[rule],
    figureText(error[rule], three),
    rule === 'ours' ? NONE : figureText(difference[rule], three),
  ]),
  notes: [
    'An error of .693 is a factor of two. Below 0, ours is better; outside the interval, surely.',
  ],
})

const cell = (value: number | null, format: Formatter): string => valueText({ value }, format)
const ages = ({ ages: all }: MergeMeasures): Table => ({
  title: 'As a pull request ages: merged ones still open at an age',
  head: ['open for', 'pulls', 'error at opening', 'error at that age', 'inside 80 %'],
  rows: all.map(({ hours, n, atOpening, atAge, covered }: AgeMeasure) => [
    hours === 0 ? 'opening' : `${count(hours)} h`,
    count(n),
    cell(atOpening, three),
    cell(atAge, three),
    cell(covered, percent),
  ]),
  notes: [],
})

const rest = ({ covered, auc, brier, classes, early }: MergeMeasures): Table => ({
  title: 'What else was told at the opening',
  head: ['measure', 'Stopline', 'beside it'],
  rows: [
    ['merges inside the 80 % interval', figureText(covered, percent), 'wanted: 77 to 83 %'],
    [
      'AUC of merged against closed',
      figureText(auc.ours, three),
      `author's share ${figureText(auc.author, three)}`,
    ],
    [
      'Brier of merged against closed',
      figureText(brier.ours, three),
      `author's share ${figureText(brier.author, three)}`,
    ],
    ['class of ten, exact', figureText(classes.exact, percent), 'by chance 10 %'],
    ['class of ten, at most one off', figureText(classes.withinOne, percent), 'by chance 28 %'],
    [
      `error, pulls 20 to 100 of a repository (n ${count(early.n)})`,
      cell(early.ours, three),
      `median of the repository ${cell(early.repository, three)}`,
    ],
  ],
  notes: [
    'Classes are the deciles of the repository as known at the opening. AI4CI published .21 exact on openshift/origin: a',
    'random split and final features, so not to be compared.',
  ],
})

const pooling = ({ repositories, tooEarly, spans, each }: PoolingMeasures): readonly Table[] => [
  {
    title:
      'A new repository with what others told (pooled) and without (alone): error at the opening',
    head: [
      'its pull requests',
      'repositories',
      'merges',
      'pooled',
      'alone',
      'pooled − alone',
      'median',
    ],
    rows: spans.map((of) => [
      of.last === null ? `${of.first} and later` : `${of.first} to ${of.last}`,
      ...[count(of.repositories), count(of.merged)],
      ...[cell(of.pooled.value, three), cell(of.alone.value, three)],
      ...[figureText(of.difference, three), cell(of.median.value, three)],
    ]),
    notes: [
      `${count(repositories)} repositories, of whose 20th pull request others had ended 200; ${count(tooEarly)} came before. Whole`,
      'repositories are resampled. Median: of what the repository had merged before, of all where that is nothing.',
    ],
  },
  {
    title: 'Merges of a new repository inside the 80 % interval told at the opening',
    head: ['its pull requests', 'pooled', 'alone'],
    rows: spans.map(({ first, last, covered }) => [
      last === null ? `${first} and later` : `${first} to ${last}`,
      ...[figureText(covered.pooled, percent), figureText(covered.alone, percent)],
    ]),
    notes: [],
  },
  {
    title: 'Pull requests 20 to 39, repository by repository: error at the opening',
    head: ['repository', 'merges', 'pooled', 'alone', 'median'],
    rows: each.map((of) => [
      ...[of.repository, count(of.merged), three(of.pooled), three(of.alone), three(of.median)],
    ]),
    notes: [],
  },
]

/** The report: what was measured, and the tables. */
export const printMergeReport = (
  measures: MergeReport,
  { hasFinalSizes }: { readonly hasFinalSizes: boolean },
): string =>
  [
    wrapped(
      `${count(measures.pulls)} pull requests; scored: the last 30 % by opening that ended, ` +
        `${count(measures.merged)} merged and ${count(measures.closed)} closed without.`,
    ),
    ...(hasFinalSizes
      ? [wrapped('! LEAKY: openings told the sizes of the end, to see what sizes would be worth.')]
      : []),
    ...[askedFromText, askedOfAllText]
      .flatMap((textOf) => textOf(measures.askedFrom, 'merge-time'))
      .map((text) => wrapped(`! ${text}`)),
    ...[errors(measures), ages(measures), rest(measures)].map(tableText),
    ...(measures.pooling === null ? [] : pooling(measures.pooling).map(tableText)),
  ].join('\n') + '\n'
