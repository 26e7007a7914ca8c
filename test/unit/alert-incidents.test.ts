/** One incident per subject: who joins and leaves, what comes back, what is part of what, what people ask for. */

import { describe, expect, it } from 'vitest'
import { incidentKey } from '../../processors/incidents/incident-state.ts'
import type { IncidentCommandKind } from '../../schemas/events.ts'
import {
  aSetting,
  runAt,
  someSettings,
  stampAt,
  watchAlerts,
  type Watched,
} from '../support/alerts.ts'
import { aRun, MINUTE, MONDAY } from '../support/facts.ts'
import { sampleForecast, sampleScore } from '../support/sample-records.ts'

const A1 = 'run-likely-to-fail'
const A5 = 'consecutive-failures'
const HEAD = { group: 'g', branch: 'main', sha: 'abc' }

const start = (watched: Watched, minute: number, runId: string, job = 'unit', more = {}) =>
  watched.tell('ci.runs.v1', runAt(minute, 'started', { runId, job, ...HEAD, ...more }))
const likely = (watched: Watched, minute: number, runId: string, job = 'unit', pFailLow = 0.9) =>
  watched.tell(
    'ci.forecasts.v1',
    sampleForecast({
      ...stampAt(minute, `f/${job}/${runId}`),
      ...aRun({ runId, job }),
      ...{ pFail: 0.95, pFailLow, remainingSeconds: 3_600 },
    }),
  )
const over = (watched: Watched, minute: number, runId: string, job = 'unit', failed = true) =>
  watched.tell(
    'ci.scores.v1',
    sampleScore({
      ...stampAt(minute, `s/${job}/${runId}`),
      ...aRun({ runId, job }),
      ...{ failed, outcome: failed ? 'failure' : 'success', guard: null },
    }),
  )
const fails = (watched: Watched, minute: number, job: string, outcomes = 'FFF') => {
  for (const [i, word] of Array.from(outcomes).entries())
    watched.tell(
      'ci.runs.v1',
      runAt(minute + i, 'finished', {
        ...{ runId: `${minute + i}`, job, ...HEAD, sha: `c${minute + i}` },
        outcome: word === 'F' ? 'failure' : 'success',
      }),
    )
}
const ask = (
  watched: Watched,
  minute: number,
  command: IncidentCommandKind,
  until: number | null = null,
) =>
  watched.command({
    ...stampAt(minute, command),
    ...{ source: 'test', repo: 'acme/shop', command, by: 'ada', note: '' },
    incident: incidentKey({ rule: A1, source: 'test', repo: 'acme/shop', subject: 'main' }),
    until: until === null ? null : MONDAY + until * MINUTE,
  })
const openOne = (settings?: Parameters<typeof watchAlerts>[0]): Watched =>
  likely(start(watchAlerts(settings), 0, '1'), 1, '1')

describe('an incident', () => {
  it('is one for all runs and jobs of a head: opened by the first, closed with the last', () => {
    const watched = openOne()
    likely(start(watched, 2, '1', 'lint'), 3, '1', 'lint')
    expect(watched.newest(A1)).toMatchObject({
      ...{ state: 'update', incident: `${A1}:test:acme/shop:main`, holding: 2, held: 2 },
      ...{ head: 'main', sha: 'abc', job: 'lint', members: ['1#1', '1#1'] },
      expectedSavedSeconds: 2 * 0.95 * 3_600,
    })
    expect(watched.newest(A1)?.title).toMatch(/\(and 1 more, 2 jobs in all\)$/)
    over(watched, 10, '1')
    over(watched, 11, '1', 'lint', false)
    expect(watched.states(A1)).toEqual(['open', 'update', 'update', 'closed'])
    expect(watched.newest(A1)).toMatchObject({ right: 1, wrong: 1, holding: 0, held: 2 })
  })

  it('is the same where it comes back within its cool-down, and another one after it', () => {
    const watched = openOne()
    over(watched, 10, '1')
    likely(start(watched, 20, '2'), 21, '2')
    expect(watched.newest(A1)).toMatchObject({ state: 'open', reopened: 1, held: 2 })
    expect(watched.newest(A1)?.openedAt).toBe(MONDAY + MINUTE)
    over(watched, 30, '2')
    likely(start(watched, 100, '3'), 101, '3')
    expect(watched.newest(A1)).toMatchObject({ state: 'open', reopened: 0, held: 1, right: 0 })
    expect(watched.newest(A1)?.openedAt).toBe(MONDAY + 101 * MINUTE)
  })

  it('is of its job where runs come alone, and of the pull request where there is one', () => {
    const watched = watchAlerts()
    likely(start(watched, 0, '1', 'nightly', { group: null }), 1, '1', 'nightly')
    likely(start(watched, 2, '1', 'unit', { pull: 7 }), 3, '1')
    expect(watched.incidents().map(({ subject }) => subject)).toEqual(['nightly', 'pull 7'])
  })

  it('is shown for 30 days after its close, then forgotten with all that was kept of it', () => {
    const watched = openOne()
    over(watched, 10, '1')
    watched.until(10 + 30 * 24 * 60 - 1)
    expect(watched.tombstones()).toBe(0)
    watched.until(10 + 30 * 24 * 60)
    expect(watched.tombstones()).toBe(1)
    expect([...watched.cells().keys()]).toEqual([])
  })
})

