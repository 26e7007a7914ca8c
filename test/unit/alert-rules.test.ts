/** Every rule of the alert table: when it opens an incident, when it closes it, and what it counts as right. */

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lastingOf } from '../../processors/incidents/find/lasting.ts'
import { ALERT_RULES } from '../../processors/incidents/rules/index.ts'
import type {
  Decision,
  Forecast,
  KpiValue,
  PullEvent,
  Run,
  Score,
  TestState,
} from '../../schemas/events.ts'
import { ENDED } from '../../schemas/strips.ts'
import { runAt, stampAt, watchAlerts, type Watched } from '../support/alerts.ts'
import { aRun, MINUTE, MONDAY } from '../support/facts.ts'
import {
  sampleDecision,
  sampleForecast,
  sampleKpi,
  sampleProfile,
  sampleScore,
} from '../support/sample-records.ts'
import { aPullEvent } from '../support/pulls.ts'

const forecast = (minute: number, pFailLow: number, more: Partial<Forecast> = {}): Forecast =>
  sampleForecast({
    ...stampAt(minute, `forecast/${more.runId ?? '1'}`),
    ...aRun(),
    ...{ pFail: 0.95, pFailLow, remainingSeconds: 3600 },
    ...more,
  })
const decision = (minute: number, level: Decision['level']): Decision =>
  sampleDecision({ ...stampAt(minute, 'decision'), ...aRun(), level })
const score = (minute: number, failed: boolean | null, more: Partial<Score> = {}): Score =>
  sampleScore({
    ...stampAt(minute, `score/${more.runId ?? '1'}`),
    ...aRun(),
    ...{ failed, outcome: failed === true ? 'failure' : 'success', guard: null },
    ...more,
  })
const endsOf = (
  watched: Watched,
  from: number,
  outcomes: string,
  more: Partial<Run> = {},
): void => {
  for (const [i, word] of Array.from(outcomes).entries())
    watched.tell(
      'ci.runs.v1',
      runAt(from + i * 10, 'finished', {
        runId: `${from}.${i}`,
        outcome: word === 'F' ? 'failure' : 'success',
        ...more,
      }),
    )
}
const kpi = (minute: number, window: string, value: Partial<KpiValue> & { kpi: string }) =>
  sampleKpi({
    ...stampAt(minute, `kpi/${window}`),
    ...{ dimension: 'job', subject: 'test:acme/shop:unit', window },
    values: [
      {
        value: null,
        numerator: null,
        denominator: null,
        low: null,
        high: null,
        n: 9,
        compat: null,
        ...value,
      },
    ],
  })
const testState = (minute: number, more: Partial<TestState>): TestState => ({
  ...stampAt(minute, 'test'),
  ...aRun(),
  ...{ test: 'login', word: 'passing', severity: 0, status: 'passed', change: 'none' },
  ...{ failuresOnly: false, asOf: 0, from: 0, naive: null, flip: null, transition: null },
  week: { passed: 10, failed: 5, flaky: 0, skipped: 0, quiet: 0 },
  weekBefore: { passed: 10, failed: 0, flaky: 0, skipped: 0, quiet: 0 },
  ...{ passToFail: 0, failToPass: 0, failToFail: 0, pairs: 0, streak: 0, isAlert: false },
  ...{
    failingRun: { runId: '7', attempt: 1, at: 0 },
    passingRun: { runId: '6', attempt: 1, at: 0 },
  },
  ...{ fixes: 0, fixRuns: 0, fixSeconds: 0, regressedAt: null, basisRuns: 100, basisFailures: 1 },
  ...{
    fisher: null,
    eValue: null,
    passSeconds: null,
    fingerprint: null,
    together: [],
    partners: 0,
  },
  ...more,
})
const pull = (
  minute: number,
  number: number,
  kind: PullEvent['kind'],
  more: Partial<PullEvent> = {},
): PullEvent => aPullEvent(number, kind, MONDAY + minute * MINUTE, more)

