import type { JobRef } from '../../../schemas/events.ts'
import { jobPath, query } from '../lib/routes.ts'

/** The way down to a job, or to a run of it. */
export const Crumbs = ({
  job,
  isRun = false,
}: {
  readonly job: JobRef
  readonly isRun?: boolean
}) => (
  <nav aria-label="Path" class="crumbs small">
    <a href="/jobs">Jobs</a>
    <span aria-hidden="true">/</span>
    <a href={`/jobs${query({ q: job.source })}`}>{job.source}</a>
    <span aria-hidden="true">/</span>
    <a href={`/jobs${query({ q: job.repo })}`}>{job.repo}</a>
    {isRun && (
      <>
        <span aria-hidden="true">/</span>
        <a href={jobPath(job)}>{job.job}</a>
      </>
    )}
    {job.source === 'demo' && <span class="tag simulated">simulated</span>}
  </nav>
)
