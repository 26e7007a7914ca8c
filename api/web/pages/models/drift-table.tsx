import { IntervalBar } from '../../charts/rule-bars.tsx'
import type { JobDriftAnswer } from '../../lib/answers.ts'
import { count, percent, range } from '../../lib/format.ts'
import { jobPath, query, runPath } from '../../lib/routes.ts'
import { RepoName } from '../../parts/repo-name.tsx'
import { SourceTag } from '../../parts/source-tag.tsx'

/** Jobs with what was said of their newest runs beside what happened, and why stops are held back. */
export const DriftTable = ({ jobs }: { readonly jobs: readonly JobDriftAnswer[] }) => (
  <table class="drift">
    <thead>
      <tr>
        <th scope="col">Job</th>
        <th scope="col">Stops</th>
        <th scope="col" class="number">
          Said
        </th>
        <th scope="col">Failed</th>
        <th scope="col" class="number c-more">
          Wrong stops
        </th>
      </tr>
    </thead>
    <tbody>
      {jobs.map((job) => (
        <DriftLine key={jobPath(job)} job={job} />
      ))}
    </tbody>
  </table>
)

const DriftLine = ({ job }: { readonly job: JobDriftAnswer }) => {
  const { failed, stops, wrongStops } = job
  const scored = `/runs${query({
    ...{ source: job.source, repo: job.repo, job: job.job },
    outcome: 'success,failure,error,timedOut',
  })}`
  return (
    <tr>
      <td class="break">
        <a class="strong" href={jobPath(job)}>
          {job.job}
        </a>
        <p class="small quiet">
          <SourceTag source={job.source} /> <RepoName repo={job.repo} /> ·{' '}
          <a href={runPath(job)}>newest scored run</a>
        </p>
      </td>
      <td class="break">
        {job.guard === null ? (
          <span class="quiet">free</span>
        ) : (
          <>
            <b>▲ only advised</b>
            <p class="small quiet">{job.guard}</p>
          </>
        )}
      </td>
      <td class="number">{percent(job.said)}</td>
      <td class="c-rate">
        <a href={scored}>{percent(failed.value)}</a>
        <IntervalBar of={failed} most={1} />
        <p class="small quiet">
          {range(failed.low, failed.high, percent)}, {count(failed.numerator)} of{' '}
          {count(failed.denominator)}
        </p>
      </td>
      <td class="number c-more">
        {stops === 0 ? '—' : `${count(wrongStops)} of ${count(stops)}`}
      </td>
    </tr>
  )
}
