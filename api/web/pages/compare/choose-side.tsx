import { useId } from 'preact/hooks'
import type { Kpi } from '../../../../schemas/events.ts'
import { SLICE_DIMENSIONS } from '../../../../schemas/slices.ts'
import { setParams } from '../../data/router.ts'
import { useAnswer } from '../../data/use-answer.ts'
import { query } from '../../lib/routes.ts'
import { chosenKey, subjectText, type Chosen } from '../../lib/subject-keys.ts'
import { Panel } from '../../parts/panel.tsx'

const DIMENSIONS = ['job', 'repo', 'community', ...SLICE_DIMENSIONS, 'tests', 'pulls'] as const
const WINDOWS = ['24h', '7d', '14d', '30d'] as const
const NOBODY: Chosen = { dimension: 'job', subject: '', window: '7d' }

/** One side of a comparison: what kind of subject, which, over which window, and as of when. */
export const ChooseSide = ({
  title,
  side,
  chosen,
  at,
}: {
  readonly title: string
  readonly side: 'base' | 'sample'
  readonly chosen: Chosen | null
  readonly at: string | null
}) => {
  const id = useId()
  const now = chosen ?? NOBODY
  const known = useAnswer<readonly Kpi[]>(
    `/v1/kpis${query({ dimension: now.dimension, window: '7d', limit: 200 })}`,
  )
  const choose = (change: Partial<Chosen>): void => {
    setParams({ [side]: chosenKey({ ...now, ...change }) })
  }
  return (
    <Panel title={title}>
      <div class="row">
        <label>
          <span class="small quiet">Kind </span>
          <select
            onChange={(event) => {
              choose({ dimension: event.currentTarget.value, subject: '' })
            }}
          >
            {DIMENSIONS.map((dimension) => (
              <option key={dimension} value={dimension} selected={dimension === now.dimension}>
                {dimension}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span class="small quiet">Window </span>
          <select
            onChange={(event) => {
              choose({ window: event.currentTarget.value })
            }}
          >
            {WINDOWS.map((window) => (
              <option key={window} value={window} selected={window === now.window}>
                {window}
              </option>
            ))}
          </select>
        </label>
        <label class="subject">
          <span class="small quiet">Subject </span>
          <input
            type="search"
            list={id}
            value={now.subject}
            placeholder="source:repo:job"
            onChange={(event) => {
              choose({ subject: event.currentTarget.value })
            }}
          />
        </label>
        <datalist id={id}>
          {known.state === 'ready' &&
            known.data.map(({ subject }) => (
              <option key={subject} value={subject}>
                {subjectText(subject)}
              </option>
            ))}
        </datalist>
        <AsOf side={side} at={at} />
      </div>
    </Panel>
  )
}

/** The instant to look at: the record at or before it is taken; now where there is none. */
const AsOf = ({ side, at }: { readonly side: string; readonly at: string | null }) => (
  <label>
    <span class="small quiet">As of </span>
    <input
      type="datetime-local"
      value={at === null ? '' : localText(Number(at))}
      onChange={(event) => {
        const chosen = event.currentTarget.value
        setParams({ [`${side}_at`]: chosen === '' ? null : String(new Date(chosen).getTime()) })
      }}
    />
  </label>
)
const localText = (at: number): string =>
  new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
