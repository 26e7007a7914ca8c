import { describe, expect, it } from 'vitest'
import { withCheck, type Check } from '../../processors/merge-time/checks.ts'
import { mergeTime } from '../../processors/merge-time/merge-time.ts'
import { pullChecks } from '../../processors/merge-time/pull-checks.ts'
import type { MergeForecast, PullCheck, PullEvent } from '../../schemas/events.ts'
import { drive, type Drive } from '../support/drive-one.ts'
import { HOUR, MINUTE, MONDAY } from '../support/facts.ts'
import { aPullEvent } from '../support/pulls.ts'
import { sampleDecision, sampleRun } from '../support/sample-records.ts'

const RUN = { source: 'test', repo: 'acme/shop', job: 'e2e', runId: '5', attempt: 1 }
const told = (state: PullCheck['state'], at: number, more: Partial<PullCheck> = {}): PullCheck => ({
  ...RUN,
  ...{ eventId: `${state}/${at}/${more.job ?? ''}`, eventAt: at, observedAt: at },
  ...{ pull: 1, sha: 'aaa', pFail: null, state },
  ...more,
})

describe('the pull-checks processor', () => {
  const aRun = (more: Parameters<typeof sampleRun>[0]) =>
    sampleRun({ ...RUN, pull: 1, sha: 'aaa', eventAt: MONDAY, observedAt: MONDAY, ...more })
  const aDecision = (level: 'watch' | 'continue' | 'stop', at: number) =>
    sampleDecision({ ...RUN, level, pFail: 0.8, eventAt: at, observedAt: at, eventId: `d${at}` })
  const states = (one: Drive) =>
    one.on('ci.pull-checks.v1').map(({ state, pFail }) => [state, pFail])

  it('tells that a run starts, is likely to fail, is not any more, and how it ends', () => {
    const one = drive(pullChecks)
    one.give('ci.runs.v1', aRun({}))
    one.give('ci.decisions.v1', aDecision('watch', MONDAY + MINUTE))
    one.give('ci.decisions.v1', aDecision('stop', MONDAY + 2 * MINUTE))
    one.give('ci.decisions.v1', aDecision('continue', MONDAY + 3 * MINUTE))
    const end = { change: 'finished', phase: 'finished', observedAt: MONDAY + HOUR } as const
    one.give('ci.runs.v1', aRun({ ...end, outcome: 'timedOut' }))
    expect(states(one)).toEqual([
      ['running', null],
      ['endangered', 0.8],
      ['running', 0.8],
      ['failed', null],
    ])
    expect(one.cells.size).toBe(0)
  })

  it.each([
    ['a nightly run', { pull: null, trigger: 'schedule' }],
    ['a run of no commit', { pull: null, sha: null, trigger: 'pull_request' }],
    ['a run that waits', { change: 'queued', phase: 'queued' }],
    ['a step', { change: 'progress' }],
  ] as const)('says nothing of %s', (_, more) => {
    const one = drive(pullChecks)
    one.give('ci.runs.v1', aRun(more))
    one.give('ci.decisions.v1', aDecision('stop', MONDAY + MINUTE))
    expect(one.said).toEqual([])
    expect(one.cells.size).toBe(0)
  })

  it('tells the commit where GitHub leaves the number out, as it does for forks', () => {
    const one = drive(pullChecks)
    one.give('ci.runs.v1', aRun({ pull: null, trigger: 'pull_request' }))
    expect(one.on('ci.pull-checks.v1')).toMatchObject([{ pull: null, sha: 'aaa' }])
  })
})

describe('the checks of a pull request', () => {
  const check = (state: string, run = '5#1'): Check => ({ job: 'e2e', run, state, pFail: null })

  it('are by job the newest run', () => {
    const failed = withCheck([], told('failed', MONDAY))
    expect(failed).toEqual([check('failed')])
    const again = withCheck(failed, told('running', MONDAY, { runId: '6' }))
    expect(again).toEqual([check('running', '6#1')])
    // The end of the run before it, told late.
    expect(withCheck(again, told('passed', MONDAY))).toBe(again)
  })
  it('do not change by what is no news', () => {
    const passed = [check('passed')]
    expect(withCheck(passed, told('passed', MONDAY))).toBe(passed)
    expect(withCheck(passed, told('running', MONDAY))).toBe(passed)
    expect(withCheck(passed, told('failed', MONDAY))).toEqual([check('failed')])
    expect(withCheck(passed, told('gone', MONDAY))).toEqual([])
  })
  it('are at most a hundred', () => {
    const jobs = Array.from({ length: 130 }, (_, i) => told('running', MONDAY, { job: `j${i}` }))
    expect(jobs.reduce<readonly Check[]>(withCheck, [])).toHaveLength(100)
  })
})