/** What each rule is shown, and the states that its incident goes through. */
const CASES: Readonly<Record<string, (watched: Watched) => void>> = {
  'run-likely-to-fail': (watched) => {
    watched.tell('ci.runs.v1', runAt(0, 'started'))
    watched.tell('ci.forecasts.v1', forecast(1, 0.79)) // not sure enough
    watched.tell('ci.forecasts.v1', forecast(2, 0.9, { remainingSeconds: 300 })) // no time left
    watched.tell('ci.forecasts.v1', forecast(3, 0.8))
    watched.tell('ci.forecasts.v1', forecast(4, 0.61)) // on the edge
    watched.tell('ci.scores.v1', score(9, true))
  },
  'stop-recommended': (watched) => {
    watched.tell('ci.runs.v1', runAt(0, 'started'))
    watched.tell('ci.decisions.v1', decision(1, 'advise'))
    watched.tell('ci.decisions.v1', decision(2, 'stop'))
    watched.tell('ci.scores.v1', score(9, true))
    watched.until(19)
  },
  'job-overdue': (watched) => {
    watched.tell('ci.runs.v1', runAt(0, 'started', { runId: '0' }))
    // Passes and failures are over by 1,000 s.
    const over = { seconds: [0, 1_000], passSurvival: [1, 0], failSurvival: [1, 0] }
    const profile = sampleProfile({
      ...stampAt(1, 'p'),
      ...aRun(),
      passes: 12,
      failures: 9,
      ...over,
    })
    watched.tell('ci.job-profiles.v1', profile)
    watched.tell('ci.runs.v1', runAt(5, 'finished', { runId: '0' }))
    watched.tell('ci.runs.v1', runAt(10, 'started'))
    watched.until(10 + 1_999 / 60)
    expect(watched.states('job-overdue')).toEqual([])
    watched.until(10 + 2_000 / 60)
    watched.tell('ci.runs.v1', runAt(60, 'finished', { outcome: 'timedOut' }))
  },
  'queue-stuck': (watched) => {
    for (let i = 0; i < 10; i += 1)
      watched.tell(
        'ci.runs.v1',
        runAt(i + 20, 'started', { runId: `${i}`, queuedAt: runAt(i, 'queued').queuedAt }),
      )
    watched.tell('ci.runs.v1', runAt(40, 'queued', { runId: 'q' }))
    watched.until(59)
    expect(watched.states('queue-stuck')).toEqual([])
    watched.until(60)
    watched.tell(
      'ci.runs.v1',
      runAt(75, 'started', { runId: 'q', queuedAt: runAt(40, 'queued').queuedAt }),
    )
    watched.until(85)
  },
  'consecutive-failures': (watched) => {
    endsOf(watched, 0, 'FF')
    expect(watched.states('consecutive-failures')).toEqual([])
    endsOf(watched, 20, 'F') // opens
    endsOf(watched, 30, 'F') // it went on: right
    endsOf(watched, 40, 'P')
    endsOf(watched, 50, 'P') // the second pass closes
  },
  'new-regression': (watched) => {
    watched.tell('ci.test-states.v1', testState(1, { word: 'failing' }))
    watched.tell('ci.test-states.v1', testState(2, { word: 'regression' }))
    watched.tell('ci.test-states.v1', testState(3, { word: 'regression' }))
    watched.tell('ci.test-states.v1', testState(4, { word: 'passing' }))
  },
  'new-flake': (watched) => {
    const once = { passed: 3, failed: 1, flaky: 1, skipped: 0, quiet: 0 }
    watched.tell('ci.test-states.v1', testState(0, { word: 'flaky', flip: 1, fixes: 1 }))
    watched.tell('ci.test-states.v1', testState(0, { word: 'flaky', flip: 1, week: once }))
    watched.tell('ci.test-states.v1', testState(1, { word: 'flaky', flip: 0.19 }))
    watched.tell('ci.test-states.v1', testState(2, { word: 'flaky', flip: 0.2, fixes: 2 }))
    watched.tell('ci.test-states.v1', testState(3, { word: 'flaky', flip: 0.11 }))
    watched.tell('ci.test-states.v1', testState(4, { word: 'flaky', flip: 0.09 }))
  },
  'mass-failure': (watched) => {
    const tab = (minute: number, passed: number, failed: number) => ({
      ...stampAt(minute, 'tab'),
      ...aRun(),
      ...{ status: 'failing' as const, recent: 1, recentPassed: 0, cells: 1, cellsPassed: 0 },
      ...{ tests: 30, sheets: 1, failing: failed, alerts: 0, partnered: 0, partners: 0 },
      ...{ persistent: 0, fresh: 0, fixed: 0, installFlake: false, failuresOnly: false, last: 0 },
      columns: [
        {
          ...{ runId: '5', attempt: 1, at: 0, sha: null, outcome: 'failure' as const, fresh: 0 },
          passed,
          failed,
          flaky: 0,
          skipped: 0,
          marks: ENDED,
        },
      ],
    })
    watched.tell('ci.test-tabs.v1', tab(1, 2, 8)) // 80 % is not more than 80 %
    watched.tell('ci.test-tabs.v1', tab(2, 1, 9))
    watched.tell('ci.test-tabs.v1', tab(3, 100, 20))
  },
  'external-regression': (watched) => {
    endsOf(watched, 0, 'P'.repeat(25))
    const failed = (minute: number, number: number) => {
      const runId = `p${number}`
      watched.tell('ci.runs.v1', runAt(minute, 'started', { runId, pull: number }))
      watched.tell('ci.test-results.v1', {
        ...{ ...stampAt(minute + 1, runId), ...aRun({ runId }), test: 'login', status: 'failed' },
        ...{ rawStatus: 'failed', durationSeconds: null, message: null },
      })
    }
    failed(300, 1)
    failed(310, 1) // the same pull request again
    expect(watched.states('external-regression')).toEqual([])
    failed(320, 2)
    watched.until(321 + 12 * 60 + 24 * 60)
  },
  'stale-job': (watched) => {
    endsOf(watched, 0, 'P'.repeat(11))
    watched.until(100 + 24 * 60 - 1)
    expect(watched.states('stale-job')).toEqual([])
    watched.until(100 + 24 * 60)
    endsOf(watched, 100 + 48 * 60, 'P')
  },
  'cluster-outage': (watched) => {
    const state = (minute: number, place: string, weight: number) =>
      watched.tell('ci.cluster-states.v1', {
        ...{ ...stampAt(minute, place), source: 'test', place, reporter: 'prometheus', weight },
        troubles: weight === 0 ? [] : [{ name: 'NodesNotReady', severity: 'critical', count: 3 }],
      })
    state(1, 'run/17', 5)
    state(2, 'cluster/build01', 1)
    state(3, 'cluster/build01', 0.5)
    state(4, 'cluster/build01', 0)
  },
  'timeout-spike': (watched) => {
    const rate = (minute: number, value: number, low: number, numerator: number) =>
      watched.tell('ci.kpis.v1', kpi(minute, '24h', { kpi: 'timeout_rate', value, low, numerator }))
    rate(1, 0.2, 0.06, 2)
    rate(2, 0.2, 0.06, 3)
    rate(3, 0.03, 0.01, 3)
    rate(4, 0.02, 0.01, 2)
  },
  'pass-rate-drop': (watched) => {
    const change = (minute: number, value: number, high: number) =>
      watched.tell(
        'ci.kpis.v1',
        kpi(minute, '7d', { kpi: 'net_improvement', value, low: -0.5, high }),
      )
    change(1, -0.2, 0.01)
    change(2, -0.2, -0.01)
    change(3, -0.06, 0.1)
    change(4, -0.04, 0.1)
  },
  'source-unheard': (watched) => {
    const state = (
      minute: number,
      condition: 'heard' | 'failing' | 'stale',
      reason: string | null,
      quotaLeft: number | null = null,
    ) =>
      watched.tell('ci.source-states.v1', {
        ...{ ...stampAt(minute, 'source'), source: 'prow', state: condition, reason },
        ...{ detail: null, heardAt: null, failures: 3, quotaLeft },
      })
    state(1, 'failing', 'unreachable') // it may come back by itself
    state(2, 'failing', 'unauthorised')
    state(3, 'failing', 'throttled')
    state(4, 'heard', null)
  },
  'stops-held-back': (watched) => {
    watched.tell('ci.runs.v1', runAt(0, 'started'))
    watched.tell('ci.scores.v1', score(1, false))
    watched.tell('ci.scores.v1', score(2, false, { guard: 'adrift' }))
    watched.tell('ci.scores.v1', score(3, false, { guard: 'adrift' }))
    watched.tell('ci.scores.v1', score(4, false))
  },
  'review-waiting': (watched) => {
    for (let i = 1; i <= 10; i += 1) {
      watched.tell('ci.pull-events.v1', pull(i, i, 'opened'))
      watched.tell('ci.pull-events.v1', pull(i + 0.5, i, 'reviewed', { actor: 'bob' }))
    }
    watched.tell('ci.pull-events.v1', pull(100, 50, 'opened'))
    watched.until(100 + 24 * 60 - 1)
    expect(watched.states('review-waiting')).toEqual([])
    watched.until(100 + 24 * 60)
    watched.tell('ci.pull-events.v1', pull(5_000, 50, 'reviewed', { actor: 'bob' }))
  },
  'merge-blocked': (watched) => {
    const ready = { labels: ['lgtm', 'approved'] }
    for (let i = 1; i <= 10; i += 1) {
      watched.tell('ci.pull-events.v1', pull(i, i, 'opened'))
      watched.tell('ci.pull-events.v1', pull(i + 0.1, i, 'labelled', ready))
      watched.tell('ci.pull-events.v1', pull(i + 0.5, i, 'merged', ready))
    }
    watched.tell('ci.pull-events.v1', pull(100, 50, 'opened'))
    watched.tell(
      'ci.pull-events.v1',
      pull(101, 50, 'labelled', { labels: ['lgtm', 'approved', 'do-not-merge/hold'] }),
    )
    watched.tell('ci.pull-events.v1', pull(102, 50, 'labelled', ready))
    watched.until(102 + 240 - 1)
    expect(watched.states('merge-blocked')).toEqual([])
    watched.until(102 + 240)
    watched.tell('ci.pull-events.v1', pull(600, 50, 'merged', ready))
  },
}

