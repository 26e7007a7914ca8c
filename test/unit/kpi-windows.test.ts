import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kpis } from '../../processors/kpi/jobs.ts'
import { phaseOf } from '../../processors/phase.ts'
import { kpiCommunities, kpiRepos } from '../../processors/kpi/rollups.ts'
import type { Kpi, Outcome, Run } from '../../schemas/events.ts'
import { drive, type Drive } from '../support/drive-one.ts'
import {
  DAY,
  finished,
  HOUR,
  MINUTE,
  run,
  runsOf,
  score,
  SECOND,
  T0,
} from '../support/kpi-inputs.ts'

const LENGTH: Readonly<Record<string, number>> = { '24h': DAY, '7d': 7 * DAY, '14d': 14 * DAY }
const valueOf = (record: Kpi | undefined, kpi: string) =>
  record?.values.find((value) => value.kpi === kpi)

/** What a window that ends at `end` must hold: the runs of the panes in (end − length, end]. */
const expected = (runs: readonly Run[], window: string, end: number) => {
  const inside = runs.filter(
    ({ finishedAt, observedAt }) =>
      (finishedAt ?? 0) >= end - (LENGTH[window] ?? 0) &&
      (finishedAt ?? 0) < end &&
      observedAt < end,
  )
  const of = (...outcomes: Outcome[]): number =>
    inside.filter(({ outcome }) => outcomes.includes(outcome ?? 'unknown')).length
  const lost = inside.filter(({ outcome }) => outcome !== 'success')
  const seconds = (some: readonly Run[]): number =>
    some.reduce((sum, { startedAt, finishedAt }) => sum + (finishedAt ?? 0) - (startedAt ?? 0), 0) /
    1000
  return {
    passes: of('success'),
    classed: of('success', 'failure', 'error', 'timedOut'),
    aborted: of('aborted'),
    lost: seconds(lost),
    all: seconds(inside),
  }
}
const found = (record: Kpi) => {
  const passRate = valueOf(record, 'run_pass_rate')
  const aborts = valueOf(record, 'abort_rate')
  const wasted = valueOf(record, 'wasted_hours')
  return {
    passes: passRate?.numerator ?? 0,
    classed: passRate?.denominator ?? 0,
    aborted: aborts?.numerator ?? 0,
    lost: wasted?.numerator ?? 0,
    all: wasted?.denominator ?? 0,
  }
}

const giveAll = (job: Drive, runs: readonly Run[]): void => {
  for (const each of runs) job.give('ci.runs.v1', each)
}

/** What a job's partials make of its repository and its community. */
const rolledUp = (job: Drive, until: number) => {
  const repos = drive(kpiRepos)
  const communities = drive(kpiCommunities)
  for (const partial of job.on('ci.kpi-partials.v1')) repos.give('ci.kpi-partials.v1', partial)
  repos.advanceTo(until)
  for (const partial of repos.on('ci.kpi-partials.v1'))
    communities.give('ci.kpi-partials.v1', partial)
  communities.advanceTo(until)
  return { repos, communities }
}