describe('the forecast of a pull request', () => {
  const opened = aPullEvent(1, 'opened', MONDAY, { sha: 'aaa' })
  const after = (checks: readonly PullCheck[], events: readonly PullEvent[] = [opened]): Drive => {
    const one = drive(mergeTime)
    for (const event of events) one.give('ci.pull-events.v1', event)
    for (const each of checks) one.give('ci.pull-checks.v1', each)
    return one
  }
  const last = (one: Drive): MergeForecast => {
    const found = one.on('ci.merge-forecasts.v1').at(-1)
    if (found === undefined) throw new Error('nothing was forecast')
    return found
  }
  const middle = (one: Drive): number => last(one).quantiles['p50'] ?? NaN
  const at = MONDAY + 30 * MINUTE
  const quiet = (): Drive => {
    const one = after([])
    one.advanceTo(MONDAY + HOUR)
    return one
  }

  it('moves away when a check is likely to fail, farther when it fails, nearer when all passed', () => {
    const running = told('running', MONDAY + MINUTE)
    const endangered = after([running, told('endangered', at, { pFail: 0.9 })])
    const failed = after([running, told('failed', at)])
    const passed = after([running, told('passed', at)])
    expect(last(endangered)).toMatchObject({
      ...{ signs: ['a check is likely to fail'], cause: 'check endangered', checksRunning: 1 },
      checks: [{ job: 'e2e', runId: '5', attempt: 1, state: 'endangered', pFail: 0.9 }],
    })
    expect(last(failed)).toMatchObject({ signs: ['checks fail'], checksRunning: 0 })
    expect(last(passed)).toMatchObject({ signs: ['checks passed'], checks: [] })
    expect(middle(endangered)).toBeGreaterThan(middle(quiet()))
    expect(middle(failed)).toBeGreaterThan(middle(endangered))
    expect(middle(passed)).toBeLessThan(middle(quiet()))
  })

  it('is not renewed by a check that changes no sign', () => {
    const one = after([told('running', at), told('running', at, { job: 'unit', runId: '6' })])
    expect(one.on('ci.merge-forecasts.v1')).toHaveLength(1)
    one.advanceTo(MONDAY + HOUR)
    expect(last(one)).toMatchObject({ cause: 'time', checksRunning: 2 })
  })

  it('finds the pull request by its newest commit, and hears nothing of older commits', () => {
    const pushed = aPullEvent(1, 'synchronised', MONDAY + MINUTE, { sha: 'bbb', openedAt: MONDAY })
    const one = after([told('failed', at, { pull: null })], [opened, pushed])
    expect(last(one).signs).toEqual([])
    one.give('ci.pull-checks.v1', told('failed', at + MINUTE, { pull: null, sha: 'bbb' }))
    expect(last(one).signs).toEqual(['checks fail'])
    one.give('ci.pull-events.v1', aPullEvent(1, 'synchronised', at + HOUR, { sha: 'ccc' }))
    expect(last(one)).toMatchObject({ signs: [], checks: [] })
    one.give('ci.pull-events.v1', aPullEvent(1, 'merged', at + 2 * HOUR, { sha: 'ccc' }))
    expect(Object.keys(one.state()).filter((name) => name.includes('head/'))).toEqual([])
  })

  it('learns in a repository that failing checks do not stop a merge', () => {
    const one = drive(mergeTime)
    for (let n = 2; n < 60; n += 1) {
      const from = MONDAY + n * HOUR
      one.give('ci.pull-events.v1', aPullEvent(n, 'opened', from, { sha: `s${n}` }))
      one.give('ci.pull-checks.v1', told('failed', from + MINUTE, { pull: n, sha: `s${n}` }))
      one.give('ci.pull-events.v1', aPullEvent(n, 'merged', from + 20 * MINUTE, { openedAt: from }))
    }
    const from = MONDAY + 100 * HOUR
    one.give('ci.pull-events.v1', aPullEvent(99, 'opened', from, { sha: 'zzz' }))
    const before = middle(one)
    one.give('ci.pull-checks.v1', told('failed', from + MINUTE, { pull: 99, sha: 'zzz' }))
    expect(last(one).signs).toEqual(['checks fail'])
    expect(middle(one)).toBeLessThan(before * 1.2)
  })
})
