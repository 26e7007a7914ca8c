import { describe, expect, it } from 'vitest'
import { failureKind, SETTLE_MS } from '../../processors/failure-kind/failure-kind.ts'
import { failureSignatures } from '../../processors/failure-kind/signatures.ts'
import { runs } from '../../processors/runs/runs.ts'
import type { LogExcerpt, Outcome, RunRef, TestResult } from '../../schemas/events.ts'
import { jobKey } from '../../schemas/keys.ts'
import { aFact, aRun, DAY, MINUTE, MONDAY, SECOND } from '../support/facts.ts'
import { topologyDriver, type TopologyDriver } from '../support/topology-driver.ts'

const NETWORK = 'fatal: unable to access https://git.example/r: Could not resolve host: git.example'
const excerpt = (
  run: RunRef,
  at: number,
  texts: readonly string[],
  more: Partial<LogExcerpt> = {},
): LogExcerpt => ({
  ...run,
  eventId: `${run.job}/${run.runId}/excerpt/${at}`,
  ...{ eventAt: at, observedAt: at, log: 'build-log.txt' },
  lines: texts.map((text, i) => ({ line: i + 1, text, isLoud: true })),
  ...{ linesRead: texts.length, isEnd: false },
  ...more,
})
const failed = (run: RunRef, at: number, test: string, message: string | null): TestResult => ({
  ...run,
  ...{ eventId: `${run.runId}/${test}`, eventAt: at, observedAt: at, test, message },
  ...{ status: 'failed', rawStatus: 'failed', durationSeconds: 1 },
})
const world = () => topologyDriver([runs, failureKind, failureSignatures])
const start = (driver: TopologyDriver, run: RunRef, at: number) =>
  driver.pipe('ci.run-events.v1', aFact(run, 'started', at))
const end = (driver: TopologyDriver, run: RunRef, at: number, outcome: Outcome = 'failure') =>
  driver.pipe('ci.run-events.v1', aFact(run, 'finished', at, { outcome, rawOutcome: outcome }))
const kinds = (driver: TopologyDriver) =>
  driver
    .read('ci.failure-kinds.v1')
    .map(({ kind, cause, isFinal }) => [kind, cause, isFinal].join(' '))

describe('the kind of a failure', () => {
  it('is told while the run runs where a line names it, and again at its end', () => {
    const driver = world()
    const run = aRun()
    start(driver, run, MONDAY)
    driver.pipe('ci.log-excerpts.v1', excerpt(run, MONDAY + MINUTE, ['cloning', NETWORK]))
    driver.advance(MONDAY + 2 * MINUTE)
    expect(kinds(driver)).toEqual(['infrastructure network false'])
    end(driver, run, MONDAY + 3 * MINUTE)
    driver.advance(MONDAY + 4 * MINUTE)
    expect(kinds(driver)).toEqual(['infrastructure network false', 'infrastructure network true'])
    const [said] = driver.read('ci.failure-kinds.v1')
    expect(said?.evidence[0]).toMatchObject({
      log: 'build-log.txt',
      line: 2,
      sign: 'dns',
      text: NETWORK,
    })
    expect(said?.confidence).toBeGreaterThan(0.7)
  })

  it('is not told early of a line that only comes with failures, and taken back where the run passes', () => {
    const driver = world()
    const [one, two] = [aRun(), aRun({ runId: '2' })]
    for (const run of [one, two]) start(driver, run, MONDAY)
    driver.pipe(
      'ci.log-excerpts.v1',
      excerpt(one, MONDAY + MINUTE, ['something failed, trying again']),
    )
    driver.pipe('ci.log-excerpts.v1', excerpt(two, MONDAY + MINUTE, ['--- FAIL: TestFlaky']))
    for (const run of [one, two]) end(driver, run, MONDAY + 2 * MINUTE, 'success')
    driver.advance(MONDAY + 3 * MINUTE)
    expect(kinds(driver)).toEqual(['test  false', 'unknown  true'])
    driver.advance(MONDAY + DAY)
    expect(driver.read('ci.failure-sightings.v1')).toEqual([])
  })

  it('names the wait for capacity while the run still waits, and takes it back when it is over', () => {
    const driver = world()
    const run = aRun({ source: 'prow' })
    const step = 'acquire-lease'
    start(driver, run, MONDAY)
    driver.pipe('ci.run-events.v1', aFact(run, 'stepStarted', MONDAY + SECOND, { step }))
    const starved = { step, labels: { capacity: 'starved' } }
    driver.pipe('ci.run-events.v1', aFact(run, 'logProgress', MONDAY + 31 * MINUTE, starved))
    driver.advance(MONDAY + 32 * MINUTE)
    expect(kinds(driver)).toEqual(['infrastructure capacity false'])
    const got = { step, outcome: 'success' } as const
    driver.pipe('ci.run-events.v1', aFact(run, 'stepFinished', MONDAY + 40 * MINUTE, got))
    driver.pipe(
      'ci.run-events.v1',
      aFact(run, 'stepStarted', MONDAY + 41 * MINUTE, { step: 'e2e' }),
    )
    driver.advance(MONDAY + 42 * MINUTE)
    expect(kinds(driver)).toEqual(['infrastructure capacity false', 'unknown  false'])
  })

  it('comes from failed tests where no log is read; a message may say that it was not the test', () => {
    const driver = world()
    const [one, two] = [aRun(), aRun({ runId: '2' })]
    for (const run of [one, two]) start(driver, run, MONDAY)
    driver.pipe('ci.test-results.v1', failed(one, MONDAY + MINUTE, 'adds', 'expected 3 to be 4'))
    const refused = 'dial tcp 10.0.0.1:6443: i/o timeout'
    driver.pipe('ci.test-results.v1', failed(two, MONDAY + MINUTE, 'adds', refused))
    for (const run of [one, two]) end(driver, run, MONDAY + 2 * MINUTE)
    driver.advance(MONDAY + 3 * MINUTE)
    const last = driver.read('ci.failure-kinds.v1').filter(({ isFinal }) => isFinal)
    expect(last.map(({ runId, kind, evidence }) => [runId, kind, evidence[0]?.log])).toEqual([
      ['1', 'test', 'junit'],
      ['2', 'infrastructure', 'junit'],
    ])
  })

  it('heeds how the source says that the run ended', () => {
    const driver = world()
    const run = aRun()
    start(driver, run, MONDAY)
    driver.pipe('ci.log-excerpts.v1', excerpt(run, MONDAY + MINUTE, ['error: one of many tries']))
    end(driver, run, MONDAY + 2 * MINUTE, 'timedOut')
    driver.advance(MONDAY + 3 * MINUTE)
    expect(kinds(driver)).toEqual(['timeout  true'])
  })

  it('is not told of runs of which nothing was heard from inside: their ends leave no trace', () => {
    const driver = world()
    const run = aRun()
    start(driver, run, MONDAY)
    end(driver, run, MONDAY + MINUTE)
    driver.advance(MONDAY + DAY)
    expect(kinds(driver)).toEqual([])
    expect(driver.state('failure-kind', jobKey(run), 'run/1#1')).toBeUndefined()
  })

  it('is told once, however often it is heard, and forgotten two weeks later', () => {
    const driver = world()
    const run = aRun()
    start(driver, run, MONDAY)
    const heard = excerpt(run, MONDAY + MINUTE, [NETWORK])
    driver.pipe('ci.log-excerpts.v1', heard)
    end(driver, run, MONDAY + 2 * MINUTE)
    for (const late of [3 * MINUTE, DAY, 13 * DAY, 20 * DAY])
      driver.pipe('ci.log-excerpts.v1', { ...heard, observedAt: MONDAY + late })
    driver.advance(MONDAY + 30 * DAY)
    expect(kinds(driver)).toHaveLength(2)
    expect(driver.read('ci.failure-sightings.v1')).toHaveLength(1)
    driver.advance(MONDAY + 60 * DAY)
    expect(driver.state('failure-kind', jobKey(run), 'run/1#1')).toBeUndefined()
  })
})

