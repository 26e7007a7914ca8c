/**
 * What our forecasts and stops show on recorded CI, as the tables of docs/decisions.md:
 * `node test/support/proof.ts [--models none] [--resamples N] [--policy WORDS] [--slices] [--without PROCESSOR] [--json FILE] DIR...`
 */

import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { askedFromText } from '../../cli/backtest/asked-from.ts'
import { figureText, hours, NONE, percent, three, valueText } from '../../cli/backtest/format.ts'
import type { BacktestMeasures } from '../../cli/backtest/measures.ts'
import { unseenModelsOf } from '../../cli/models.ts'
import { bestBaseline, BETWEEN_AT, CHECKED_AT, LINES, oursOf, pointsOf } from './proof/lines.ts'
import { measured, type Heard, type Measured } from './proof/measured.ts'
import { slicesOf } from './proof/slices.ts'
import { withPolicy } from '../../cli/backtest/with-policy.ts'

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(row)].join('\n')

const worthRow = (name: string, { total }: BacktestMeasures): string[] => {
  const ours = oursOf(total)
  const best = bestBaseline(total)
  const { failedSeconds } = total.counts
  const net = ours.netSeconds.value ?? 0
  return [
    name,
    hours(failedSeconds),
    `${ours.stoppedFailing} / ${ours.stoppedPassing}`,
    `${hours(net)}${failedSeconds > 0 ? ` (${percent(net / failedSeconds)})` : ''}`,
    valueText(ours.falseStopRate, percent),
    valueText(ours.precision, three),
    `${best.rule} ${valueText(best.netSeconds, hours)}`,
    figureText(best.netLeadSeconds, hours),
  ]
}
const WORTH = [
  'set',
  'failed h',
  'stops: failing / passing',
  'net h (of failed)',
  'false stops',
  'precision',
  'best baseline, net h',
  'our lead, h [95 %]',
]

const beforeStepRow = (name: string, { beforeStep }: BacktestMeasures): readonly string[][] =>
  beforeStep === null
    ? []
    : [
        [
          name,
          `${beforeStep.stoppedFailing} / ${beforeStep.stoppedPassing}`,
          hours(beforeStep.savedSeconds),
          hours(beforeStep.aheadSeconds),
          hours(beforeStep.burntSeconds),
          valueText(beforeStep.precision, three),
        ],
      ]
const BEFORE_STEP = [
  'set',
  'stops: failing / passing',
  'saved, h',
  'of it before the failed step, h',
  'burnt, h',
  'precision',
]

const forecastRow = (
  name: string,
  { total }: BacktestMeasures,
  shares: readonly number[],
): string[] => {
  const points = pointsOf(total, shares)
  const at = (of: (point: (typeof points)[number]) => string): string => points.map(of).join(' ')
  return [
    name,
    at(({ forecast }) => valueText(forecast.skill, three)),
    at(({ forecast }) => valueText(forecast.auc, three)),
    at(({ forecast }) => valueText(forecast.calibrationError, three)),
    at(({ forecast }) => (forecast.calibrated === null ? NONE : three(forecast.calibrated.high))),
    at(({ remaining }) => valueText(remaining.coverage, percent)),
  ]
}
const FORECASTS = [
  'set',
  'skill',
  'AUC',
  'calibration error',
  'calibrated: up to',
  '80 % of ends cover',
]

const lineRow = ({ says, of }: (typeof LINES)[number], sets: readonly Measured[]): string[] => {
  const shown = sets.flatMap((set) => {
    const found = of(set)
    return found === null ? [] : [{ name: set.name, ...found }]
  })
  const missed = shown.filter(({ isMet }) => !isMet)
  const verdict =
    shown.length === 0
      ? 'not asked'
      : missed.length === 0
        ? 'met'
        : `**not met** in ${missed.length} of ${shown.length}`
  const told = missed.length > 0 ? missed : shown.length <= 3 ? shown : []
  return [says, verdict, told.map(({ name, text }) => `${name}: ${text}`).join('; ')]
}

/** What one part of a set shows by itself. */
interface Shown {
  readonly set: string
  readonly slice: string
  readonly measures: BacktestMeasures
}
const FALSE_STOPS = 0.01
const PRECISION = 0.9
const sliceTexts = (shown: readonly Shown[]): string[] => {
  const timed = shown.filter(({ measures: { total } }) => total.rules.length > 0)
  const ours = timed.map(({ measures }) => oursOf(measures.total))
  const count = (of: (rule: (typeof ours)[number]) => boolean): number => ours.filter(of).length
  const behind = timed.filter(({ measures: { total } }) => {
    const { value, high } = bestBaseline(total).netLeadSeconds
    return (high ?? value ?? 0) < 0
  })
  return [
    'Parts of the sets, each as if it were all there is:',
    table(
      ['set, part', ...WORTH.slice(1)],
      timed.map(({ set, slice, measures }) => worthRow(`${set}, ${slice}`, measures)),
    ),
    `Of ${timed.length} parts: false stops above 1 % in ${count(({ falseStopRate }) => (falseStopRate.value ?? 0) > FALSE_STOPS)}, ` +
      `precision below .9 in ${count(({ precision }) => (precision.value ?? 1) < PRECISION)}, ` +
      `net below 0 in ${count(({ netSeconds }) => (netSeconds.value ?? 0) < 0)}, ` +
      `shown to be behind a baseline in ${behind.length}.`,
  ]
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    models: { type: 'string' },
    resamples: { type: 'string', default: '200' },
    json: { type: 'string' },
    policy: { type: 'string' },
    slices: { type: 'boolean', default: false },
    without: { type: 'string' },
  },
})
const invocation = { values, positionals, signal: new AbortController().signal }
const heardOf = (folder: string, heard?: Heard): Promise<Measured> =>
  measured(
    folder,
    unseenModelsOf(invocation, [folder]),
    Number(values.resamples),
    heard,
    values.without,
  )
const sets: Measured[] = []
const slices: Shown[] = []
for (const folder of positionals) {
  const set = await heardOf(
    folder,
    values.policy === undefined ? undefined : withPolicy(values.policy),
  )
  sets.push(set)
  if (values.slices)
    for (const { name, heard } of slicesOf(set.span))
      slices.push({ set: set.name, slice: name, measures: (await heardOf(folder, heard)).whole })
}

process.stdout.write(
  [
    table(
      WORTH,
      sets.map(({ name, whole }) => worthRow(name, whole)),
    ),
    'On the last 40 % by start:',
    table(
      WORTH,
      sets.map(({ name, late }) => worthRow(name, late)),
    ),
    'Stops before any step had failed, where failed steps are told:',
    table(
      BEFORE_STEP,
      sets.flatMap(({ name, whole }) => beforeStepRow(name, whole)),
    ),
    'Forecasts at 0, 50 and 100 % of the median pass:',
    table(
      FORECASTS,
      sets.map(({ name, whole }) => forecastRow(name, whole, CHECKED_AT)),
    ),
    'The same at 25, 75 and 125 %:',
    table(
      FORECASTS,
      sets.map(({ name, whole }) => forecastRow(name, whole, BETWEEN_AT)),
    ),
    'What it must show:',
    table(
      ['line', 'shown', 'figures'],
      LINES.map((line) => lineRow(line, sets)),
    ),
    ...(values.slices ? sliceTexts(slices) : []),
    ...sets.flatMap(({ name, whole }) =>
      askedFromText(whole.askedFrom, 'stopping').map((text) => `${name}: ${text}`),
    ),
  ].join('\n\n') + '\n',
)
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(sets))