describe('windows', () => {
  it('hold at each pane end exactly what a count of the runs gives', () => {
    fc.assert(
      fc.property(runsOf(40), (runs) => {
        const job = drive(kpis)
        giveAll(job, runs)
        job.advanceTo(T0 + 40 * DAY)
        const history = job.on('ci.kpi-history.v1')
        for (const record of history) {
          const width = record.window === '24h' ? 5 * MINUTE : HOUR
          expect(record.eventAt % width).toBe(0)
          // A pane that was open when a run came late holds it only if its window did not end before.
          expect(found(record)).toEqual(expected(runs, record.window, record.eventAt))
        }
        for (const window of ['24h', '7d', '14d'])
          expect(history.some((record) => record.window === window)).toBe(
            runs.some(
              ({ finishedAt, observedAt }) =>
                observedAt - (finishedAt ?? 0) < (LENGTH[window] ?? 0),
            ),
          )
      }),
      { numRuns: 60 },
    )
  })
  it('leave nothing behind once every pane has expired but the newest ends', () => {
    const job = drive(kpis)
    giveAll(job, [run('a', 'started', T0), finished('a', T0 + MINUTE, 'failure', 60)])
    job.give('ci.scores.v1', score('a', T0 + MINUTE, true))
    job.advanceTo(T0 + 30 * DAY)
    const key = 'ci:o/r:unit'
    expect([...job.cells.keys()].sort()).toEqual([`${key}\u001fsubject`, `${key}\u001fwindows`])
    expect(job.timers.size).toBe(0)
    const retired = job.said.flatMap((effect) => (effect.kind === 'retire' ? [effect] : []))
    expect(retired.map(({ topic, key: of }) => `${topic} ${of.split(':').at(-1) ?? ''}`)).toEqual([
      'ci.kpis.v1 24h',
      'ci.kpis.v1 7d',
      'ci.kpis.v1 now',
      'ci.kpis.v1 14d',
      'ci.measures.v1 14d',
    ])
  })
  it('cost a silent job nothing: two timers after a run, then one for each expiry', () => {
    const job = drive(kpis)
    giveAll(job, [finished('a', T0 + MINUTE, 'success', 60)])
    expect([...job.timers.values()].map(({ timer }) => timer).sort()).toEqual(['pane', 'soon'])
    job.advanceTo(T0 + 2 * HOUR)
    expect([...job.timers.values()].map(({ due }) => due)).toEqual([
      T0 + 5 * MINUTE + DAY + phaseOf('ci:o/r:unit', 8 * SECOND),
    ])
  })
})

describe('late and early observations', () => {
  it('are counted in their window, or in `now` where they are too late for all', () => {
    const job = drive(kpis)
    giveAll(job, [
      finished('on time', T0 + 20 * DAY, 'success', 60),
      finished('late', T0 + 20 * DAY, 'success', 60, { observedAt: T0 + 20 * DAY + HOUR }),
      finished('too late', T0, 'success', 60, { observedAt: T0 + 20 * DAY + HOUR }),
      finished('ahead', T0 + 30 * DAY, 'success', 60, { observedAt: T0 + 20 * DAY + HOUR }),
    ])
    job.advanceTo(T0 + 20 * DAY + 2 * HOUR + MINUTE)
    const last = (window: string) =>
      job
        .on('ci.kpis.v1')
        .filter((record) => record.window === window)
        .at(-1)
    expect(last('24h')?.late).toBe(1)
    expect(last('7d')?.late).toBe(1)
    expect(valueOf(last('7d'), 'run_pass_rate')?.denominator).toBe(2)
    expect(last('now')?.late).toBe(2)
  })
})

describe('runs in flight', () => {
  it('are those whose start was heard and whose end was not, whatever is repeated', () => {
    const job = drive(kpis)
    giveAll(job, [
      run('a', 'started', T0),
      run('a', 'started', T0),
      run('b', 'started', T0 + 7 * MINUTE),
      finished('never started', T0 + 8 * MINUTE, 'success'),
      finished('b', T0 + 9 * MINUTE, 'success', 120),
    ])
    job.advanceTo(T0 + 30 * MINUTE)
    const now = job
      .on('ci.kpis.v1')
      .filter(({ window }) => window === 'now')
      .at(-1)
    expect(valueOf(now, 'in_flight')?.value).toBe(1)
    expect(valueOf(now, 'oldest_age')?.numerator).toBe(T0)
  })
  it('are all counted where there are more than are kept beside the subject', () => {
    const job = drive(kpis)
    const ids = Array.from({ length: 40 }, (_, i) => `r${i}`)
    giveAll(
      job,
      ids.map((id, i) => run(id, 'started', T0 + i * MINUTE)),
    )
    const cells = () => [...job.cells.keys()].filter((cell) => cell.includes('\u001fopen/')).length
    expect(cells()).toBeGreaterThan(0)
    giveAll(
      job,
      ids.map((id) => run(id, 'started', T0 + HOUR)),
    )
    giveAll(
      job,
      ids.slice(0, -2).map((id, i) => finished(id, T0 + HOUR + i, 'success', 60)),
    )
    job.advanceTo(T0 + 2 * HOUR)
    const now = job
      .on('ci.kpis.v1')
      .filter(({ window }) => window === 'now')
      .at(-1)
    expect(valueOf(now, 'in_flight')?.value).toBe(2)
    expect(valueOf(now, 'oldest_age')?.numerator).toBe(T0 + 38 * MINUTE)
    giveAll(
      job,
      ids.slice(-2).map((id) => finished(id, T0 + 2 * HOUR, 'success', 60)),
    )
    expect(cells()).toBe(0)
  })
})

