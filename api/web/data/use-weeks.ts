/** The week of every job, for the list of jobs. */

import type { Kpi, KpiValue } from '../../../schemas/events.ts'
import { useAnswer } from './use-answer.ts'

/** KPI values of a job by name; none where the job had no run in the week. */
export type WeekOf = (jobKey: string, kpi: string) => KpiValue | undefined

export const useWeeks = (): WeekOf => {
  const asked = useAnswer<readonly Kpi[]>('/v1/kpis?dimension=job&window=7d&limit=500', {
    on: ['tick'],
    everyMs: 60_000,
  })
  const bySubject = new Map(
    asked.state === 'ready' ? asked.data.map((kpi) => [kpi.subject, kpi.values]) : [],
  )
  return (jobKey, kpi) => bySubject.get(jobKey)?.find((value) => value.kpi === kpi)
}
