/** Vertical lines with words. */

import type uPlot from 'uplot'
import type { Mark, OverlayNow } from './overlay.ts'
import { colour } from './plot-style.ts'

const ROW_PX = 14

/** Draws the marks of the overlay; words step down where they would lie on each other. */
export const marksPlugin = (overlayNow: OverlayNow): uPlot.Plugin => ({
  hooks: {
    draw: (plot) => {
      const { ctx } = plot
      ctx.save()
      ctx.font = `600 ${11 * devicePixelRatio}px system-ui, sans-serif`
      ctx.textBaseline = 'top'
      ctx.textAlign = 'left'
      const taken: Word[] = []
      for (const mark of [...overlayNow().marks].sort((a, b) => a.x - b.x))
        drawMark(plot, mark, taken)
      ctx.restore()
    },
  },
})

interface Word {
  readonly to: number
  readonly row: number
}

const drawMark = (plot: uPlot, mark: Mark, taken: Word[]): void => {
  const { ctx, bbox } = plot
  const ratio = devicePixelRatio
  const x = plot.valToPos(mark.x, 'x', true)
  if (x < bbox.left - 1 || x > bbox.left + bbox.width + 1) return
  ctx.strokeStyle = ctx.fillStyle = colour(mark.tone)
  ctx.lineWidth = 1.5 * ratio
  ctx.setLineDash(mark.dash.map((length) => length * ratio))
  ctx.beginPath()
  ctx.moveTo(x, bbox.top)
  ctx.lineTo(x, bbox.top + bbox.height)
  ctx.stroke()
  if (mark.word === '') return
  const width = ctx.measureText(mark.word).width
  const isRight = x + width + 6 * ratio < bbox.left + bbox.width
  const from = isRight ? x + 4 * ratio : x - width - 4 * ratio
  const row = freeRow(taken, from)
  taken.push({ to: from + width + 6 * ratio, row })
  const top = bbox.top + (2 + row * ROW_PX) * ratio
  // A halo in the panel's colour keeps the word readable over curves.
  ctx.setLineDash([])
  ctx.lineWidth = 4 * ratio
  ctx.strokeStyle = colour('--panel')
  ctx.strokeText(mark.word, from, top)
  ctx.fillText(mark.word, from, top)
}

const freeRow = (taken: readonly Word[], from: number): number => {
  let row = 0
  while (taken.some((word) => word.row === row && word.to > from)) row += 1
  return row
}