describe('one cause over many runs', () => {
  const fail = (driver: TopologyDriver, run: RunRef, at: number, text: string): void => {
    start(driver, run, at)
    driver.pipe('ci.log-excerpts.v1', excerpt(run, at + MINUTE, [text]))
    end(driver, run, at + 2 * MINUTE)
  }
  it('is one signature with its first and last sight, whatever differs from run to run', () => {
    const driver = world()
    const at = (i: number): number => MONDAY + i * DAY
    for (let i = 0; i < 5; i += 1) {
      const run = aRun({ job: i % 2 === 0 ? 'unit' : 'e2e', runId: String(i) })
      fail(
        driver,
        run,
        at(i),
        `dial tcp 10.0.0.${i}:6443: connect: no route to host node-${'abcde'[i]}`,
      )
    }
    fail(driver, aRun({ runId: '9' }), at(5), '--- FAIL: TestA (0.1s)')
    driver.advance(at(7))
    const all = driver.read('ci.failure-signatures.v1')
    const names = [...new Set(all.map(({ signature }) => signature))]
    expect(names).toHaveLength(2)
    const last = all.filter(({ signature }) => signature === names[0]).at(-1)
    expect(last).toMatchObject({
      ...{ kind: 'infrastructure', cause: 'network', runs: 5, jobs: 2, lastRunId: '4' },
      ...{ firstAt: at(0) + 2 * MINUTE, lastAt: at(4) + 2 * MINUTE, jobNames: ['unit', 'e2e'] },
    })
    expect(last?.template).toContain('no route to host')
  })
  it('is counted when nothing more is awaited of the run', () => {
    const driver = world()
    fail(driver, aRun(), MONDAY, NETWORK)
    driver.advance(MONDAY + 2 * MINUTE + SETTLE_MS - 1)
    expect(driver.read('ci.failure-signatures.v1')).toEqual([])
    driver.advance(MONDAY + 2 * MINUTE + SETTLE_MS)
    expect(driver.read('ci.failure-signatures.v1')).toHaveLength(1)
  })
  it('is forgotten when it was not seen for a quarter of a year, and of too many the oldest goes', () => {
    const driver = world()
    const word = (i: number): string =>
      `${'abcdefghij'[Math.floor(i / 26) % 10]}${'abcdefghijklmnopqrstuvwxyz'[i % 26]}`
    for (let i = 0; i < 258; i += 1)
      fail(
        driver,
        aRun({ runId: String(i) }),
        MONDAY + i * 3 * MINUTE,
        `${word(i)}: error: ${word(i)} ${word(i)}`,
      )
    driver.advance(MONDAY + 2 * DAY)
    const key = 'test:acme/shop'
    const index = driver.state('failure-signatures', key, 'index') as
      { entries: unknown[] } | undefined
    expect(index?.entries.length ?? 0).toBeLessThanOrEqual(256)
    driver.advance(MONDAY + 120 * DAY)
    expect(driver.state('failure-signatures', key, 'index')).toBeUndefined()
  })
})
