/** Colours and axes of the plots, read from the page's style so that both themes hold. */

import type uPlot from 'uplot'
import { axisInstant } from '../lib/format.ts'

/** A custom property of the page, such as `--ink`. */
export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim()

const plain = (): uPlot.Axis => ({
  stroke: colour('--ink-3'),
  font: '11px system-ui, sans-serif',
  grid: { stroke: colour('--line-2'), width: 1 },
  ticks: { stroke: colour('--line'), width: 1, size: 4 },
})

/** An axis in the page's colours; `write` gives the text of a tick. */
export const axisOf = (write: (value: number) => string): uPlot.Axis => ({
  ...plain(),
  values: (_, splits) => splits.map(write),
})

/** An axis of local time. */
export const timeAxis = (): uPlot.Axis => ({
  ...plain(),
  size: 32,
  values: (_, splits, __, ___, stepSeconds) => splits.map((at) => axisInstant(at, stepSeconds)),
})

/** Steps people count time in, so that ticks fall on whole minutes, hours and days. Unit: seconds. */
export const SECONDS_STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
  172_800, 604_800, 1_209_600, 2_592_000, 5_184_000, 15_552_000,
]
