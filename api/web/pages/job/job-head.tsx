import type { JobProfile, JobRef } from '../../../../schemas/events.ts'
import { jobKey } from '../../../../schemas/keys.ts'
import type { RunAnswer } from '../../lib/answers.ts'
import { count, duration, percent } from '../../lib/format.ts'
import { gridPath, query } from '../../lib/routes.ts'
import { chosenKey } from '../../lib/subject-keys.ts'
import { Crumbs } from '../../parts/crumbs.tsx'

/** Name of the job and its state in one line. */
export const JobHead = ({
  job,
  profile,
  running,
}: {
  readonly job: JobRef
  readonly profile: JobProfile | null
  readonly running: readonly RunAnswer[]
}) => {
  const of = { dimension: 'job', subject: jobKey(job) }
  return (
    <div class="page-head">
      <Crumbs job={job} />
      <h1>{job.job}</h1>
      {profile !== null && (
        <p class="quiet">
          {streakText(profile.streak)} · chance to fail before anything of a run is known{' '}
          <b>{percent(profile.failureRate)}</b> · median pass{' '}
          <b>{duration(profile.medianPassSeconds)}</b> · <b>{count(running.length)}</b> running ·{' '}
          <a href={`/savings${query(of)}`}>savings</a> · <a href={gridPath(job)}>tests</a> ·{' '}
          <a href={`/runs${query({ source: job.source, repo: job.repo, job: job.job })}`}>runs</a> ·{' '}
          <a
            href={`/compare${query({ base: chosenKey({ ...of, window: '7d' }), sample: chosenKey({ ...of, window: '24h' }) })}`}
          >
            compare
          </a>
        </p>
      )}
    </div>
  )
}

/** A streak in words. Example: 3 is `3 failures in a row`. */
const streakText = (streak: number): string => {
  if (streak === 0) return 'no streak'
  const word = streak > 0 ? 'failure' : 'pass'
  const many = streak > 0 ? 'failures' : 'passes'
  return Math.abs(streak) === 1 ? `last run a ${word}` : `${Math.abs(streak)} ${many} in a row`
}
