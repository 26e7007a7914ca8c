import { Plot } from '../../charts/plot.tsx'
import { colour } from '../../charts/plot-style.ts'
import { percent } from '../../lib/format.ts'
import { FALSE_STOP_BOUND } from '../../lib/rules.ts'
import type { PointAnswer, WhatIfAnswer } from './answer.ts'
import { thresholdOptions } from './threshold-options.ts'

const thresholds = (curve: readonly PointAnswer[]): number[] =>
  curve.map(({ threshold }) => threshold)
const chosen = ({ point }: WhatIfAnswer) => ({
  end: null,
  marks: [{ x: point.threshold, word: 'chosen', tone: '--ink', dash: [] }],
})

/** Precision against recall, over thresholds. */
export const PrecisionPlot = ({ answer }: { readonly answer: WhatIfAnswer }) => {
  const { curve, point } = answer
  return (
    <Plot
      label={`Stop precision and recall by threshold. At ${percent(point.threshold)}: precision ${percent(point.precision.value)}, recall ${percent(point.recall)}.`}
      data={[
        thresholds(curve),
        curve.map(({ precision }) => precision.value),
        curve.map(({ precision }) => precision.low),
        curve.map(({ recall }) => recall),
      ]}
      overlay={chosen(answer)}
      options={thresholdOptions({
        write: percent,
        top: 1,
        series: [
          { label: 'precision', stroke: () => colour('--accent') },
          {
            label: 'its lower end, 95 %',
            stroke: () => colour('--accent'),
            width: 1,
            dash: [2, 3],
          },
          { label: 'recall', stroke: () => colour('--success'), dash: [6, 4] },
        ],
      })}
      table={{
        caption: 'Precision and recall by threshold',
        head: ['threshold', 'precision', 'its lower end', 'recall'],
        rows: curve.map(({ threshold, precision, recall }) => [
          percent(threshold),
          percent(precision.value),
          percent(precision.low),
          percent(recall),
        ]),
      }}
    />
  )
}

/** The false-stop rate beside its bound, over thresholds. */
export const FalseStopPlot = ({ answer }: { readonly answer: WhatIfAnswer }) => {
  const { curve, point } = answer
  return (
    <Plot
      label={`False-stop rate by threshold. At ${percent(point.threshold)}: ${percent(point.falseStopRate.value)}, bound ${percent(FALSE_STOP_BOUND)}.`}
      data={[
        thresholds(curve),
        curve.map(({ falseStopRate }) => falseStopRate.value),
        curve.map(({ falseStopRate }) => falseStopRate.high),
        curve.map(() => FALSE_STOP_BOUND),
      ]}
      overlay={chosen(answer)}
      options={thresholdOptions({
        write: percent,
        top: null,
        series: [
          { label: 'false stops', stroke: () => colour('--failure') },
          {
            label: 'its upper end, 95 %',
            stroke: () => colour('--failure'),
            width: 1,
            dash: [2, 3],
          },
          { label: 'bound', stroke: () => colour('--ink-3'), dash: [6, 4], width: 1.5 },
        ],
      })}
      table={{
        caption: 'False stops by threshold',
        head: ['threshold', 'false-stop rate', 'its upper end'],
        rows: curve.map(({ threshold, falseStopRate }) => [
          percent(threshold),
          percent(falseStopRate.value),
          percent(falseStopRate.high),
        ]),
      }}
    />
  )
}
