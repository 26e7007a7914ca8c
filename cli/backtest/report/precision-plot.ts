/** Precision of the stops against the share of failed hours they save, one dot a rule. */

import { OUR_RULE } from '../../../schemas/measures.ts'
import type { RuleMeasures } from '../rules.ts'
import { isOver } from './savings-plot.ts'
import type { PrecisionAtRecall } from '../what-if.ts'
import { axes, element, label, line, linear, path } from './svg.ts'
import type { Plot, Point, Scale } from './svg.ts'

const WIDTH = 440
const HEIGHT = 300

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
    [55, WIDTH - 125],
    4,
  )
  const y = linear([0, 1], [HEIGHT - 50, 45], 5)
  const perCent = (value: number): string => String(Math.round(value * 1000) / 10)
  return {
    id: 'precision',
    title: 'Precision against recall, by rule',
    description:
      'Share of stopped runs that failed against the share of failed hours saved, with 95 % intervals of the precision. Hollow: over the bound of 1 % false stops. Dotted: stopping at random. Line: plain thresholds on our forecasts, from .5 to .99.',
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
      path(
        curve.map(({ recall, precision }): Point => [x.at(recall), y.at(precision)]),
        'line-ours',
      ),
      ...labelled(stopping, y).map(({ rule, labelY }) => dot(rule, x, y, labelY)),
    ].join(''),
  }
}

/** Labels pushed down where they would lie on each other. */
const labelled = (
  rules: readonly RuleMeasures[],
  y: Scale,
): { readonly rule: RuleMeasures; readonly labelY: number }[] => {
  let last = -Infinity
  return rules
    .map((rule) => ({ rule, place: y.at(rule.precision.value ?? 0) }))
    .sort((a, b) => a.place - b.place)
    .map(({ rule, place }) => {
      last = Math.max(place, last + 14)
      return { rule, labelY: last }
    })
}

const dot = (rule: RuleMeasures, x: Scale, y: Scale, labelY: number): string => {
  const { precision, recall } = rule
  const [cx, cy] = [x.at(Math.max(0, recall.value ?? 0)), y.at(precision.value ?? 0)]
  const isOurs = rule.rule === OUR_RULE
  return [
    precision.low === null || precision.high === null
      ? ''
      : line([cx, y.at(precision.low)], [cx, y.at(precision.high)], 'whisker'),
    element('circle', {
      cx,
      cy,
      r: 5,
      class: isOver(rule) ? 'dot-over' : isOurs ? 'dot' : 'dot-other',
    }),
    label([cx + 9, labelY + 4], rule.rule, 'start', { class: isOurs ? 'strong' : 'name' }),
  ].join('')
}
