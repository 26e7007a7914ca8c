import { useLayoutEffect, useRef } from 'preact/hooks'
import type { TestKind } from '../../../schemas/events.ts'
import { theme } from '../data/theme.ts'
import { useStore } from '../data/store.ts'

/** Width of a cell and height of a strip, in pixels. */
const CELL_WIDTH = 7
const HEIGHT = 16

/** Colour of a cell, and how much of its height it fills: a failure is known without its colour. */
const LOOKS: Readonly<Record<TestKind, readonly [token: string, share: number]>> = {
  none: ['', 0],
  quiet: ['--line', 0.2],
  skipped: ['--skipped', 0.2],
  passed: ['--success', 0.45],
  flaky: ['--timedOut', 0.8],
  failed: ['--failure', 1],
}

/** Cells of a test, newest right, on one canvas: a grid of a thousand rows is drawn as it is scrolled. */
export const CellStrip = ({ cells }: { readonly cells: readonly TestKind[] }) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  const chosen = useStore(theme)
  const width = cells.length * CELL_WIDTH
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (canvas.current && context) draw(canvas.current, context, cells)
  }, [cells, chosen])
  return (
    <canvas
      ref={canvas}
      class="cells"
      style={{ width: `${width}px`, height: `${HEIGHT}px` }}
      role="img"
      aria-label={summaryOf(cells)}
    />
  )
}

const draw = (
  canvas: HTMLCanvasElement,
  context: CanvasRenderingContext2D,
  cells: readonly TestKind[],
): void => {
  const scale = devicePixelRatio
  canvas.width = cells.length * CELL_WIDTH * scale
  canvas.height = HEIGHT * scale
  context.scale(scale, scale)
  const style = getComputedStyle(canvas)
  const colours = new Map(
    Object.values(LOOKS).map(([token]) => [token, token && style.getPropertyValue(token)]),
  )
  cells.forEach((kind, at) => {
    const [token, share] = LOOKS[kind]
    if (share === 0) return
    context.fillStyle = colours.get(token) ?? ''
    const height = HEIGHT * share
    context.fillRect(at * CELL_WIDTH, HEIGHT - height, CELL_WIDTH - 1, height)
  })
}

/** Example: `3 passed, 1 failed of the last 4 runs`. */
const summaryOf = (cells: readonly TestKind[]): string => {
  const counts = new Map<TestKind, number>()
  for (const kind of cells) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  const parts = (['passed', 'failed', 'flaky', 'skipped'] as const)
    .filter((kind) => counts.has(kind))
    .map((kind) => `${counts.get(kind) ?? 0} ${kind}`)
  return `${parts.join(', ') || 'nothing'} of the last ${cells.length} runs`
}
