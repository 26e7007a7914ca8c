import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { JobRef } from '../../../../schemas/events.ts'
import { CellStrip } from '../../charts/cell-strip.tsx'
import { gridPath } from '../../lib/routes.ts'
import type { GridRow } from '../../lib/tests.ts'
import { WordChip } from '../../parts/word-chip.tsx'

const ROW_HEIGHT = 28
/** Rows drawn beyond what is seen, so that scrolling shows no gap. */
const SPARE = 6
const SEEN_AT_FIRST = 30

/** Rows of a grid; of many only those in sight are there. */
export const GridRows = ({
  job,
  rows,
  chosen,
}: {
  readonly job: JobRef
  readonly rows: readonly GridRow[]
  readonly chosen: string | null
}) => {
  const box = useRef<HTMLDivElement>(null)
  const [[from, to], setRange] = useState<readonly [number, number]>([0, SEEN_AT_FIRST])
  const look = (): void => {
    const { scrollTop = 0, clientHeight = 0 } = box.current ?? {}
    const first = Math.max(0, Math.floor(scrollTop / ROW_HEIGHT) - SPARE)
    setRange([first, first + Math.ceil(clientHeight / ROW_HEIGHT) + 2 * SPARE])
  }
  useLayoutEffect(look, [rows.length])
  return (
    <div
      class="grid-box"
      ref={box}
      onScroll={look}
      tabIndex={0}
      role="region"
      aria-label="Tests of the job, run by run"
    >
      <ul style={{ height: `${rows.length * ROW_HEIGHT}px` }}>
        {rows.slice(from, to).map((row, i) => (
          <li
            key={row.test}
            class={row.test === chosen ? 'grid-row chosen' : 'grid-row'}
            style={{ top: `${(from + i) * ROW_HEIGHT}px` }}
          >
            <a href={gridPath(job, row.test)} title={row.test}>
              {row.test}
            </a>
            <WordChip of={row.word} />
            <CellStrip cells={row.cells} />
          </li>
        ))}
      </ul>
    </div>
  )
}
