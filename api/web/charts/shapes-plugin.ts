/** Points drawn as the shapes of outcomes. */

import type uPlot from 'uplot'
import { OUTCOME_LOOKS, type MarkName } from '../lib/outcomes.ts'
import type { OverlayNow } from './overlay.ts'
import { colour } from './plot-style.ts'

const SIZE_PX = 9

/** Draws the first series of a plot, each point as a shape; successes first, so that failures lie on top. */
export const shapesPlugin = (overlayNow: OverlayNow): uPlot.Plugin => ({
  hooks: {
    draw: (plot) => {
      const { shapeAt } = overlayNow()
      if (shapeAt === undefined) return
      const marks = Array.from(plot.data[0], (_, index) => shapeAt(index))
      const draw = (isSuccess: boolean): void => {
        marks.forEach((mark, index) => {
          if ((mark === 'success') === isSuccess) drawShape(plot, index, mark)
        })
      }
      draw(true)
      draw(false)
    },
  },
})

const drawShape = (plot: uPlot, index: number, mark: MarkName): void => {
  const [x, y] = [plot.data[0][index], plot.data[1]?.[index]]
  if (x === undefined || y === null || y === undefined) return
  const { ctx } = plot
  const grow = (SIZE_PX * devicePixelRatio) / 16
  ctx.save()
  ctx.translate(plot.valToPos(x, 'x', true) - 8 * grow, plot.valToPos(y, 'y', true) - 8 * grow)
  ctx.scale(grow, grow)
  ctx.fillStyle = colour(`--${mark}`)
  ctx.globalAlpha = mark === 'success' ? 0.65 : 0.95
  ctx.fill(new Path2D(OUTCOME_LOOKS[mark].path), 'evenodd')
  ctx.restore()
}