/** What its findings came to: right, wrong. */
const RIGHT: Readonly<Record<string, readonly [number, number]>> = {
  'run-likely-to-fail': [1, 0],
  'stop-recommended': [1, 0],
  'job-overdue': [1, 0],
  'queue-stuck': [1, 0],
  'consecutive-failures': [1, 0],
  'stale-job': [1, 0],
  'merge-blocked': [1, 0],
}

describe('the alert table', () => {
  it('has a file for each row and a row for each file', () => {
    const folder = join(import.meta.dirname, '../../processors/incidents/rules')
    const files = readdirSync(folder).map((file) => file.replace('.ts', ''))
    const rows = ALERT_RULES.map(({ name }) => name)
    expect(files.sort()).toEqual([...rows, 'index'].sort())
    expect(ALERT_RULES.map(({ code }) => code)).toEqual(ALERT_RULES.map((_, i) => `A${i + 1}`))
  })
  it('names only rules in what it swallows, and says of each limit what it may be', () => {
    const names = ALERT_RULES.map(({ name }) => name)
    for (const { swallows = [], limits, doc } of ALERT_RULES) {
      for (const name of swallows) expect(names).toContain(name)
      for (const [name, { otherwise, range }] of Object.entries(limits)) {
        expect(otherwise).toBeGreaterThanOrEqual(range[0])
        expect(otherwise).toBeLessThanOrEqual(range[1])
        expect(name.length).toBeGreaterThan(2)
      }
      expect(doc).toMatch(/Over (at|after|when|with|below|where)/)
    }
  })
})

