import type { JobRow } from '../../../../schemas/views.ts'
import { address, setParams } from '../../data/router.ts'
import { useStore } from '../../data/store.ts'
import { useAnswer } from '../../data/use-answer.ts'
import { query } from '../../lib/routes.ts'
import { Message, WhenReady } from '../../parts/asked.tsx'
import { JobsTable } from '../../parts/jobs-table.tsx'
import { Panel } from '../../parts/panel.tsx'

const ROWS = 500

/** Every job heard of, the last heard first. */
export const JobsPage = () => {
  const words = new URLSearchParams(useStore(address).split('?')[1] ?? '').get('q') ?? ''
  const asked = useAnswer<readonly JobRow[]>(`/v1/jobs${query({ q: words.trim(), limit: ROWS })}`, {
    on: ['tick'],
    everyMs: 15_000,
  })
  return (
    <>
      <h1>Jobs</h1>
      <Panel
        title="Jobs heard of, the last heard first"
        isFlush
        note={
          <input
            type="search"
            class="wide-search"
            aria-label="Words in source, repository or job"
            placeholder="Filter by source, repository, job"
            value={words}
            onInput={(event) => {
              setParams({ q: event.currentTarget.value })
            }}
          />
        }
      >
        <WhenReady asked={asked} what="the jobs">
          {(jobs) => (jobs.length === 0 ? <NoJobs words={words} /> : <JobsTable jobs={jobs} />)}
        </WhenReady>
        {asked.state === 'ready' && typeof asked.answer.next === 'string' && (
          <p class="quiet small more">The {ROWS} last heard are shown. Filter to see others.</p>
        )}
      </Panel>
    </>
  )
}

const NoJobs = ({ words }: { readonly words: string }) =>
  words === '' ? (
    <Message title="No job was heard of yet">
      Start with <code>npm start</code> for the simulated demo, or replay recorded CI with{' '}
      <code>stopline replay DIR</code>.
    </Message>
  ) : (
    <Message title="No job fits the filter">
      <a href="/jobs">Show all jobs</a>
    </Message>
  )
