/** Brier skill at each checkpoint, with its interval. */

import { count, three } from '../format.ts'
import type { CheckpointMeasures } from '../measures.ts'
import { axes, element, label, line, linear } from './svg.ts'
import type { Plot, Scale } from './svg.ts'

const WIDTH = 440
const HEIGHT = 300

/** Dots above the line of 0 are better than the job's base rate. */
export const skillPlot = (checkpoints: readonly CheckpointMeasures[]): Plot => {
  const known = checkpoints.filter(({ forecast }) => forecast.skill.value !== null)
  const ends = known.flatMap(({ forecast: { skill } }) =>
    [skill.value, skill.low, skill.high].filter((end) => end !== null),
  )
  const x: Scale = {
    at: (share) => 80 + share * 260,
    ticks: checkpoints.map(({ at }) => at),
    from: 55,
    to: WIDTH - 15,
  }
  const y = linear(
    [Math.max(-1, Math.min(0, ...ends)), Math.max(0.05, ...ends)],
    [HEIGHT - 50, 45],
    5,
  )
  const held = (value: number): number => y.at(Math.max(y.ticks[0] ?? -1, value))
  return {
    id: 'skill',
    title: 'Brier skill by checkpoint',
    description:
      "How much better than the job's decayed base rate (0), with 95 % intervals, by share of the median passing duration. Below -1 the plot is cut.",
    width: WIDTH,
    height: HEIGHT,
    body: [
      axes({
        x,
        y,
        xLabel: '% of median pass, above: runs',
        yLabel: 'skill',
        xFormat: (share) => String(Math.round(share * 100)),
        yFormat: three,
      }),
      line([x.from, y.at(0)], [x.to, y.at(0)], 'zero'),
      ...known.map(({ at, forecast: { skill, n } }) =>
        [
          skill.low === null || skill.high === null
            ? ''
            : line([x.at(at), held(skill.low)], [x.at(at), held(skill.high)], 'whisker'),
          element('circle', { cx: x.at(at), cy: held(skill.value ?? 0), r: 5, class: 'dot' }),
          label([x.at(at), y.from - 6], count(n), 'middle'),
        ].join(''),
      ),
    ].join(''),
  }
}
