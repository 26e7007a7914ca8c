/** What a rule has found ends when the rule is switched off, is for other jobs, or has limits that are kept. */

import { describe, expect, it } from 'vitest'
import type { AlertRuleSetting, Kpi } from '../../schemas/events.ts'
import {
  aSetting,
  runAt,
  someSettings,
  stampAt,
  watchAlerts,
  type Watched,
} from '../support/alerts.ts'
import { aRun, MINUTE, MONDAY } from '../support/facts.ts'
import { aPullEvent } from '../support/pulls.ts'
import { sampleForecast, sampleKpi, sampleProfile, sampleScore } from '../support/sample-records.ts'

const DAY = 24 * 60
const change = (watched: Watched, minute: number, more: Partial<AlertRuleSetting>) =>
  watched.configure(someSettings([aSetting(more)], [], MONDAY + minute * MINUTE))
const off = (watched: Watched, minute: number, rule: string) =>
  change(watched, minute, { rule, isOn: false })

const kpi = (minute: number, more: Partial<Kpi>, name: string, value: number): Kpi => ({
  ...sampleKpi({ ...stampAt(minute, `kpi/${name}`), ...more }),
  values: [
    {
      ...{ kpi: name, value, low: value, high: value, numerator: 9, denominator: 9, n: 10 },
      compat: null,
    },
  ],
})
const OF_JOB = { dimension: 'job', subject: 'test:acme/shop:unit', window: '24h' }
const OF_CLUSTER = { dimension: 'peers', subject: 'test:build01', window: '24h' }
const clusterState = (minute: number) => ({
  ...{ ...stampAt(minute, 'c'), source: 'test', place: 'cluster/build01', weight: 2 },
  ...{ reporter: 'prometheus', troubles: [{ name: 'Down', severity: 'critical', count: 1 }] },
})
const sourceState = (minute: number) => ({
  ...{ ...stampAt(minute, 's'), source: 'prow', state: 'stale' as const, reason: null },
  ...{ detail: null, heardAt: null, failures: 3, quotaLeft: null },
})
const failing = (minute: number, job = 'unit') =>
  runAt(minute, 'finished', { job, runId: `${job}/${minute}`, outcome: 'failure' })
const likely = (minute: number) =>
  sampleForecast({
    ...stampAt(minute, 'f'),
    ...aRun(),
    pFail: 0.95,
    pFailLow: 0.9,
    remainingSeconds: 3600,
  })
const pull = (minute: number, number: number, kind: 'opened' | 'reviewed') =>
  aPullEvent(number, kind, MONDAY + minute * MINUTE, kind === 'reviewed' ? { actor: 'bob' } : {})

/** By rule: opens its incident before minute 2,000, and what its finder hears next, which would keep it open. */
const OPENERS: Readonly<
  Record<string, readonly [(watched: Watched) => void, (watched: Watched) => void]>
> = {
  'timeout-spike': [
    (watched) => watched.tell('ci.kpis.v1', kpi(1, OF_JOB, 'timeout_rate', 0.5)),
    (watched) => watched.tell('ci.kpis.v1', kpi(2_001, OF_JOB, 'timeout_rate', 0.5)),
  ],
  'cluster-outage': [
    (watched) => watched.tell('ci.kpis.v1', kpi(1, OF_CLUSTER, 'cluster_health_delta', -0.5)),
    (watched) => watched.tell('ci.kpis.v1', kpi(2_001, OF_CLUSTER, 'cluster_health_delta', -0.5)),
  ],
  'source-unheard': [
    (watched) => watched.tell('ci.source-states.v1', sourceState(1)),
    (watched) => watched.tell('ci.source-states.v1', sourceState(2_001)),
  ],
  'consecutive-failures': [
    (watched) => {
      for (const minute of [0, 1, 2]) watched.tell('ci.runs.v1', failing(minute))
    },
    (watched) => watched.tell('ci.runs.v1', failing(2_001)),
  ],
  'run-likely-to-fail': [
    (watched) => watched.tell('ci.runs.v1', runAt(0, 'started')).tell('ci.forecasts.v1', likely(1)),
    (watched) => watched.tell('ci.forecasts.v1', likely(2_001)),
  ],
  'stops-held-back': [
    (watched) => {
      watched.tell('ci.runs.v1', runAt(0, 'started'))
      watched.tell('ci.scores.v1', sampleScore({ ...stampAt(1, 'a'), ...aRun(), guard: 'adrift' }))
    },
    (watched) =>
      watched.tell(
        'ci.scores.v1',
        sampleScore({ ...stampAt(2_001, 'a'), ...aRun(), guard: 'adrift' }),
      ),
  ],
  'review-waiting': [
    (watched) => {
      for (let i = 1; i <= 10; i += 1)
        watched
          .tell('ci.pull-events.v1', pull(i, i, 'opened'))
          .tell('ci.pull-events.v1', pull(i + 0.5, i, 'reviewed'))
      watched.tell('ci.pull-events.v1', pull(20, 50, 'opened')).until(20 + DAY)
    },
    (watched) => watched.tell('ci.pull-events.v1', pull(2_001, 51, 'opened')),
  ],
}
const cleared = (watched: Watched, rule: string) =>
  watched.symptoms().filter((each) => each.rule === rule && each.state === 'cleared')

