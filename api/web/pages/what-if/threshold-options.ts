/** Options of a plot of curves over thresholds. */

import type uPlot from 'uplot'
import { axisOf } from '../../charts/plot-style.ts'
import type { PlotOptions } from '../../charts/plot.tsx'
import { NOTHING, percent } from '../../lib/format.ts'

interface ThresholdOptions {
  readonly write: (value: number) => string
  readonly series: readonly uPlot.Series[]
  /** Highest value shown; null: what the data say, from 0 or below. */
  readonly top: number | null
}

const ROOM = 1.08

/** Thresholds to the right; the legend shows what lies under the cursor. */
export const thresholdOptions =
  ({ write, series, top }: ThresholdOptions) =>
  (): PlotOptions => ({
    padding: [8, 12, 0, 0],
    scales: {
      x: { time: false, range: () => [0.5, 0.99] },
      y: {
        range: (_, low, high) => [Math.min(0, low * ROOM), top ?? (high > 0 ? high * ROOM : 1)],
      },
    },
    axes: [
      { ...axisOf(percent), incrs: [0.05, 0.1], space: 40, size: 32 },
      { ...axisOf(write), size: 62 },
    ],
    series: [
      { label: 'threshold', value: (_, value: number | null) => percent(value) },
      ...series.map((one) => ({
        width: 2,
        points: { show: false },
        value: (_: uPlot, value: number | null) => (value === null ? NOTHING : write(value)),
        ...one,
      })),
    ],
    cursor: { drag: { x: false, y: false } },
  })
