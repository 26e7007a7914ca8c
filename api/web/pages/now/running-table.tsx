import { useRef } from 'preact/hooks'
import { now } from '../../data/status.ts'
import { visibleRows, type RowFilter, type RunningRow, type Rows } from '../../lib/running.ts'
import { Message } from '../../parts/asked.tsx'
import { RunningRowView } from './running-row.tsx'

/** Rows drawn at once; the rest by filter, since nobody reads a thousand rows. */
const DRAWN = 300
/** A row keeps its place for so long, so that nothing moves under the eye. */
const RESORT_MS = 4000

/** Running runs, likeliest to fail first. While the pointer or the focus is in the table, the order stands still. */
export const RunningTable = ({
  rows,
  filter,
}: {
  readonly rows: Rows
  readonly filter: RowFilter
}) => {
  const table = useRef<HTMLTableElement>(null)
  const shown = useStableOrder(rows, filter, () => table.current?.matches(':hover, :focus-within'))
  if (rows.size === 0)
    return (
      <Message title="Nothing is running">
        Runs appear here as soon as a source reports them. Replay recorded CI with{' '}
        <code>stopline replay DIR</code>, or look at the <a href="/jobs">jobs</a> heard so far.
      </Message>
    )
  if (shown.length === 0)
    return (
      <Message title="No running run fits the filter">
        <a href="/">Show all {rows.size}</a>
      </Message>
    )
  return (
    <>
      <table class="running" ref={table}>
        <thead>
          <tr>
            <th scope="col">Chance to fail</th>
            <th scope="col">Advice</th>
            <th scope="col">Job and run</th>
            <th scope="col">
              Lasts longer: <CurveKey />
            </th>
            <th scope="col" class="number">
              Age
            </th>
            <th scope="col" class="number">
              Expected end (80 %)
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.slice(0, DRAWN).map((row) => (
            <RunningRowView key={row.key} row={row} />
          ))}
        </tbody>
      </table>
      {shown.length > DRAWN && (
        <p class="quiet small more">
          The {DRAWN} likeliest of {shown.length} are shown. Filter to see others.
        </p>
      )}
    </>
  )
}

const CurveKey = () => (
  <span class="curve-key">
    <svg class="spark" viewBox="0 0 18 6" width="18" height="6" aria-hidden="true">
      <path class="pass" d="M0 3H18" />
    </svg>{' '}
    passing{' '}
    <svg class="spark" viewBox="0 0 18 6" width="18" height="6" aria-hidden="true">
      <path class="fail" d="M0 3H18" />
    </svg>{' '}
    failing
  </span>
)

/** Rows in the order of the last sort, new ones at their place, until the order may change again. */
const useStableOrder = (
  rows: Rows,
  filter: RowFilter,
  isHeld: () => boolean | undefined,
): RunningRow[] => {
  const last = useRef({ at: 0, filter: '', order: new Map<string, number>() })
  const sorted = visibleRows(rows, filter, now())
  const filterKey = JSON.stringify(filter)
  const isDue = Date.now() - last.current.at > RESORT_MS && isHeld() !== true
  if (isDue || filterKey !== last.current.filter) {
    const order = new Map(sorted.map((row, i) => [row.key, i]))
    last.current = { at: Date.now(), filter: filterKey, order }
    return sorted
  }
  const { order } = last.current
  const placed = sorted.map((row, i) => ({ row, place: order.get(row.key) ?? i - 0.5 }))
  return placed.sort((a, b) => a.place - b.place).map(({ row }) => row)
}
