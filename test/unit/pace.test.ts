import { describe, expect, it } from 'vitest'
import { pace } from '../../processors/pace/pace.ts'
import {
  doomedSeconds,
  longestPass,
  newPart,
  paceOf,
  refit,
  remember,
  type Part,
} from '../../processors/pace/part.ts'
import { jobKey } from '../../schemas/keys.ts'
import type { Outcome, Run, TestResult, TestStatus } from '../../schemas/events.ts'
import { drive } from '../support/drive-one.ts'
import { aFact, aRun, HOUR, MINUTE, MONDAY, SECOND } from '../support/facts.ts'
import { sampleRun } from '../support/sample-records.ts'
import { topologyDriver } from '../support/topology-driver.ts'

const partOf = (passes: readonly number[], failures: readonly number[]): Part => {
  const part = newPart()
  passes.forEach((seconds, i) =>
    remember(part, { failed: false, seconds, runId: `p${i}`, run: `p${i}#1` }),
  )
  failures.forEach((seconds, i) =>
    remember(part, { failed: true, seconds, runId: `f${i}`, run: `f${i}#1` }),
  )
  return part
}
const times = <T>(n: number, of: (i: number) => T): T[] =>
  Array.from({ length: n }, (_, i) => of(i))

describe('how long a part takes', () => {
  it('passes of 60 s are over by 66 s in 99 of 100 cases; that is not said before twenty passes', () => {
    expect(
      longestPass(
        partOf(
          times(25, () => 60),
          [],
        ),
      ),
    ).toBeCloseTo(66, 0)
    expect(
      longestPass(
        partOf(
          times(19, () => 60),
          [],
        ),
      ),
    ).toBeNull()
  })
  it('passes are over by 100 s, failures last 500 s, one in five fails: doomed from about 100 s on', () => {
    const part = partOf(
      times(40, () => 95),
      times(10, () => 500),
    )
    expect(doomedSeconds(part)).toBeGreaterThan(85)
    expect(doomedSeconds(part)).toBeLessThan(120)
  })
  it('is never doomed where failures are over first, and at once where it mostly fails', () => {
    expect(
      doomedSeconds(
        partOf(
          times(40, () => 500),
          times(4, () => 50),
        ),
      ),
    ).toBeNull()
    expect(
      doomedSeconds(
        partOf(
          [90],
          times(20, () => 90),
        ),
      ),
    ).toBe(0)
    expect(
      doomedSeconds(
        partOf(
          times(40, () => 500),
          [],
        ),
      ),
    ).toBeNull()
  })
  it('knows a result that is heard again', () => {
    const part = partOf([60], [])
    expect(remember(part, { failed: false, seconds: 60, runId: 'p0', run: 'p0#1' })).toBe(false)
    expect(part.passes).toBe(1)
  })
  it('is past its point once its newest result took longer than passes do', () => {
    const part = partOf(
      times(30, () => 60),
      [600],
    )
    refit(part)
    expect(paceOf('test', 'slow', part)).toMatchObject({
      ...{ kind: 'test', name: 'slow', lastSeconds: 600, lastFailed: true, isPast: true },
    })
    remember(part, { failed: false, seconds: 60, runId: 'x', run: 'x#1' })
    expect(paceOf('test', 'slow', part).isPast).toBe(false)
  })
  it('has the density baseline of its own durations, once both outcomes suffice for it', () => {
    const part = partOf(
      times(30, (i) => 60 + i),
      times(30, (i) => 300 + 3 * i),
    )
    refit(part)
    expect(part.family).not.toBeNull()
    expect(part.densityStop).toBeGreaterThan(60)
    expect(part.densityStop).toBeLessThan(400)
  })
})

const JOB = aRun()
const stepRun = (n: number, startedAt: number, seconds: number, outcome: Outcome): Run =>
  sampleRun({
    ...{ ...JOB, runId: String(n), eventId: `run-${n}`, change: 'progress' },
    ...{ step: 'install', stepOutcome: outcome, stepStartedAt: startedAt },
    ...{ eventAt: startedAt + seconds * SECOND, observedAt: startedAt + seconds * SECOND },
  })
const started = (n: number, startedAt: number): Run => ({
  ...stepRun(n, startedAt, 0, 'unknown'),
  ...{ stepOutcome: null, eventId: `start-${n}` },
})
const result = (n: number, at: number, seconds: number, status: TestStatus): TestResult => ({
  ...{ ...JOB, runId: String(n), eventId: `test-${n}`, eventAt: at, observedAt: at },
  ...{ test: 'logs in', status, rawStatus: status, durationSeconds: seconds, message: null },
})

