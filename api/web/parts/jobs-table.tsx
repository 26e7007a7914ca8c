import { jobKey } from '../../../schemas/keys.ts'
import type { JobRow } from '../../../schemas/views.ts'
import { kpiBasis, kpiText } from '../lib/kpis.ts'
import { jobPath } from '../lib/routes.ts'
import { PassRate } from './pass-rate.tsx'
import { RepoName } from './repo-name.tsx'
import { SourceTag } from './source-tag.tsx'
import { TimeAgo } from './time-ago.tsx'
import { useWeeks, type WeekOf } from '../data/use-weeks.ts'

/** Jobs with their week: pass rate and its interval, median of passes, machine time wasted. */
export const JobsTable = ({ jobs }: { readonly jobs: readonly JobRow[] }) => {
  const weekOf = useWeeks()
  return (
    <table class="jobs">
      <thead>
        <tr>
          <th scope="col">Job</th>
          <th scope="col">Pass rate, 7 d</th>
          <th scope="col" class="number">
            Median pass
          </th>
          <th scope="col" class="number">
            Wasted
          </th>
          <th scope="col" class="number">
            Last heard
          </th>
        </tr>
      </thead>
      <tbody>
        {jobs.map((job) => (
          <JobLine key={jobPath(job)} job={job} weekOf={weekOf} />
        ))}
      </tbody>
    </table>
  )
}

const JobLine = ({ job, weekOf }: { readonly job: JobRow; readonly weekOf: WeekOf }) => {
  const of = (kpi: string) => weekOf(jobKey(job), kpi)
  const passRate = of('run_pass_rate')
  const wasted = of('wasted_hours')
  return (
    <tr>
      <td class="break">
        <a class="strong" href={jobPath(job)}>
          {job.job}
        </a>
        <p class="small quiet">
          <SourceTag source={job.source} /> <RepoName repo={job.repo} />
        </p>
      </td>
      <td class="c-rate">
        {passRate !== undefined && <PassRate of={passRate.value} behind={passRate.behind} />}
      </td>
      <td class="number c-median">
        <Figure of={of('duration_p50_pass')} />
      </td>
      <td class="number c-wasted" title={wasted === undefined ? undefined : kpiBasis(wasted.value)}>
        <Figure of={wasted} />
      </td>
      <td class="number quiet">
        <TimeAgo at={job.lastHeardAt} />
      </td>
    </tr>
  )
}

/** A figure that opens the runs behind it. */
const Figure = ({ of }: { readonly of: ReturnType<WeekOf> }) => {
  if (of === undefined) return <>—</>
  const text = kpiText(of.value)
  return of.value.value === null ? <>{text}</> : <a href={of.behind}>{text}</a>
}