describe('a broken head', () => {
  it('is one incident, however many jobs it breaks', () => {
    const watched = watchAlerts()
    for (let job = 0; job < 30; job += 1) fails(watched, 10 * job, `job-${job}`)
    const opened = watched.incidents().filter(({ state }) => state === 'open')
    expect(opened).toHaveLength(1)
    expect(opened[0]).toMatchObject({ alert: A5, subject: 'main', sha: 'c0' })
    expect(watched.newest(A5)).toMatchObject({ holding: 30 })
  })

  it('swallows what is said of runs of its jobs, and lets go of what still stands when it is over', () => {
    const watched = openOne()
    fails(watched, 10, 'unit')
    expect(watched.newest(A1)).toMatchObject({
      ...{ state: 'closed', partOf: `${A5}:test:acme/shop:main` },
      verdict: 'it is part of unit failed 3 times in a row on main',
    })
    likely(start(watched, 20, '2'), 21, '2') // said to nobody
    likely(start(watched, 22, '1', 'docs'), 23, '1', 'docs') // a job that is not broken
    expect(watched.newest(A1)).toMatchObject({ state: 'open', job: 'docs', holding: 1 })
    over(watched, 24, '1', 'docs')
    expect(watched.newest(A5)).toMatchObject({ state: 'open' })
    fails(watched, 30, 'unit', 'PP')
    expect(watched.newest(A5)).toMatchObject({ state: 'closed', swallowed: 2 })
    expect(watched.newest(A1)).toMatchObject({ state: 'open', holding: 2, partOf: null })
  })
})

describe('a job that one pass mends', () => {
  it('is over with that pass, which also says that it was told wrongly: no incident without a title follows', () => {
    const limits = { failures: 1, passes: 1 }
    const watched = watchAlerts(someSettings([aSetting({ rule: A5, limits, coolDownSeconds: 0 })]))
    // Many of them, since what is told at one instant is heard in the order of its ids.
    for (let minute = 0; minute < 400; minute += 20) {
      const end = (at: number, outcome: 'failure' | 'success') =>
        watched.tell('ci.runs.v1', runAt(at, 'finished', { runId: String(at), outcome }))
      end(minute, 'failure')
      end(minute + 10, 'success')
      expect(watched.newest(A5)).toMatchObject({ state: 'closed', right: 0, wrong: 1, held: 1 })
    }
    expect(watched.incidents().map(({ title }) => title)).not.toContain('')
    expect(watched.states(A5)).toHaveLength(40)
    expect(watched.newest(A5)?.title).toBe('unit failed')
  })
})

describe('commands', () => {
  it('take an incident and give it back, once each', () => {
    const watched = openOne()
    ask(watched, 2, 'ack')
    ask(watched, 3, 'ack')
    expect(watched.newest(A1)).toMatchObject({
      ...{ state: 'update', ackedBy: 'ada', ackedAt: MONDAY + 2 * MINUTE, verdict: 'taken by ada' },
    })
    ask(watched, 4, 'unack')
    expect(watched.newest(A1)).toMatchObject({ ackedBy: null, ackedAt: null })
    expect(watched.states(A1)).toEqual(['open', 'update', 'update'])
  })

  it('mute until an instant, over the close of the incident, and no longer', () => {
    const watched = openOne()
    ask(watched, 2, 'mute', 60)
    over(watched, 10, '1')
    likely(start(watched, 20, '2'), 21, '2')
    expect(watched.newest(A1)).toMatchObject({ state: 'open', mutedUntil: MONDAY + 60 * MINUTE })
    watched.until(59)
    expect(watched.newest(A1)?.mutedBy).toBe('ada')
    watched.until(60)
    expect(watched.newest(A1)).toMatchObject({
      ...{ state: 'update', mutedUntil: null, mutedBy: null, verdict: 'the mute is over' },
    })
  })

  it('say nothing of incidents that are not there, and refuse a mute into the past', () => {
    const watched = watchAlerts()
    ask(watched, 2, 'ack')
    likely(start(watched, 3, '1'), 4, '1')
    ask(watched, 5, 'mute', 4)
    expect(watched.states(A1)).toEqual(['open'])
  })
})

describe('what is configured', () => {
  it('changes limits, severity, owner and runbook of a rule', () => {
    const rule = aSetting({
      ...{ rule: A1, severity: 'critical', owner: '@ci', runbook: 'https://wiki/x' },
      limits: { low: 0.95 },
    })
    expect(openOne(someSettings([rule])).states(A1)).toEqual([])
    const watched = likely(start(watchAlerts(someSettings([rule])), 0, '1'), 1, '1', 'unit', 0.96)
    expect(watched.newest(A1)).toMatchObject({
      ...{ severity: 'critical', owner: '@ci', runbook: 'https://wiki/x' },
    })
  })

  it('adds own rules beside those of the table, for the jobs they name', () => {
    const rule = aSetting({ name: 'gate', rule: A5, match: ['gate-*'], limits: { failures: 1 } })
    const watched = watchAlerts(someSettings([rule]))
    fails(watched, 0, 'unit', 'F')
    fails(watched, 10, 'gate-1', 'F')
    expect(watched.incidents().map(({ alert }) => alert)).toEqual(['gate'])
  })

  it('switches a rule off', () => {
    const off = someSettings([aSetting({ rule: A1, isOn: false })])
    expect(openOne(off).incidents()).toEqual([])
  })

  it('names owners of jobs, the first that fits', () => {
    const owners = [
      { match: ['lint*'], source: null, repo: null, owner: '@style' },
      { match: [], source: 'test', repo: 'acme/*', owner: '@shop' },
    ]
    expect(openOne(someSettings([], owners)).newest(A1)?.owner).toBe('@shop')
    const labelled = watchAlerts(someSettings([], owners))
    likely(start(labelled, 0, '1', 'unit', { labels: { owner: '@unit' } }), 1, '1')
    expect(labelled.newest(A1)?.owner).toBe('@unit')
  })
})