describe('the clock of a job', () => {
  it('says that a step of a running run is late at the instant at which its passes are over', () => {
    const clock = drive(pace)
    for (let n = 0; n < 30; n += 1) {
      clock.give('ci.runs.v1', started(n, MONDAY + n * HOUR))
      clock.give('ci.runs.v1', stepRun(n, MONDAY + n * HOUR, 600, 'success'))
    }
    expect(clock.on('ci.signals.v1')).toEqual([])
    clock.give('ci.runs.v1', started(99, MONDAY + 40 * HOUR))
    clock.advanceTo(MONDAY + 41 * HOUR)
    const [late] = clock.on('ci.signals.v1')
    expect(late).toMatchObject({ kind: 'stepLate', runId: '99', attempt: 1, cause: 'install' })
    expect(((late?.eventAt ?? 0) - MONDAY - 40 * HOUR) / SECOND).toBeGreaterThan(600)
    expect(((late?.eventAt ?? 0) - MONDAY - 40 * HOUR) / SECOND).toBeLessThan(700)
  })
  it('tells within the hour what tests take, and forgets no more than results heard twice', () => {
    const clock = drive(pace)
    for (let n = 0; n < 30; n += 1) {
      clock.give('ci.test-results.v1', result(n, MONDAY + n * MINUTE, 40, 'passed'))
      clock.give('ci.test-results.v1', result(n, MONDAY + n * MINUTE, 40, 'passed'))
    }
    clock.give('ci.test-results.v1', result(90, MONDAY + 31 * MINUTE, 400, 'failed'))
    clock.advanceTo(MONDAY + 2 * HOUR)
    const told = clock.on('ci.paces.v1').at(-1)
    expect(told?.parts).toHaveLength(1)
    expect(told?.parts[0]).toMatchObject({ kind: 'test', name: 'logs in', isPast: true })
    expect((told?.parts[0]?.passes ?? 0) + (told?.parts[0]?.failures ?? 0)).toBeCloseTo(23.8, 0)
  })
  it('has no use for what is quick, skipped, or a step of unknown start', () => {
    const quick = result(1, MONDAY, 3, 'passed')
    expect(pace.wants?.(quick, 'ci.test-results.v1')).toBe(false)
    expect(pace.wants?.({ ...quick, durationSeconds: null }, 'ci.test-results.v1')).toBe(false)
    expect(pace.wants?.(result(1, MONDAY, 90, 'skipped'), 'ci.test-results.v1')).toBe(false)
    const run = stepRun(1, MONDAY, 90, 'success')
    expect(pace.wants?.(run, 'ci.runs.v1')).toBe(true)
    // It is a word of the run all the same, unless it is no news of a running run.
    const over = { ...run, phase: 'finished' as const }
    expect(pace.wants?.(over, 'ci.runs.v1')).toBe(true)
    expect(pace.wants?.({ ...over, stepStartedAt: null }, 'ci.runs.v1')).toBe(false)
    expect(pace.wants?.({ ...over, step: null }, 'ci.runs.v1')).toBe(false)
  })
  it('remembers 300 parts of a job, and forgets the first heard of', () => {
    const clock = drive(pace)
    for (let n = 0; n < 320; n += 1)
      clock.give('ci.test-results.v1', {
        ...result(n, MONDAY + n, 60, 'passed'),
        test: `test ${n}`,
      })
    const names = [...clock.cells.keys()].filter((name) => name.startsWith(jobKey(JOB)))
    expect(names).toHaveLength(301)
    expect(names.some((name) => name.endsWith('part/test/test 0'))).toBe(false)
    expect(names.some((name) => name.endsWith('part/test/test 319'))).toBe(true)
  })
})

describe('a run with a late step', () => {
  it('is believed to fail more, once runs in which that step was late have failed', () => {
    const driver = topologyDriver()
    const play = (n: number, seconds: number, outcome: Outcome): void => {
      const run = aRun({ runId: String(n) })
      const at = MONDAY + n * HOUR
      driver.pipe('ci.run-events.v1', aFact(run, 'started', at))
      driver.pipe(
        'ci.run-events.v1',
        aFact(run, 'stepStarted', at, { step: 'install', startedAt: at }),
      )
      const end = at + seconds * SECOND
      const stepOutcome = seconds > 1000 ? ('timedOut' as const) : ('success' as const)
      const step = { step: 'install', startedAt: at, outcome: stepOutcome }
      driver.pipe('ci.run-events.v1', aFact(run, 'stepFinished', end, step))
      driver.pipe(
        'ci.run-events.v1',
        aFact(run, 'finished', end + SECOND, { startedAt: at, outcome }),
      )
    }
    const late = new Set([35, 41, 47, 53, 59, 65])
    for (let n = 0; n < 70; n += 1)
      if (late.has(n)) play(n, 1500, 'failure')
      else play(n, 600 + (n % 5), n % 9 === 0 ? 'failure' : 'success')
    driver.advance(MONDAY + 80 * HOUR)
    const forecasts = driver.read('ci.forecasts.v1')
    const beliefOf = (n: number): number =>
      Math.max(...forecasts.filter(({ runId }) => runId === String(n)).map(({ pFail }) => pFail))
    expect(driver.read('ci.signals.v1').filter(({ kind }) => kind === 'stepLate')).toHaveLength(6)
    expect(beliefOf(65)).toBeGreaterThan(beliefOf(64) + 0.2)
    driver.close()
  })
})
