/** Precision of the stops against the share of failed hours they save, one dot a rule. */

import { OUR_RULE } from '../../../schemas/measures.ts'
import { plottedName } from '../rules.ts'
import type { RuleMeasures } from '../rules.ts'
import type { PrecisionAtRecall } from '../what-if.ts'
import { along, placeNames, type Placed } from './name-places.ts'
import { isOver } from './savings-plot.ts'
import { axes, element, label, line, linear, path } from './svg.ts'
import type { Plot, Point, Scale } from './svg.ts'

const WIDTH = 900
const HEIGHT = 380
const LEFT = 70
const RIGHT = WIDTH - 30
const TOP = 60

/** `failingShare` is the precision of stopping at random. Hollow dots are over the bound of false stops. */
export const precisionPlot = (
  rules: readonly RuleMeasures[],
  failingShare: number | null,
  curve: readonly PrecisionAtRecall[] = [],
): Plot => {
  const stopping = rules.filter(({ precision }) => precision.value !== null)
  const recalls = stopping.map(({ recall }) => recall.value ?? 0)
  const x = linear(
    [0, Math.max(0.05, ...recalls, ...curve.map(({ recall }) => recall))],
    [LEFT, RIGHT],
    5,
  )
  const y = linear([0, 1], [HEIGHT - 50, TOP], 5)
  const perCent = (value: number): string => String(Math.round(value * 1000) / 10)
  const points = curve.map(({ recall, precision }): Point => [x.at(recall), y.at(precision)])
  return {
    id: 'precision',
    title: 'Precision against recall, by rule',
    description:
      'Share of stopped runs that failed against the share of failed hours saved, with 95 % intervals of the precision. Hollow: over the bound of 1 % false stops. Dotted: stopping at random. Line: plain thresholds on our forecasts, from .5 to .99. The ceiling is no rival: its rule waits for a failed step, which all but knows the verdict.',
    width: WIDTH,
    height: HEIGHT,
    body: [
      axes({
        x,
        y,
        xLabel: 'recall, % of failed hours',
        yLabel: 'precision, %',
        xFormat: perCent,
        yFormat: perCent,
      }),
      failingShare === null
        ? ''
        : line([x.from, y.at(failingShare)], [x.to, y.at(failingShare)], 'ideal'),
      path(points, 'line-ours'),
      ...stopping.map((rule) => dot(rule, x, y)),
      ...names(stopping, points, x, y),
    ].join(''),
  }
}

const placeOf = ({ precision, recall }: RuleMeasures, x: Scale, y: Scale): Point => [
  x.at(Math.max(0, recall.value ?? 0)),
  y.at(precision.value ?? 0),
]
const whisker = (rule: RuleMeasures, x: Scale, y: Scale): Point[] => {
  const { low, high } = rule.precision
  const [at] = placeOf(rule, x, y)
  if (low === null || high === null) return []
  return [
    [at, y.at(low)],
    [at, y.at(high)],
  ]
}

const names = (
  rules: readonly RuleMeasures[],
  curve: readonly Point[],
  x: Scale,
  y: Scale,
): string[] => {
  const taken = [...along(curve), ...rules.flatMap((rule) => along(whisker(rule, x, y)))]
  const bounds = { left: LEFT + 4, right: WIDTH, top: 0, bottom: y.from - 2 }
  const named = rules.map((rule) => ({ name: plottedName(rule.rule), dot: placeOf(rule, x, y) }))
  return placeNames(named, taken, bounds).map(nameOf)
}
const nameOf = ({ name, dot: [x, y], at, isLed }: Placed): string => {
  const isRight = at[0] > x
  return (
    (isLed
      ? line([x + (isRight ? 4 : -4), y], [isRight ? at[0] - 2 : x - 8, at[1] - 4], 'axis')
      : '') +
    label(isRight ? at : [x - 9, at[1]], name, isRight ? 'start' : 'end', {
      class: name === OUR_RULE ? 'strong' : 'name',
    })
  )
}

const dot = (rule: RuleMeasures, x: Scale, y: Scale): string => {
  const [cx, cy] = placeOf(rule, x, y)
  const [low, high] = whisker(rule, x, y)
  const own = rule.rule === OUR_RULE ? 'dot' : 'dot-other'
  return [
    low === undefined || high === undefined ? '' : line(low, high, 'whisker'),
    element('circle', { cx, cy, r: 5, class: isOver(rule) ? 'dot-over' : own }),
  ].join('')
}
