/** Median error of the remaining time told at each checkpoint, ours beside Jenkins' rule. */

import type { Figure } from '../bootstrap.ts'
import { one } from '../format.ts'
import type { CheckpointMeasures } from '../measures.ts'
import { axes, element, label, line, logarithmic } from './svg.ts'
import type { Plot, Scale } from './svg.ts'

const WIDTH = 440
const HEIGHT = 300
/** Distance of the two dots of a checkpoint from its tick. */
const ASIDE = 7
/** An error of less is drawn as this: a logarithmic axis has no zero. Unit: minutes. */
const LEAST = 1 / 60

/** Two dots a checkpoint, over the runs for which both had an answer; lower is better. */
export const remainingPlot = (checkpoints: readonly CheckpointMeasures[]): Plot => {
  const figures = checkpoints
    .flatMap(({ remaining }) => [remaining.medianErrorSeconds, remaining.jenkinsMedianErrorSeconds])
    .flatMap(({ value, low, high }) => [value, low, high])
  const told = figures.flatMap((seconds) =>
    seconds === null ? [] : [Math.max(LEAST, seconds / 60)],
  )
  const x: Scale = {
    at: (share) => 85 + share * 255,
    ticks: checkpoints.map(({ at }) => at),
    from: 55,
    to: WIDTH - 15,
  }
  const ends =
    told.length === 0 ? ([1, 10] as const) : ([Math.min(...told), Math.max(...told)] as const)
  // Where hardly a run is left, errors are hundreds of times those at the start: a linear axis shows nothing else.
  const y = logarithmic(ends, [HEIGHT - 50, 45])
  return {
    id: 'remaining',
    title: 'Error of the remaining time',
    description:
      "Median absolute error with 95 % intervals, ours (left, filled) and Jenkins' rule (right, hollow), by share of the median passing duration. Lower is better; the axis is logarithmic, and an error below a second is drawn as one.",
    width: WIDTH,
    height: HEIGHT,
    body: [
      axes({
        x,
        y,
        xLabel: '% of median pass',
        yLabel: 'minutes, logarithmic',
        xFormat: (share) => String(Math.round(share * 100)),
        yFormat: (minutes) => String(Number(minutes.toPrecision(3))),
      }),
      ...checkpoints.map(
        ({ at, remaining }) =>
          dot(x.at(at) - ASIDE, y, remaining.medianErrorSeconds, 'dot') +
          dot(x.at(at) + ASIDE, y, remaining.jenkinsMedianErrorSeconds, 'dot-over'),
      ),
      label([WIDTH - 15, 22], "filled: ours, hollow: Jenkins' rule", 'end'),
    ].join(''),
  }
}

const dot = (cx: number, y: Scale, { value, low, high }: Figure, className: string): string => {
  if (value === null) return ''
  const name = element('title', {}, `${one(value / 60)} min`)
  return [
    low === null || high === null
      ? ''
      : line([cx, y.at(low / 60)], [cx, y.at(high / 60)], 'whisker'),
    element('circle', { cx, cy: y.at(value / 60), r: 4.5, class: className }, name),
  ].join('')
}
