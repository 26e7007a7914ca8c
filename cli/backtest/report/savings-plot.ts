/** Net hours of every rule as bars, with their intervals; a rule over the bound is an outline only. */

import { OUR_RULE } from '../../../schemas/measures.ts'
import { count, percent, valueText } from '../format.ts'
import { CEILING_RULE, plottedName } from '../rules.ts'
import type { RuleMeasures } from '../rules.ts'
import { axes, element, label, line, linear } from './svg.ts'
import type { Plot, Scale } from './svg.ts'

const ROW = 30
const WIDTH = 900
const LEFT = 185
const RIGHT = 720
const TOP = 30

const inHours = (seconds: number | null): number => (seconds ?? 0) / 3600

export const isOver = ({ bound }: RuleMeasures): boolean => bound === 'over'

/** Bars of the net, a line for its interval, a mark for the strict net. */
export const savingsPlot = (rules: readonly RuleMeasures[]): Plot => {
  const bottom = TOP + ROW * rules.length
  const ends = rules.flatMap(({ netSeconds, strictNetSeconds }) => [
    inHours(netSeconds.value),
    inHours(netSeconds.low ?? netSeconds.value),
    inHours(netSeconds.high ?? netSeconds.value),
    inHours(strictNetSeconds.value),
  ])
  const x = linear([Math.min(0, ...ends), Math.max(0, ...ends)], [LEFT, RIGHT], 6)
  const y: Scale = { at: (row) => TOP + ROW * row, ticks: [], from: bottom, to: TOP }
  return {
    id: 'savings',
    title: 'Net hours saved, by rule',
    description:
      'Bars: saved minus burnt hours, with 95 % intervals. Thick mark: strict net, which charges a false stop its whole run. Outlined bars stop more than 1 % of the passing runs and do not count. The pale bar is a ceiling, no rival: its rule waits for a failed step, which all but knows the verdict.',
    width: WIDTH,
    height: bottom + 45,
    body: [
      axes({ x, y, xLabel: 'hours', yLabel: '', xFormat: count, yFormat: count }),
      label([RIGHT + 20, TOP - 10], 'false stops, bound'),
      ...rules.map((rule, row) => ruleRow(rule, x, y.at(row + 0.5))),
      line([x.at(0), TOP], [x.at(0), bottom], 'zero'),
    ].join(''),
  }
}

const ruleRow = (rule: RuleMeasures, x: Scale, y: number): string => {
  const { netSeconds, strictNetSeconds } = rule
  const [zero, end] = [x.at(0), x.at(inHours(netSeconds.value))]
  const isOurs = rule.rule === OUR_RULE
  const strict = x.at(inHours(strictNetSeconds.value))
  return [
    element('rect', {
      x: Math.min(zero, end),
      y: y - 9,
      width: Math.max(0.5, Math.abs(end - zero)),
      height: 18,
      class: barClass(rule),
    }),
    netSeconds.low === null || netSeconds.high === null
      ? ''
      : line([x.at(inHours(netSeconds.low)), y], [x.at(inHours(netSeconds.high)), y], 'whisker'),
    line([strict, y - 9], [strict, y + 9], 'strict'),
    label([LEFT - 10, y + 4], plottedName(rule.rule), 'end', { class: isOurs ? 'strong' : 'name' }),
    label([RIGHT + 20, y + 4], `${valueText(rule.falseStopRate, percent)}, ${rule.bound}`),
  ].join('')
}

const barClass = (rule: RuleMeasures): string => {
  if (isOver(rule)) return 'bar-over'
  if (rule.rule === CEILING_RULE) return 'bar-ceiling'
  return rule.rule === OUR_RULE ? 'bar-ours' : 'bar-other'
}
