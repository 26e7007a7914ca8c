import { describe, expect, it } from 'vitest'
import { kpis } from '../../processors/kpi/jobs.ts'
import type { Kpi } from '../../schemas/events.ts'
import { drive } from '../support/drive-one.ts'
import { finished, MINUTE, run, SECOND, T0 } from '../support/kpi-inputs.ts'

const valueOf = (record: Kpi | undefined, kpi: string) =>
  record?.values.find((value) => value.kpi === kpi)

describe('the kpis processor', () => {
  it('says the pass rate of the last day ten seconds after a run has ended', () => {
    const job = drive(kpis)
    job.give('ci.runs.v1', run('a', 'started', T0))
    job.give('ci.runs.v1', finished('a', T0 + MINUTE, 'success', 60))
    job.advanceTo(T0 + 2 * MINUTE)
    const day = job.on('ci.kpis.v1').filter(({ window }) => window === '24h')
    expect(day).toHaveLength(1)
    expect(day[0]?.eventAt).toBe(T0 + MINUTE + 10 * SECOND)
    expect(valueOf(day[0], 'run_pass_rate')?.value).toBe(1)
  })
})
