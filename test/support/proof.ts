/**
 * What our forecasts and stops show on recorded CI, as the tables of docs/decisions.md:
 * `node test/support/proof.ts [--models none] [--resamples N] [--policy WORDS] [--json FILE] DIR...`
 */

import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { askedFromText } from '../../cli/backtest/asked-from.ts'
import { figureText, hours, NONE, percent, three, valueText } from '../../cli/backtest/format.ts'
import type { BacktestMeasures } from '../../cli/backtest/measures.ts'
import { unseenModelsOf } from '../../cli/models.ts'
import { bestBaseline, CHECKED_AT, LINES, oursOf } from './proof/lines.ts'
import { measured, type Measured } from './proof/measured.ts'

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

const forecastRow = (name: string, { total }: BacktestMeasures): string[] => {
  const points = CHECKED_AT.flatMap(
    (at) => total.checkpoints.find((point) => point.at === at) ?? [],
  )
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

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    models: { type: 'string' },
    resamples: { type: 'string', default: '200' },
    json: { type: 'string' },
    policy: { type: 'string' },
  },
})
const invocation = { values, positionals, signal: new AbortController().signal }
const sets: Measured[] = []
for (const folder of positionals)
  sets.push(
    await measured(
      folder,
      unseenModelsOf(invocation, [folder]),
      Number(values.resamples),
      values.policy,
    ),
  )

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
      sets.map(({ name, whole }) => forecastRow(name, whole)),
    ),
    'What it must show:',
    table(
      ['line', 'shown', 'figures'],
      LINES.map((line) => lineRow(line, sets)),
    ),
    ...sets.flatMap(({ name, whole }) =>
      askedFromText(whole.askedFrom, 'stopping').map((text) => `${name}: ${text}`),
    ),
  ].join('\n\n') + '\n',
)
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(sets))