describe('roll-ups', () => {
  it('hear of each pane once where hundreds were heard at one instant, from small cells', () => {
    const job = drive(kpis)
    const ends = Array.from({ length: 300 }, (_, i) => T0 + (i % 150) * 7 * MINUTE)
    giveAll(
      job,
      ends.map((at, i) => finished(`r${i}`, at, 'success', 60, { observedAt: T0 + DAY })),
    )
    const sizes = [...job.cells.values()].map(({ length }) => length)
    expect(Math.max(...sizes)).toBeLessThan(4000)
    job.advanceTo(T0 + DAY + HOUR)
    const { communities } = rolledUp(job, T0 + DAY + HOUR)
    const partials = job.on('ci.kpi-partials.v1')
    expect(new Set(partials.map(({ eventId }) => eventId)).size).toBe(partials.length)
    expect(partials.map(({ eventAt }) => eventAt)).toEqual(
      [...new Set(ends.map((at) => at - (at % (5 * MINUTE))))].sort((a, b) => a - b),
    )
    const week = communities.on('ci.kpis.v1').filter(({ window }) => window === '7d')
    expect(valueOf(week.at(-1), 'run_pass_rate')?.numerator).toBe(300)
    expect(week.at(-1)?.late).toBe(300)
    expect([...job.cells.keys()].filter((cell) => cell.includes('\u001fpending/'))).toEqual([])
  })

  it('of a repository are the sum over its jobs, as of the pane end', () => {
    fc.assert(
      fc.property(runsOf(30), (runs) => {
        const onTime = runs
          .map((each, i) => ({ ...each, job: `job ${i % 3}`, observedAt: each.finishedAt ?? 0 }))
          .sort((a, b) => a.observedAt - b.observedAt)
        const job = drive(kpis)
        giveAll(job, onTime)
        job.advanceTo(T0 + 40 * DAY)
        const { repos, communities } = rolledUp(job, T0 + 40 * DAY)
        const history = [...repos.on('ci.kpi-history.v1'), ...communities.on('ci.kpi-history.v1')]
        expect(new Set(history.map(({ dimension }) => dimension))).toEqual(
          new Set(['repo', 'community']),
        )
        for (const record of history)
          expect(found(record)).toEqual(expected(onTime, record.window, record.eventAt))
      }),
      { numRuns: 30 },
    )
  })
  it('count runs in flight across jobs', () => {
    const job = drive(kpis)
    giveAll(job, [
      run('a', 'started', T0 + HOUR / 2),
      run('b', 'started', T0 + HOUR, { job: 'lint' }),
      run('c', 'started', T0 + HOUR, { job: 'lint' }),
      finished('c', T0 + 2 * HOUR, 'success', 3600, { job: 'lint' }),
    ])
    job.advanceTo(T0 + 3 * HOUR)
    const last = rolledUp(job, T0 + 3 * HOUR)
      .communities.on('ci.kpis.v1')
      .filter(({ window, dimension }) => window === 'now' && dimension === 'community')
      .at(-1)
    expect(last?.subject).toBe('ci')
    expect(valueOf(last, 'in_flight')?.value).toBe(2)
    expect(valueOf(last, 'oldest_age')?.numerator).toBe(T0)
  })
})
