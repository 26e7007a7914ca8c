/** Net hours at every threshold, for each cost of a false stop; dotted where the bound of false stops is passed. */

import { net, OUR_RULE } from '../../../schemas/measures.ts'
import type { WhatIfPoint } from '../../../schemas/what-if.ts'
import { count, hours, three } from '../format.ts'
import type { BacktestMeasures } from '../measures.ts'
import { isOverBound, type CostCurve } from '../what-if.ts'
import { axes, label, line, linear, path } from './svg.ts'
import type { Plot, Point, Scale } from './svg.ts'

const WIDTH = 900
const HEIGHT = 360
const LEFT = 70
const RIGHT = 680
const CLASSES = ['cost-none', 'cost-rerun', 'cost-usual']
const NAMES = ['threshold alone', 'a rerun', 'a rerun and as much delay']

const inHours = (point: WhatIfPoint): number => net(point) / 3600

/** The curves with what our rule reached, permitted as it was, as a level line. */
export const costPlot = ({ costCurves, total }: BacktestMeasures): Plot => {
  const ours = total.rules.find(({ rule }) => rule === OUR_RULE)?.netSeconds.value ?? null
  const { passing } = total.counts
  const counted = costCurves.flatMap(({ points }) =>
    points.filter((point) => !isOverBound(passing, point)).map(inHours),
  )
  // What is far over the bound would press flat what counts: it runs out of the picture instead.
  const most = Math.max(0, (ours ?? 0) / 3600, ...counted)
  const all = costCurves.flatMap(({ points }) => points.map(inHours))
  const top = most > 0 ? Math.min(Math.max(...all), most * 2) : Math.max(0, ...all)
  const least = Math.max(Math.min(0, ...all), -Math.max(top, 1))
  const x = linear([0.5, 1], [LEFT, RIGHT], 5)
  const y = linear([least, top], [HEIGHT - 50, 40], 5)
  return {
    id: 'cost',
    title: 'Net hours by threshold: the cost curve',
    description: `Saved minus burnt hours had every run been stopped at the first checkpoint with at least this chance to fail, for three costs of a false stop. Dotted: more than 1 % of the passing runs would be stopped, so the net does not count. Level line: what our rule reached, which needs permission from its record as well.${bestWords(costCurves, passing)}`,
    width: WIDTH,
    height: HEIGHT,
    body: [
      axes({ x, y, xLabel: 'threshold', yLabel: 'hours', xFormat: three, yFormat: count }),
      line([x.from, y.at(0)], [x.to, y.at(0)], 'zero'),
      ...costCurves.map((curve, i) => curveOf(curve, i, passing, x, y)),
      ours === null ? '' : line([x.from, y.at(ours / 3600)], [x.to, y.at(ours / 3600)], 'level'),
      key(ours !== null),
    ].join(''),
  }
}

const bestWords = (curves: readonly CostCurve[], passing: number): string => {
  const best = curves
    .flatMap(({ points }) => points)
    .filter((point) => !isOverBound(passing, point) && net(point) > 0)
    .sort((a, b) => net(b) - net(a))[0]
  return best === undefined
    ? ' No threshold saves anything within the bound.'
    : ` The best within the bound, known in hindsight only, is ${three(best.threshold)} with ${hours(net(best))} h.`
}

/** The curve cut where it passes the bound and where it leaves the picture. */
const curveOf = ({ points }: CostCurve, i: number, passing: number, x: Scale, y: Scale): string => {
  const parts: { readonly isOver: boolean; readonly points: Point[] }[] = []
  for (const point of points) {
    const at: Point = [x.at(point.threshold), y.at(inHours(point))]
    const isOver = isOverBound(passing, point)
    const isSeen = at[1] >= y.to - 1 && at[1] <= y.from + 1
    const last = parts.at(-1)
    if (!isSeen) parts.push({ isOver, points: [] })
    else if (last?.isOver === isOver) last.points.push(at)
    else parts.push({ isOver, points: [...(last?.points.slice(-1) ?? []), at] })
  }
  return parts
    .filter((part) => part.points.length > 1)
    .map((part) => path(part.points, `${CLASSES[i] ?? ''}${part.isOver ? ' over' : ''}`))
    .join('')
}

const key = (hasOurs: boolean): string =>
  [
    label([RIGHT + 20, 52], 'a false stop costs', 'start', { class: 'name' }),
    ...NAMES.flatMap((name, i) => keyRow(i, CLASSES[i] ?? '', name)),
    ...(hasOurs ? keyRow(3, 'level', 'our rule, as it decided') : []),
  ].join('')

const keyRow = (row: number, className: string, name: string): string[] => {
  const top = 74 + row * 20
  return [
    line([RIGHT + 20, top - 4], [RIGHT + 44, top - 4], className),
    label([RIGHT + 50, top], name),
  ]
}
