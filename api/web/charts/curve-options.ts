/** Options of a plot of curves over elapsed time. */

import uPlot from 'uplot'
import { axisDuration, duration, NOTHING } from '../lib/format.ts'
import type { OverlayNow } from './overlay.ts'
import type { PlotOptions } from './plot.tsx'
import { axisOf, SECONDS_STEPS } from './plot-style.ts'

interface CurveOptions {
  /** Highest value shown, null for what the data say. */
  readonly top: number | null
  readonly write: (value: number) => string
  readonly series: readonly uPlot.Series[]
  readonly bands?: uPlot.Band[]
  /** Whether values are seconds too, so that their ticks fall on whole minutes. */
  readonly isSeconds?: boolean
  /** Whether values hold until the next one, rather than lie on a line to it. */
  readonly isStepped?: boolean
}

const stepped = (): uPlot.Series.PathBuilder => {
  const build = uPlot.paths.stepped
  if (build === undefined) throw new Error('uPlot was built without stepped paths')
  return build({ align: 1 })
}

/** Elapsed time to the right, values from 0 up; the legend shows what lies under the cursor. */
export const curveOptions =
  ({ top, write, series, bands, isSeconds = false, isStepped = false }: CurveOptions) =>
  (overlayNow: OverlayNow): PlotOptions => ({
    padding: [8, 12, 0, 0],
    scales: {
      x: { time: false, range: (_, __, max) => [0, overlayNow().end ?? max] },
      y: { range: (_, __, max) => [0, top ?? (max > 0 ? max * 1.08 : 1)] },
    },
    axes: [
      {
        ...axisOf(axisDuration),
        incrs: SECONDS_STEPS,
        space: 64,
        size: 32,
      },
      isSeconds
        ? { ...axisOf(axisDuration), size: 62, incrs: SECONDS_STEPS }
        : { ...axisOf(write), size: 62 },
    ],
    series: [
      { label: 'elapsed', value: (_, value: number | null) => duration(value) },
      ...series.map((one) => ({
        width: 2,
        points: { show: false },
        ...(isStepped ? { paths: stepped() } : {}),
        value: (_: uPlot, value: number | null) => (value === null ? NOTHING : write(value)),
        ...one,
      })),
    ],
    ...(bands === undefined ? {} : { bands }),
    cursor: { drag: { x: false, y: false } },
  })
