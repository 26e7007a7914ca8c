/** The week of every job, for the list of jobs. */

import type { Kpi, KpiValue } from '../../../schemas/events.ts'
import { runsBehind } from '../lib/runs-behind.ts'
import { useAnswer } from './use-answer.ts'

/** A KPI of a week, and the address of the runs behind it. */
interface WeekValue {
  readonly value: KpiValue
  readonly behind: string
}
/** KPI values of a job by name; none where the job had no run in the week. */
export type WeekOf = (jobKey: string, kpi: string) => WeekValue | undefined

export const useWeeks = (): WeekOf => {
  const asked = useAnswer<readonly Kpi[]>('/v1/kpis?dimension=job&window=7d&limit=500', {
    on: ['tick'],
    everyMs: 60_000,
  })
  const bySubject = new Map(
    asked.state === 'ready' ? asked.data.map((week) => [week.subject, week]) : [],
  )
  return (jobKey, kpi) => {
    const week = bySubject.get(jobKey)
    const value = week?.values.find((each) => each.kpi === kpi)
    if (week === undefined || value === undefined) return undefined
    return { value, behind: runsBehind(week, kpi, week.window, week.eventAt) }
  }
}