describe('how long runs of a job last', () => {
  it('is told with how those end that last longest', () => {
    const curves = {
      seconds: [0, 100, 200],
      ...{ passes: 30, passSurvival: [1, 0.2, 0], failures: 10, failSurvival: [1, 0.8, 0] },
    }
    expect(lastingOf(curves)).toEqual({ longestSeconds: 200, lateFailing: 8 / 14 })
    expect(lastingOf({ ...curves, passes: 5 })).toBeNull()
  })

  it('makes a run overdue after four times that where the longest pass', () => {
    const watched = watchAlerts()
    watched.tell('ci.runs.v1', runAt(0, 'started', { runId: '0' }))
    const curves = { seconds: [0, 500, 1_000], passSurvival: [1, 0.5, 0], failSurvival: [1, 0, 0] }
    const counts = { passes: 15, failures: 6 }
    watched.tell(
      'ci.job-profiles.v1',
      sampleProfile({ ...stampAt(1, 'p'), ...aRun(), ...counts, ...curves }),
    )
    watched.tell('ci.runs.v1', runAt(5, 'finished', { runId: '0' }))
    watched.tell('ci.runs.v1', runAt(10, 'started'))
    watched.until(10 + 3_999 / 60)
    expect(watched.states('job-overdue')).toEqual([])
    watched.until(10 + 4_000 / 60)
    expect(watched.states('job-overdue')).toEqual(['open'])
  })
})

