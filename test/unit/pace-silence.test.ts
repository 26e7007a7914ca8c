import { describe, expect, it } from 'vitest'
import { pace } from '../../processors/pace/pace.ts'
import { stopping } from '../../processors/stopping/stopping.ts'
import { jobKey } from '../../schemas/keys.ts'
import type { Outcome, Run, Signal } from '../../schemas/events.ts'
import { drive, type Drive } from '../support/drive-one.ts'
import { aRun, HOUR, MINUTE, MONDAY } from '../support/facts.ts'
import { sampleRun } from '../support/sample-records.ts'

const JOB = aRun()
const word = (n: number, at: number, more: Partial<Run> = {}): Run =>
  sampleRun({
    ...{ ...JOB, runId: String(n), eventId: `${n}/${at}/${more.change}`, attempt: 1 },
    ...{ change: 'progress', phase: 'running', startedAt: MONDAY + n * HOUR, finishedAt: null },
    ...{ step: null, stepOutcome: null, stepStartedAt: null, outcome: null, failedSteps: [] },
    ...{ failedTests: 0, labels: {}, eventAt: at, observedAt: at },
    ...more,
  })
const begin = (clock: Drive, n: number): void => {
  clock.give('ci.runs.v1', word(n, MONDAY + n * HOUR, { change: 'started' }))
}
const grow = (
  clock: Drive,
  n: number,
  minutes: readonly number[],
  more: Partial<Run> = {},
): void => {
  for (const minute of minutes)
    clock.give('ci.runs.v1', word(n, MONDAY + n * HOUR + minute * MINUTE, more))
}
const end = (clock: Drive, n: number, minute: number, outcome: Outcome = 'success'): void => {
  const at = MONDAY + n * HOUR + minute * MINUTE
  const over = { change: 'finished', phase: 'finished', finishedAt: at, outcome } as const
  clock.give('ci.runs.v1', word(n, at, over))
}
/** Runs of twenty minutes that say something every five. */
const passes = (clock: Drive, count: number): void => {
  for (let n = 0; n < count; n += 1) {
    begin(clock, n)
    grow(clock, n, [5, 10, 15])
    end(clock, n, 20)
  }
}
const silences = (clock: Drive): (readonly [number, string, number])[] =>
  clock
    .on('ci.signals.v1')
    .filter(({ kind }) => kind === 'silent')
    .map(({ runId, eventAt, weight }) => [
      weight,
      runId,
      Math.round((eventAt - MONDAY - Number(runId) * HOUR) / MINUTE),
    ])

describe('the silence of a run', () => {
  it('is told once it is longer than in 99 of 100 passes, which was five minutes', () => {
    const clock = drive(pace)
    passes(clock, 20)
    expect(silences(clock)).toEqual([])
    begin(clock, 20)
    grow(clock, 20, [4, 8])
    clock.advanceTo(MONDAY + 21 * HOUR)
    expect(silences(clock)).toEqual([[1, '20', 13]])
  })
  it('is over when the run speaks again, and told again when it is silent again', () => {
    const clock = drive(pace)
    passes(clock, 20)
    begin(clock, 20)
    grow(clock, 20, [4, 20, 24])
    clock.advanceTo(MONDAY + 21 * HOUR)
    expect(silences(clock)).toEqual([
      [1, '20', 9],
      [0, '20', 20],
      [1, '20', 29],
    ])
  })
  it('is not told before twenty passes, nor of a run that is over', () => {
    const clock = drive(pace)
    passes(clock, 19)
    begin(clock, 19)
    grow(clock, 19, [4, 8])
    end(clock, 19, 55, 'failure')
    begin(clock, 20)
    clock.advanceTo(MONDAY + 21 * HOUR)
    expect(silences(clock)).toEqual([])
  })
  it('is no silence while the run waits for capacity', () => {
    const clock = drive(pace)
    passes(clock, 20)
    begin(clock, 20)
    grow(clock, 20, [1], { step: 'acquire-lease', stepStartedAt: MONDAY + 20 * HOUR + MINUTE })
    const over = { stepOutcome: 'success', stepStartedAt: MONDAY + 20 * HOUR + MINUTE } as const
    grow(clock, 20, [40], { step: 'acquire-lease', ...over })
    grow(clock, 20, [44])
    end(clock, 20, 48)
    clock.advanceTo(MONDAY + 21 * HOUR)
    expect(silences(clock)).toEqual([])
  })
  it('of runs that say less than two words before their end tells nothing: it would be how long they last', () => {
    const clock = drive(pace)
    for (let n = 0; n < 30; n += 1) {
      begin(clock, n)
      grow(clock, n, [1])
      end(clock, n, 30)
    }
    expect(Object.keys(clock.state()).filter((name) => name.includes('part/silence'))).toEqual([])
  })
  it('is kept of running runs only, and told among the parts of the job', () => {
    const clock = drive(pace)
    passes(clock, 20)
    clock.advanceTo(MONDAY + 22 * HOUR)
    expect([...clock.cells.keys()].filter((name) => name.includes('talk/'))).toEqual([])
    const told = clock.on('ci.paces.v1').at(-1)?.parts ?? []
    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject({ kind: 'silence', name: 'silence', lastSeconds: 300 })
    expect(told[0]?.longestPassSeconds).toBeGreaterThan(300)
    expect(told[0]?.longestPassSeconds).toBeLessThan(340)
  })
})

describe('a forecast of a run that was told to be silent', () => {
  const silence = (n: number, minute: number, weight: number): Signal => ({
    ...{ ...JOB, runId: String(n), attempt: 1, kind: 'silent', cause: 'silence', weight },
    ...{ eventId: `s/${n}/${minute}`, eventAt: MONDAY + n * HOUR + minute * MINUTE },
    observedAt: MONDAY + n * HOUR + minute * MINUTE,
  })
  it('rises once silent runs have failed, and falls when the run speaks again', () => {
    const rule = drive(stopping)
    for (let n = 0; n < 60; n += 1) {
      begin(rule, n)
      if (n % 3 === 0) rule.give('ci.signals.v1', silence(n, 8, 1))
      end(rule, n, 20 + (n % 5), n % 3 === 0 ? 'failure' : 'success')
    }
    begin(rule, 60)
    rule.give('ci.signals.v1', silence(60, 8, 1))
    rule.give('ci.signals.v1', silence(60, 12, 0))
    const own = rule.on('ci.forecasts.v1').filter(({ runId }) => runId === '60')
    const [first] = own.map(({ pFail }) => pFail)
    const [silent, spoken] = own.filter(({ cause }) => cause === 'signal').map(({ pFail }) => pFail)
    expect(silent).toBeGreaterThan((first ?? 1) + 0.3)
    expect(spoken).toBeLessThan((silent ?? 0) - 0.3)
    const key = jobKey(JOB)
    const history = rule.state()[`${key}\u001fhistory`] as { signs: Record<string, object> }
    expect(history.signs['silent']).toMatchObject({ passes: 0 })
  })
  it('does not count what a failed step is counted for', () => {
    const rule = drive(stopping)
    begin(rule, 0)
    grow(rule, 0, [5], { failedSteps: ['build'], step: 'build', stepOutcome: 'failure' })
    rule.give('ci.signals.v1', silence(0, 9, 1))
    end(rule, 0, 20, 'failure')
    const history = rule.state()[`${jobKey(JOB)}\u001fhistory`] as { signs: Record<string, object> }
    expect(Object.keys(history.signs)).toEqual(['build'])
  })
})
