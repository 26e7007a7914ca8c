import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useStore } from '../data/store.ts'
import { isDark } from '../data/theme.ts'
import { TextTable, type TableText } from '../parts/text-table.tsx'
import { marksPlugin } from './marks-plugin.ts'
import type { Overlay, OverlayNow } from './overlay.ts'
import { shapesPlugin } from './shapes-plugin.ts'

export type PlotOptions = Omit<uPlot.Options, 'width' | 'height'>

/** A uPlot chart that follows its data, the width of its place and the theme, with its numbers as a table below. */
export const Plot = ({
  label,
  data,
  overlay,
  options,
  height = 220,
  table,
  children,
}: {
  /** What the picture says, in one sentence. */
  readonly label: string
  readonly data: uPlot.AlignedData
  readonly overlay: Overlay
  /** Called once per theme; what changes belongs into data and overlay. */
  readonly options: (overlay: OverlayNow) => PlotOptions
  readonly height?: number
  readonly table: TableText
  readonly children?: ComponentChildren
}) => {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | null>(null)
  const latest = useRef(overlay)
  latest.current = overlay
  const dark = useStore(isDark)
  useLayoutEffect(() => {
    const element = place.current
    if (element === null) return undefined
    const width = (): number => Math.max(200, Math.floor(element.clientWidth))
    const overlayNow: OverlayNow = () => latest.current
    const chosen = options(overlayNow)
    const plugins = [shapesPlugin(overlayNow), marksPlugin(overlayNow)]
    const made = new uPlot({ ...chosen, plugins, width: width(), height }, data, element)
    chart.current = made
    const watch = new ResizeObserver(() => {
      if (width() !== made.width) made.setSize({ width: width(), height })
    })
    watch.observe(element)
    return () => {
      watch.disconnect()
      made.destroy()
      chart.current = null
    }
    // Data and overlay follow below; only the theme needs a new chart.
  }, [dark, height])
  useLayoutEffect(() => {
    chart.current?.setData(data)
  })
  return (
    <figure class="plot">
      <div class="canvas" ref={place} role="img" aria-label={label} />
      {children}
      <TextTable of={table} />
    </figure>
  )
}