describe('a run whose log stands still', () => {
  /** Ten passes of 100 minutes whose logs grow every 20 minutes, then run 99 with a growing log. */
  const logged = () => {
    const watched = watchAlerts()
    const grow = (minute: number, runId: string, logBytes: number) =>
      watched.tell(
        'ci.runs.v1',
        runAt(minute, 'progress', { runId, logBytes, eventId: `${runId}/${minute}` }),
      )
    for (let i = 0; i < 10; i += 1) {
      const [from, runId] = [i * 100, `${i}`]
      watched.tell('ci.runs.v1', runAt(from, 'started', { runId }))
      for (let minute = 20; minute < 100; minute += 20) grow(from + minute, runId, minute)
      watched.tell('ci.runs.v1', runAt(from + 99, 'finished', { runId, logBytes: 80 }))
    }
    watched.tell('ci.runs.v1', runAt(1_000, 'started', { runId: '99' }))
    grow(1_010, '99', 10)
    return { watched, grow }
  }

  it('is overdue after twice the longest silence of passes, and right where it does not pass', () => {
    const { watched } = logged()
    watched.until(1_049)
    expect(watched.states('job-overdue')).toEqual([])
    watched.until(1_050)
    expect(watched.newest('job-overdue')).toMatchObject({
      state: 'open',
      title: 'unit run 99 has written nothing to its log for 40 minutes',
      signal: 'a longer silence than in the logs of its last passes',
    })
    watched.tell('ci.runs.v1', runAt(1_200, 'finished', { runId: '99', outcome: 'timedOut' }))
    expect(watched.newest('job-overdue')).toMatchObject({ state: 'closed', right: 1, wrong: 0 })
    expect(watched.states('job-overdue')).toEqual(['open', 'closed'])
  })
  it('is over when its log has grown twice, not once, and wrong where it passes then', () => {
    const { watched, grow } = logged()
    grow(1_060, '99', 20)
    watched.until(1_069)
    expect(watched.states('job-overdue')).toEqual(['open'])
    grow(1_070, '99', 20)
    expect(watched.states('job-overdue')).toEqual(['open'])
    grow(1_071, '99', 30)
    expect(watched.newest('job-overdue')).toMatchObject({
      state: 'closed',
      verdict: 'its log goes on',
    })
    watched.tell('ci.runs.v1', runAt(1_100, 'finished', { runId: '99' }))
    expect(watched.newest('job-overdue')).toMatchObject({ state: 'closed', right: 0, wrong: 1 })
  })
  it('is told again where it stands still once more', () => {
    const { watched, grow } = logged()
    grow(1_060, '99', 20)
    grow(1_061, '99', 30)
    watched.until(1_100)
    expect(watched.newest('job-overdue')?.state).toBe('closed')
    watched.until(1_101)
    expect(watched.newest('job-overdue')).toMatchObject({ state: 'open', reopened: 1 })
  })
  it('says nothing before ten passes with a log are known, nor of a run without one', () => {
    const watched = watchAlerts()
    watched.tell('ci.runs.v1', runAt(0, 'started', { runId: '1' }))
    watched.tell('ci.runs.v1', runAt(10, 'progress', { runId: '1', logBytes: 5 }))
    watched.tell('ci.runs.v1', runAt(10, 'started', { runId: '2' }))
    watched.until(4_000)
    expect(watched.states('job-overdue')).toEqual([])
  })
})

