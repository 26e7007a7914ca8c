import type { Level } from '../../../../schemas/events.ts'
import { setParams } from '../../data/router.ts'
import { LEVEL_LOOKS, LEVELS } from '../../lib/levels.ts'
import type { RowFilter } from '../../lib/running.ts'

/** The filter as the address bar holds it, so that a view can be shared. */
export const filterOf = (address: string): RowFilter => {
  const params = new URLSearchParams(address.split('?')[1] ?? '')
  return {
    text: params.get('q') ?? '',
    source: params.get('source'),
    level: LEVELS.find((level) => level === params.get('level')) ?? null,
  }
}

export const Filters = ({
  filter,
  sources,
  counts,
}: {
  readonly filter: RowFilter
  readonly sources: readonly string[]
  readonly counts: ReadonlyMap<Level, number>
}) => (
  <form
    class="row filters"
    role="search"
    aria-label="Filter running runs"
    onSubmit={(event) => {
      event.preventDefault()
    }}
  >
    <input
      type="search"
      aria-label="Words in job, repository or run"
      placeholder="Filter by job, repository, run"
      value={filter.text}
      onInput={(event) => {
        setParams({ q: event.currentTarget.value })
      }}
    />
    <select
      aria-label="Source"
      onChange={(event) => {
        setParams({ source: event.currentTarget.value })
      }}
    >
      <option value="">all sources</option>
      {sources.map((source) => (
        <option key={source} value={source} selected={source === filter.source}>
          {source}
        </option>
      ))}
    </select>
    <LevelButtons chosen={filter.level} counts={counts} />
  </form>
)

/** One button per level with its count; pressed again, it shows all levels. */
const LevelButtons = ({
  chosen,
  counts,
}: {
  readonly chosen: Level | null
  readonly counts: ReadonlyMap<Level, number>
}) => (
  <div class="row level-buttons" role="group" aria-label="Advice">
    {LEVELS.map((level) => (
      <button
        key={level}
        type="button"
        class={`l-button t-${level}`}
        title={LEVEL_LOOKS[level].doc}
        aria-pressed={level === chosen}
        onClick={() => {
          setParams({ level: level === chosen ? null : level })
        }}
      >
        <i aria-hidden="true">{LEVEL_LOOKS[level].sign}</i> {level} <b>{counts.get(level) ?? 0}</b>
      </button>
    ))}
  </div>
)
