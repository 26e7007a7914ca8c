import type { Mark } from '../../charts/overlay.ts'
import { Plot } from '../../charts/plot.tsx'
import { colour } from '../../charts/plot-style.ts'
import { hours, percent } from '../../lib/format.ts'
import { isWithinBound } from '../../lib/rules.ts'
import type { PointAnswer, WhatIfAnswer } from './answer.ts'
import { bestOf } from './best.ts'
import { thresholdOptions } from './threshold-options.ts'

const inHours = (seconds: number): number => seconds / 3600
const write = (value: number): string => hours(value * 3600)

/** Saved, burnt and net hours at every threshold, with the one chosen and the one that would have been best. */
export const HoursPlot = ({ answer }: { readonly answer: WhatIfAnswer }) => {
  const { curve, point } = answer
  const best = bestOf(curve)
  const column = (of: (point: PointAnswer) => number): number[] =>
    curve.map((each) => inHours(of(each)))
  // Beyond the bound the net is drawn, and drawn apart: it does not count.
  const net = (isCounted: boolean): (number | null)[] =>
    curve.map((each) => (isWithinBound(each) === isCounted ? inHours(each.netSeconds) : null))
  const marks: Mark[] = [
    { x: point.threshold, word: 'chosen', tone: '--ink', dash: [] },
    ...(best === null || best.threshold === point.threshold
      ? []
      : [{ x: best.threshold, word: 'best in hindsight', tone: '--ink-3', dash: [2, 3] }]),
  ]
  return (
    <Plot
      label={`Hours by threshold. At ${percent(point.threshold)}: ${hours(point.netSeconds)} net. ${
        best === null
          ? 'No threshold saves anything within the bound of false stops.'
          : `The best within the bound is ${percent(best.threshold)} with ${hours(best.netSeconds)}.`
      }`}
      data={[
        curve.map(({ threshold }) => threshold),
        net(true),
        net(false),
        column(({ chargedNetSeconds }) => chargedNetSeconds),
        column(({ savedSeconds }) => savedSeconds),
        column(({ burntSeconds }) => burntSeconds),
      ]}
      overlay={{ end: null, marks }}
      options={thresholdOptions({
        write,
        top: null,
        series: [
          { label: 'net', stroke: () => colour('--ink'), width: 3 },
          { label: 'net, out of bound', stroke: () => colour('--ink-3'), dash: [2, 3], width: 3 },
          { label: 'as charged', stroke: () => colour('--error'), dash: [7, 3, 2, 3] },
          { label: 'saved', stroke: () => colour('--success') },
          { label: 'burnt', stroke: () => colour('--failure'), dash: [6, 4] },
        ],
      })}
      table={{
        caption: 'Hours by threshold',
        head: ['threshold', 'net', 'within the bound', 'as charged', 'saved', 'burnt'],
        rows: curve.map((each) => [
          percent(each.threshold),
          hours(each.netSeconds),
          isWithinBound(each) ? 'yes' : 'no',
          hours(each.chargedNetSeconds),
          hours(each.savedSeconds),
          hours(each.burntSeconds),
        ]),
      }}
    >
      <p class="quiet small">
        {best === null
          ? 'At no threshold does this policy save anything within the bound of false stops.'
          : `Best within the bound: ${percent(best.threshold)}, net ${hours(best.netSeconds)}. That is known in hindsight only, from the very runs it is shown for.`}
      </p>
    </Plot>
  )
}
