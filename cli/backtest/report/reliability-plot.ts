/** What share of runs failed, by what was forecast, at each checkpoint; the band is where a calibrated forecaster would lie. */

import { count, percent, three } from '../format.ts'
import type { CheckpointMeasures } from '../measures.ts'
import { axes, element, label, linear, path } from './svg.ts'
import type { Plot } from './svg.ts'

const PANEL = 300
const COLUMNS = 3
const INSET = { left: 55, right: 20, top: 55, bottom: 50 }

/** One panel a checkpoint. Checkpoints with fewer than 50 runs say so. */
export const reliabilityPlot = (checkpoints: readonly CheckpointMeasures[]): Plot => ({
  id: 'reliability',
  title: 'Are the forecasts calibrated?',
  description:
    'Each dot is a bin of runs: its mean forecast against the share that failed. Dotted: perfect calibration. The band holds 95 % of what a calibrated forecaster would show by chance.',
  width: PANEL * COLUMNS,
  height: PANEL * Math.ceil(checkpoints.length / COLUMNS),
  body: checkpoints
    .map((point, i) =>
      element(
        'g',
        { transform: `translate(${(i % COLUMNS) * PANEL} ${Math.floor(i / COLUMNS) * PANEL})` },
        panel(point),
      ),
    )
    .join(''),
})

const panel = ({ at, forecast }: CheckpointMeasures): string => {
  const bins = forecast.calibrated?.bins ?? []
  const title = label(
    [INSET.left, 20],
    `at ${Math.round(at * 100)} %, ${count(forecast.n)} runs`,
    'start',
    { class: 'strong' },
  )
  if (bins.length === 0) return title + label([INSET.left, 80], 'too few runs')
  const top = Math.max(0.05, ...bins.flatMap((bin) => [bin.forecast, bin.failed, bin.high]))
  const x = linear([0, top], [INSET.left, PANEL - INSET.right], 4)
  const y = linear([0, top], [PANEL - INSET.bottom, INSET.top], 4)
  const end = x.ticks.at(-1) ?? 1
  const band = [
    ...bins.map((bin) => [x.at(bin.forecast), y.at(bin.low)] as const),
    ...bins.toReversed().map((bin) => [x.at(bin.forecast), y.at(bin.high)] as const),
  ]
  const tick = (value: number): string => `${Math.round(value * 1000) / 10}`
  return [
    title,
    path(band, 'band'),
    axes({ x, y, xLabel: 'forecast, %', yLabel: 'failed, %', xFormat: tick, yFormat: tick }),
    path(
      [
        [x.at(0), y.at(0)],
        [x.at(end), y.at(end)],
      ],
      'ideal',
    ),
    ...bins.map((bin) =>
      element(
        'circle',
        { cx: x.at(bin.forecast), cy: y.at(bin.failed), r: 4, class: 'dot' },
        element('title', {}, `${percent(bin.forecast)}: ${three(bin.failed)} of ${count(bin.n)}`),
      ),
    ),
  ].join('')
}