describe('a cluster whose runs fail where the same jobs pass elsewhere', () => {
  const delta = (
    watched: Watched,
    minute: number,
    value: number | null,
    high: number | null,
    n = 40,
  ) =>
    watched.tell('ci.kpis.v1', {
      ...kpi(minute, '24h', { kpi: 'cluster_health_delta', value, low: -0.7, high, n }),
      ...{ dimension: 'peers', subject: 'test:build01' },
    })
  const trouble = (watched: Watched, minute: number, weight: number) =>
    watched.tell('ci.cluster-states.v1', {
      ...{ ...stampAt(minute, 'build01'), source: 'test', place: 'cluster/build01' },
      ...{ reporter: 'prometheus', weight, troubles: [] },
    })

  it('is out where that is more than chance, until they are level or not compared any more', () => {
    const watched = watchAlerts()
    delta(watched, 1, -0.5, -0.09)
    delta(watched, 1.5, -1, -0.19, 9) // too few runs to tell the place from what they test
    expect(watched.states('cluster-outage')).toEqual([])
    delta(watched, 2, -0.5, -0.1)
    expect(watched.newest('cluster-outage')).toMatchObject({
      ...{ state: 'open', subject: 'cluster/build01', repo: '', job: '' },
      title:
        'cluster build01: its runs pass 50 points less often than those of the same jobs elsewhere',
      signal: '95 % interval -70 % to -10 %, over 40 runs of 24 hours',
    })
    delta(watched, 3, -0.06, 0.2)
    expect(watched.newest('cluster-outage')?.state).not.toBe('closed')
    delta(watched, 4, -0.04, 0.2)
    expect(watched.newest('cluster-outage')?.state).toBe('closed')
    delta(watched, 5, -0.5, -0.1)
    delta(watched, 6, null, null)
    expect(watched.newest('cluster-outage')?.state).toBe('closed')
  })
  it('is one incident with what telemetry tells of it, over when both are', () => {
    const watched = watchAlerts()
    trouble(watched, 1, 1)
    delta(watched, 2, -0.5, -0.2)
    trouble(watched, 3, 0)
    expect(watched.newest('cluster-outage')).toMatchObject({ reopened: 0, held: 2 })
    expect(watched.newest('cluster-outage')?.state).not.toBe('closed')
    delta(watched, 4, 0, 0.1)
    expect(watched.states('cluster-outage').filter((state) => state === 'open')).toHaveLength(1)
    expect(watched.newest('cluster-outage')?.state).toBe('closed')
  })
})

describe('a job that runs in bursts', () => {
  it('is not silent at a weekend as long as the one before', () => {
    const watched = watchAlerts()
    endsOf(watched, 0, 'P')
    const burst = (minute: number) =>
      Array.from({ length: 30 }, (_, i) => {
        endsOf(watched, minute + i, 'P')
      })
    burst(2 * 24 * 60)
    watched.until(7 * 24 * 60)
    expect(watched.states('stale-job')).toEqual([])
    burst(7 * 24 * 60)
    watched.until(9 * 24 * 60)
    expect(watched.states('stale-job')).toEqual([])
  })
})

describe('the quota of a source', () => {
  it('is told before it is used up, and over when enough of it is left again', () => {
    const watched = watchAlerts()
    for (const [minute, quotaLeft] of [0.4, 0.08, 0.15, 0.3].entries())
      watched.tell('ci.source-states.v1', {
        ...{ ...stampAt(minute, 'quota'), source: 'github', state: 'heard', reason: null },
        ...{ detail: null, heardAt: null, failures: 0, quotaLeft },
      })
    expect(watched.states('source-unheard')).toEqual(['open', 'closed'])
  })
})

