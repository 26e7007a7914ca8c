import { describe, expect, it } from 'vitest'
import { barOf, spanOf } from '../../api/web/lib/steps.ts'
import { behindKpi, runsBehind, scoredRuns, stoppedRuns } from '../../api/web/lib/runs-behind.ts'
import { chosenKey, chosenOf } from '../../api/web/lib/subject-keys.ts'

const paramsOf = (address: string): Record<string, string> =>
  Object.fromEntries(new URL(address, 'http://page').searchParams)
const DAY = 86_400_000

describe('the runs behind a number', () => {
  it('are those of its subject that ended in its window, in the way that it counts', () => {
    const job = { dimension: 'job', subject: 'prow:o/r:a%3Ab' }
    expect(paramsOf(runsBehind(job, 'run_failure_rate', '7d', 10 * DAY))).toEqual({
      ...{ source: 'prow', repo: 'o/r', job: 'a:b', outcome: 'failure,error,timedOut' },
      ...{ ended_from: String(3 * DAY), ended_to: String(10 * DAY) },
    })
    expect(paramsOf(runsBehind(job, 'queue_p50', '24h', DAY))['outcome']).toBeUndefined()
  })
  it('are the running ones for what is true now', () => {
    const of = { dimension: 'community', subject: 'prow' }
    expect(paramsOf(runsBehind(of, 'in_flight', 'now', DAY))).toEqual({
      source: 'prow',
      state: 'running',
    })
  })
  it('are told by their label, where it is one of the run', () => {
    const cluster = { dimension: 'cluster', subject: 'prow:b1' }
    expect(paramsOf(runsBehind(cluster, 'run_pass_rate', '24h', DAY))).toMatchObject({
      ...{ source: 'prow', label: 'cluster:b1', outcome: 'success,failure,error,timedOut' },
    })
    const branch = { dimension: 'branch', subject: 'prow:o/r:main' }
    expect(paramsOf(runsBehind(branch, 'queue_p50', '24h', DAY))).toMatchObject({
      ...{ source: 'prow', repo: 'o/r', label: 'branch:main' },
    })
    for (const [dimension, value] of [
      ['owner', '@a'],
      ['cluster', 'other'],
    ] as const) {
      const address = runsBehind({ dimension, subject: `prow:${value}` }, 'x', '7d', 8 * DAY)
      expect(paramsOf(address)).toMatchObject({ source: 'prow', label: `${dimension}:${value}` })
    }
  })
})

describe('what is behind a KPI of tests and pulls', () => {
  it('are the runs of the job, and the grid for what is true now', () => {
    const tests = { dimension: 'tests', subject: 'prow:o/r:unit' }
    expect(paramsOf(behindKpi(tests, 'flaky_tests', '30d', 31 * DAY) ?? '')).toEqual({
      ...{ source: 'prow', repo: 'o/r', job: 'unit' },
      ...{ ended_from: String(DAY), ended_to: String(31 * DAY) },
    })
    expect(behindKpi(tests, 'failing_now', 'now', DAY)).toBe('/jobs/prow/o%2Fr/unit/tests')
  })
  it('are the pull requests of the repository; issues have no page', () => {
    const pulls = { dimension: 'pulls', subject: 'github:o/r' }
    const told = (kpi: string, window: string) => behindKpi(pulls, kpi, window, DAY)
    expect(told('time_to_merge_p50', '7d')).toBe('/pulls?source=github&repo=o%2Fr&state=ended')
    expect(told('open_pulls', 'now')).toBe('/pulls?source=github&repo=o%2Fr')
    for (const kpi of ['open_issues', 'open_issue_age_p90', 'issue_time_to_close_p50'])
      expect(told(kpi, 'now')).toBeNull()
  })
})

describe('scored runs', () => {
  it('are those of the subject that ended so, in the window or ever', () => {
    const repo = { dimension: 'repo', subject: 'prow:o/r' }
    expect(paramsOf(scoredRuns(repo, 'success', '14d', 20 * DAY))).toEqual({
      ...{ source: 'prow', repo: 'o/r', outcome: 'success' },
      ...{ ended_from: String(6 * DAY), ended_to: String(20 * DAY) },
    })
    const all = { dimension: 'all', subject: '' }
    expect(scoredRuns(all, 'success', 'total', DAY)).toBe('/runs?outcome=success')
  })
})

describe('runs that a rule would have stopped', () => {
  it('are those of the subject and the window that ended so', () => {
    const repo = { dimension: 'repo', subject: 'prow:o/r' }
    expect(paramsOf(stoppedRuns('p95-of-pass', repo, 'success', '14d', 20 * DAY))).toEqual({
      ...{ source: 'prow', repo: 'o/r', outcome: 'success', stopped_by: 'p95-of-pass' },
      ...{ ended_from: String(6 * DAY), ended_to: String(20 * DAY) },
    })
  })
})

describe('what is compared', () => {
  it('is in the address both ways, and nothing for what is none', () => {
    const chosen = { dimension: 'job', subject: 'prow:o/r:a%3Ab', window: '7d' }
    expect(chosenOf(chosenKey(chosen))).toEqual(chosen)
    for (const text of [null, '', 'job', 'job:x', 'a:b:c:d']) expect(chosenOf(text)).toBeNull()
  })
})

describe('the picture of steps', () => {
  const step = (startedAt: number | null, finishedAt: number | null) => ({
    ...{ step: 's', startedAt, finishedAt, seconds: null },
    outcome: finishedAt === null ? null : ('success' as const),
  })
  it('spans from the first start to the last end, or to now while a step runs', () => {
    expect(spanOf([step(1000, 4000), step(2000, 9000)], 20_000)).toEqual({ from: 1000, to: 9000 })
    expect(spanOf([step(1000, 4000), step(2000, null)], 20_000)).toEqual({ from: 1000, to: 20_000 })
  })
  it('puts each bar where the step ran, and a point where its start is not known', () => {
    const span = { from: 0, to: 1000 }
    expect(barOf(step(250, 750), span, 1000)).toEqual({ left: 25, width: 50 })
    expect(barOf(step(500, null), span, 1000)).toEqual({ left: 50, width: 50 })
    const { left, width } = barOf(step(null, 1000), span, 1000)
    expect(left + width).toBeCloseTo(100)
    expect(width).toBeLessThan(1)
  })
})