describe('a rule that is switched off', () => {
  it.each(Object.entries(OPENERS))(
    '%s ends what it held when its finder hears next',
    (rule, [open, go]) => {
      const watched = watchAlerts()
      open(watched)
      expect(watched.newest(rule)?.state).not.toBe('closed')
      expect(watched.states(rule)[0]).toBe('open')
      off(watched, 1_990, rule)
      go(watched)
      expect(cleared(watched, rule).map(({ verdict }) => verdict)).toEqual([
        'the rule was switched off',
      ])
      expect(watched.newest(rule)?.state).toBe('closed')
      go(watched)
      expect(watched.states(rule).filter((state) => state === 'open')).toHaveLength(1)
    },
  )
  it('ends what telemetry told, as what runs told', () => {
    const watched = watchAlerts().tell('ci.cluster-states.v1', clusterState(1))
    off(watched, 10, 'cluster-outage').tell('ci.cluster-states.v1', clusterState(61))
    expect(watched.states('cluster-outage')).toEqual(['open', 'closed'])
  })
  it('ends its incidents by the full hour, also where nothing is heard any more, with their severity', () => {
    const watched = watchAlerts()
    OPENERS['timeout-spike']?.[0](watched)
    off(watched, 70, 'timeout-spike').until(119)
    expect(watched.states('timeout-spike')).toEqual(['open'])
    watched.until(120)
    expect(watched.newest('timeout-spike')).toMatchObject({
      ...{ state: 'closed', severity: 'warning', verdict: 'the rule was switched off', holding: 0 },
    })
  })
  it('is not told of what was part of another incident when that one closes', () => {
    const watched = watchAlerts()
    OPENERS['consecutive-failures']?.[0](watched)
    watched.tell('ci.runs.v1', runAt(3, 'started')).tell('ci.forecasts.v1', likely(4))
    off(watched, 5, 'run-likely-to-fail').until(60)
    for (const minute of [61, 62])
      watched.tell('ci.runs.v1', runAt(minute, 'finished', { runId: `p${minute}` }))
    expect(watched.newest('consecutive-failures')?.state).toBe('closed')
    expect(watched.states('run-likely-to-fail')).toEqual([])
  })
})

describe('a rule that is for other jobs now', () => {
  it('ends what it found of those it no longer looks at, and keeps the rest', () => {
    const watched = watchAlerts()
    for (const minute of [0, 1, 2])
      for (const job of ['unit', 'lint']) watched.tell('ci.runs.v1', failing(minute, job))
    change(watched, 10, { rule: 'consecutive-failures', match: ['lint'] }).until(60)
    expect(watched.incidents().slice(-1)).toMatchObject([
      { state: 'closed', job: 'unit', verdict: 'the rule is for other jobs now' },
    ])
    watched.tell('ci.runs.v1', failing(70)).tell('ci.runs.v1', failing(70, 'lint'))
    expect(watched.newest('consecutive-failures')).toMatchObject({ state: 'update', job: 'lint' })
  })
})

describe('a rule whose limits have changed', () => {
  const overdue = () => {
    const watched = watchAlerts()
    const over = { seconds: [0, 1_000], passSurvival: [1, 0], failSurvival: [1, 0] }
    watched.tell('ci.runs.v1', runAt(0, 'started', { runId: '0' }))
    watched.tell(
      'ci.job-profiles.v1',
      sampleProfile({ ...stampAt(1, 'p'), ...aRun(), passes: 12, failures: 9, ...over }),
    )
    watched.tell('ci.runs.v1', runAt(5, 'finished', { runId: '0' }))
    return watched.tell('ci.runs.v1', runAt(10, 'started')).until(50)
  }
  const next = (watched: Watched, minute: number) =>
    watched.tell('ci.runs.v1', runAt(minute, 'started', { runId: 'x' }))

  it('ends a wait that is not too long by these, and still says at its end whether it was right', () => {
    const watched = overdue()
    expect(watched.states('job-overdue')).toEqual(['open'])
    next(change(watched, 50, { rule: 'job-overdue', limits: { factor: 10 } }), 61)
    expect(watched.newest('job-overdue')).toMatchObject({
      ...{ state: 'closed', verdict: 'it is within the limits set since', right: 0 },
    })
    watched.until(10 + 10_000 / 60)
    expect(watched.newest('job-overdue')).toMatchObject({ state: 'open', reopened: 0 })
    watched.tell('ci.runs.v1', runAt(200, 'finished', { outcome: 'timedOut' }))
    expect(watched.newest('job-overdue')).toMatchObject({ state: 'closed', right: 1 })
  })
  it('keeps one that is', () => {
    const watched = overdue()
    next(change(watched, 50, { rule: 'job-overdue', limits: { factor: 2.5 } }), 61)
    expect(watched.states('job-overdue')).toEqual(['open'])
  })
  it('ends what a KPI no longer bears out', () => {
    const watched = watchAlerts()
    OPENERS['timeout-spike']?.[0](watched)
    change(watched, 10, { rule: 'timeout-spike', limits: { low: 0.8, keep: 0.7 } })
    watched.tell('ci.kpis.v1', kpi(61, OF_JOB, 'timeout_rate', 0.5))
    expect(watched.states('timeout-spike')).toEqual(['open', 'closed'])
  })
  it('ends the wait of a pull request that is not too long by these', () => {
    const watched = watchAlerts()
    OPENERS['review-waiting']?.[0](watched)
    change(watched, 1_465, { rule: 'review-waiting', limits: { least: 10 * 86_400 } })
    OPENERS['review-waiting']?.[1](watched)
    expect(watched.newest('review-waiting')?.state).toBe('closed')
    watched.until(20 + 10 * DAY)
    expect(watched.newest('review-waiting')).toMatchObject({ state: 'open', holding: 1 })
  })
})