describe('a run that is likely to fail and should be stopped', () => {
  const opened = (watched: Watched, rule: string): number =>
    watched.states(rule).filter((state) => state === 'open').length
  it('is told once: the advice to stop it says all of it', () => {
    const watched = watchAlerts()
    watched.tell('ci.runs.v1', runAt(0, 'started'))
    watched.tell('ci.forecasts.v1', forecast(3, 0.9))
    watched.tell('ci.decisions.v1', decision(4, 'stop'))
    expect(watched.newest('run-likely-to-fail')).toMatchObject({ state: 'closed' })
    expect(watched.newest('run-likely-to-fail')?.verdict).toContain('should be stopped')
    watched.tell('ci.scores.v1', score(9, true))
    watched.until(19)
    expect(watched.newest('stop-recommended')).toMatchObject({ state: 'closed', right: 1 })
    expect([opened(watched, 'run-likely-to-fail'), opened(watched, 'stop-recommended')]).toEqual([
      1, 1,
    ])
  })
  it('is the same incident where another run of the head is to be stopped within ten minutes', () => {
    const watched = watchAlerts()
    const of = { job: 'lint', runId: '2' }
    const head = { group: 'g', branch: 'main' }
    watched.tell('ci.runs.v1', runAt(0, 'started', head))
    watched.tell('ci.runs.v1', runAt(0, 'started', { ...of, ...head }))
    watched.tell('ci.decisions.v1', decision(1, 'stop'))
    watched.tell('ci.scores.v1', score(9, true))
    expect(watched.newest('stop-recommended')).toMatchObject({ state: 'update', holding: 0 })
    watched.tell('ci.decisions.v1', { ...decision(18, 'stop'), ...of })
    watched.until(28)
    watched.tell('ci.scores.v1', { ...score(30, true), ...of })
    watched.until(40 - 1 / 60)
    expect(watched.newest('stop-recommended')).toMatchObject({ state: 'update', held: 2, right: 2 })
    watched.until(40)
    expect(watched.newest('stop-recommended')).toMatchObject({
      ...{ state: 'closed', reopened: 0, verdict: 'run 2 ended: failure' },
    })
    expect(opened(watched, 'stop-recommended')).toBe(1)
  })
  it('is told once where the forecast and the advice come at one instant, whatever their ids', () => {
    for (let n = 0; n < 20; n += 1) {
      const watched = watchAlerts()
      const of = { runId: String(n) }
      watched.tell('ci.runs.v1', runAt(0, 'started', of))
      const told = { ...forecast(3, 0.9), ...of, eventId: `forecast of ${n}` }
      watched.together([
        ['ci.forecasts.v1', told],
        ['ci.decisions.v1', { ...decision(3, 'stop'), ...of, eventId: `decision of ${n}` }],
      ])
      watched.tell('ci.scores.v1', { ...score(9, true), ...of })
      expect(watched.states('run-likely-to-fail')).toEqual([])
      expect(watched.newest('stop-recommended')).toMatchObject({ right: 1, swallowed: 1 })
    }
  })
  it('is not told a second time by its forecast, nor at its end', () => {
    const watched = watchAlerts()
    watched.tell('ci.runs.v1', runAt(0, 'started'))
    watched.tell('ci.decisions.v1', decision(1, 'stop'))
    watched.tell('ci.forecasts.v1', forecast(3, 0.9))
    watched.tell('ci.scores.v1', score(9, true))
    expect(watched.states('run-likely-to-fail')).toEqual([])
    expect(watched.newest('stop-recommended')?.swallowed).toBe(1)
  })
  it('is told as likely to fail where the advice is taken back and the forecast stands', () => {
    const watched = watchAlerts()
    watched.tell('ci.runs.v1', runAt(0, 'started'))
    watched.tell('ci.decisions.v1', decision(1, 'stop'))
    watched.tell('ci.forecasts.v1', forecast(3, 0.9))
    watched.tell('ci.decisions.v1', decision(4, 'advise'))
    expect(watched.states('run-likely-to-fail')).toEqual(['open'])
  })
})

describe('each alert rule', () => {
  it('is tried here', () => {
    expect(Object.keys(CASES).sort()).toEqual(ALERT_RULES.map(({ name }) => name).sort())
  })
  it.each(ALERT_RULES.map((row) => [row.name, row] as const))(
    '%s opens one incident and closes it, and says what it is about',
    (name, row) => {
      const watched = watchAlerts()
      CASES[name]?.(watched)
      const states = watched.states(name)
      expect(states[0]).toBe('open')
      expect(states.at(-1)).toBe('closed')
      expect(states.filter((state) => state === 'open')).toHaveLength(1)
      const [first] = watched.incidents().filter(({ alert }) => alert === name)
      expect(first).toMatchObject({ severity: row.severity, advice: row.advice, holding: 1 })
      for (const text of [first?.title, first?.signal]) {
        expect(text).toBeTruthy()
        expect(text).not.toMatch(/undefined|NaN|null/)
      }
      const [right, wrong] = RIGHT[name] ?? [0, 0]
      expect(watched.newest(name)).toMatchObject({ right, wrong, holding: 0, held: 1 })
      expect(row.rightWhen !== undefined).toBe(right + wrong > 0)
    },
  )

  it('counts a run that was said to fail and passed as wrong, also where it was taken back before', () => {
    const watched = watchAlerts()
    watched.tell('ci.runs.v1', runAt(0, 'started'))
    watched.tell('ci.forecasts.v1', forecast(1, 0.9))
    watched.tell('ci.forecasts.v1', forecast(2, 0.5))
    expect(watched.newest('run-likely-to-fail')).toMatchObject({ state: 'closed', wrong: 0 })
    watched.tell('ci.scores.v1', score(9, false))
    expect(watched.newest('run-likely-to-fail')).toMatchObject({
      state: 'closed',
      right: 0,
      wrong: 1,
    })
  })
})
