import { describe, expect, it } from 'vitest'
import { kpis } from '../../processors/kpi/jobs.ts'
import { phaseOf } from '../../processors/phase.ts'
import type { Kpi } from '../../schemas/events.ts'
import { drive } from '../support/drive-one.ts'
import { finished, HOUR, MINUTE, run, SECOND, T0 } from '../support/kpi-inputs.ts'

const valueOf = (record: Kpi | undefined, kpi: string) =>
  record?.values.find((value) => value.kpi === kpi)

describe('the kpis processor', () => {
  it('says the pass rate of the last day within ten seconds of the end of a run', () => {
    const job = drive(kpis)
    job.give('ci.runs.v1', run('a', 'started', T0))
    job.give('ci.runs.v1', finished('a', T0 + MINUTE, 'success', 60))
    job.advanceTo(T0 + 2 * MINUTE)
    const day = job.on('ci.kpis.v1').filter(({ window }) => window === '24h')
    expect(day).toHaveLength(1)
    expect(day[0]?.eventAt).toBeGreaterThan(T0 + MINUTE)
    expect(day[0]?.eventAt).toBeLessThanOrEqual(T0 + MINUTE + 10 * SECOND)
    expect(valueOf(day[0], 'run_pass_rate')?.value).toBe(1)
  })
  it('says a last time, without runs, what goes with its window', () => {
    const job = drive(kpis)
    job.give('ci.runs.v1', finished('a', T0 + MINUTE, 'failure', 60))
    job.advanceTo(T0 + 30 * HOUR)
    const last = job.on('ci.kpis.v1').findLast(({ window }) => window === '24h')
    expect(valueOf(last, 'run_pass_rate')).toMatchObject({ value: null, n: 0 })
    const gone = job.said.filter((effect) => effect.kind === 'retire').map((effect) => effect.key)
    expect(gone).toEqual(['job:ci%3Ao/r%3Aunit:24h'])
  })
  it('says what held at the end of a pane, in its turn or before anything later is counted', () => {
    const end = T0 + 5 * MINUTE
    const partialOf = (later: number) => {
      const job = drive(kpis)
      job.give('ci.runs.v1', finished('a', T0 + MINUTE, 'success', 60))
      job.give('ci.runs.v1', finished('b', later, 'failure', 60))
      job.advanceTo(end + MINUTE)
      const [first] = job.on('ci.kpi-partials.v1')
      const history = job.on('ci.kpi-history.v1').find(({ window }) => window === '24h')
      return { told: first?.observedAt, starts: first?.eventAt, counters: first?.counters, history }
    }
    const inTurn = partialOf(end + 30 * SECOND)
    const early = partialOf(end + 1)
    expect(inTurn.told).toBe(end + phaseOf('ci:o/r:unit', 8 * SECOND))
    expect(early.told).toBe(end + 1)
    for (const { starts, counters, history } of [inTurn, early]) {
      expect(starts).toBe(T0)
      expect(counters).toEqual(inTurn.counters)
      expect(history?.eventAt).toBe(end)
      expect(valueOf(history, 'run_pass_rate')?.denominator).toBe(1)
    }
  })
})
