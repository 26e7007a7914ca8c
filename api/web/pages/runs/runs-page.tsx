import { address, setParams } from '../../data/router.ts'
import { useStore } from '../../data/store.ts'
import { useAnswer } from '../../data/use-answer.ts'
import type { RunAnswer } from '../../lib/answers.ts'
import { dateTime } from '../../lib/format.ts'
import { query } from '../../lib/routes.ts'
import { Message, WhenReady } from '../../parts/asked.tsx'
import { Panel } from '../../parts/panel.tsx'
import { RunsTable } from '../../parts/runs-table.tsx'

const ROWS = 200
/** Fields of the address that the API knows by the same name. */
const FIELDS = [
  'source',
  'repo',
  'job',
  'label',
  'pull',
  'state',
  'outcome',
  'ended_from',
  'ended_to',
  'stopped_by',
] as const
type Field = (typeof FIELDS)[number]

const wordOf = (field: Field, value: string): string => {
  if (field === 'ended_from') return `ended from ${dateTime(Number(value))}`
  if (field === 'ended_to') return `ended before ${dateTime(Number(value))}`
  if (field === 'stopped_by') return `would have been stopped by ${value}`
  return `${field} ${value.replaceAll(',', ', ')}`
}

/** The runs behind a number, or any others that the address asks for. */
export const RunsPage = () => {
  const params = new URLSearchParams(useStore(address).split('?')[1] ?? '')
  const given = FIELDS.flatMap((field) => {
    const value = params.get(field)
    return value === null || value === '' ? [] : [[field, value] as const]
  })
  const path = `/v1/runs${query({ ...Object.fromEntries(given), limit: ROWS })}`
  const asked = useAnswer<readonly RunAnswer[]>(path, { on: ['tick'], everyMs: 15_000, rows: ROWS })
  return (
    <>
      <h1>Runs</h1>
      <Panel
        title={params.has('stopped_by') ? 'The last ended first' : 'The last started first'}
        isFlush
        note={
          <div class="row" role="group" aria-label="What is asked for">
            {given.map(([field, value]) => (
              <button
                key={field}
                type="button"
                class="small"
                onClick={() => {
                  setParams({ [field]: null })
                }}
              >
                {wordOf(field, value)} <span aria-hidden="true">✕</span>
                <span class="unseen">, leave it out</span>
              </button>
            ))}
          </div>
        }
      >
        <WhenReady asked={asked} what="the runs">
          {(runs) =>
            runs.length === 0 ? (
              <Message title="No run fits">
                Of what is older than 90 days nothing is kept. <a href="/runs">Show all runs</a>
              </Message>
            ) : (
              <RunsTable runs={runs.map(({ run }) => run)} />
            )
          }
        </WhenReady>
        {asked.state === 'ready' && typeof asked.answer.next === 'string' && (
          <p class="quiet small more">The first {ROWS} are shown.</p>
        )}
      </Panel>
    </>
  )
}
