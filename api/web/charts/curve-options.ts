/** Options of a plot of curves over elapsed time. */

import type uPlot from 'uplot'
import { duration, NOTHING } from '../lib/format.ts'
import type { OverlayNow, PlotOptions } from './plot.tsx'
import { axisOf, SECONDS_STEPS } from './plot-style.ts'

interface CurveOptions {
  /** Highest value shown, null for what the data say. */
  readonly top: number | null
  readonly write: (value: number) => string
  readonly series: readonly uPlot.Series[]
  readonly bands?: uPlot.Band[]
  /** Whether values are seconds too, so that their ticks fall on whole minutes. */
  readonly isSeconds?: boolean
}

/** Elapsed time to the right, values from 0 up; the legend shows what lies under the cursor. */
export const curveOptions =
  ({ top, write, series, bands, isSeconds = false }: CurveOptions) =>
  (overlayNow: OverlayNow): PlotOptions => ({
    padding: [8, 12, 0, 0],
    scales: {
      x: { time: false, range: (_, __, max) => [0, overlayNow().end ?? max] },
      y: { range: (_, __, max) => [0, top ?? (max > 0 ? max * 1.08 : 1)] },
    },
    axes: [
      {
        ...axisOf((value) => (value === 0 ? '0' : duration(value))),
        incrs: SECONDS_STEPS,
        space: 64,
      },
      { ...axisOf(write), size: 62, ...(isSeconds ? { incrs: SECONDS_STEPS } : {}) },
    ],
    series: [
      { label: 'elapsed', value: (_, value: number | null) => duration(value) },
      ...series.map((one) => ({
        width: 2,
        points: { show: false },
        value: (_: uPlot, value: number | null) => (value === null ? NOTHING : write(value)),
        ...one,
      })),
    ],
    ...(bands === undefined ? {} : { bands }),
    cursor: { drag: { x: false, y: false } },
  })
