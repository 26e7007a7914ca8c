import type { JobRow } from '../../../../schemas/views.ts'
import { address, setParams } from '../../data/router.ts'
import { useStore } from '../../data/store.ts'
import { useAnswer } from '../../data/use-answer.ts'
import { jobPath, query } from '../../lib/routes.ts'
import { Message, WhenReady } from '../../parts/asked.tsx'
import { Panel } from '../../parts/panel.tsx'
import { SourceTag } from '../../parts/source-tag.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'

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
        title="Jobs heard of"
        isFlush
        note={
          <input
            type="search"
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

const JobsTable = ({ jobs }: { readonly jobs: readonly JobRow[] }) => (
  <table class="jobs">
    <thead>
      <tr>
        <th scope="col">Job</th>
        <th scope="col">Repository</th>
        <th scope="col">Source</th>
        <th scope="col" class="number">
          Last heard
        </th>
      </tr>
    </thead>
    <tbody>
      {jobs.map((job) => (
        <tr key={jobPath(job)}>
          <td class="break">
            <a class="strong" href={jobPath(job)}>
              {job.job}
            </a>
          </td>
          <td class="break quiet">{job.repo}</td>
          <td class="quiet">
            <SourceTag source={job.source} />
          </td>
          <td class="number quiet">
            <TimeAgo at={job.lastHeardAt} />
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)
