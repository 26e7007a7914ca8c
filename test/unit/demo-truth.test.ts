import { describe, expect, it } from 'vitest'
import { JOBS } from '../../producers/demo/jobs.ts'
import { demoEpisodes } from '../../producers/demo/schedule.ts'
import { brokenShareAfter, chanceOfFailing, type RunTruth } from '../../producers/demo/truth.ts'
import { demoWorld, SPAN_HOURS } from '../../producers/demo/world.ts'
import type { RunEvent } from '../../schemas/events.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const T0 = Date.UTC(2026, 6, 20)
const T1 = T0 + 28 * DAY_MS

const truths = demoWorld().truths(T0, T1)
const episodes = demoEpisodes(T0, T1)
const ofJob = (job: string): RunTruth[] => truths.filter((run) => run.job === job)
const ofBehaviour = (behaviour: string): RunTruth[] =>
  truths.filter((run) => run.behaviour === behaviour)
const rate = <T>(runs: readonly T[], isSo: (run: T) => boolean): number =>
  runs.filter(isSo).length / runs.length
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN
const lastedMs = (run: RunTruth): number => run.finishedAt - (run.startedAt ?? run.finishedAt)
const passed = (runs: readonly RunTruth[]): RunTruth[] =>
  runs.filter((run) => run.outcome === 'success')
const failedAlone = (runs: readonly RunTruth[]): RunTruth[] =>
  runs.filter((run) => run.outcome === 'failure')
const isIn = (subject: string, at: number | null): boolean =>
  at !== null && episodes.some((e) => e.subject === subject && e.from <= at && at < e.until)

describe('the truth about simulated runs', () => {
  it('has outcomes drawn with the chance it tells, for every job', () => {
    for (const { job } of JOBS) {
      const runs = ofJob(job)
      const expected = runs.reduce((sum, { pFail }) => sum + pFail, 0)
      const variance = runs.reduce((sum, { pFail }) => sum + pFail * (1 - pFail), 0)
      const failed = runs.filter(({ fails }) => fails).length
      // Runs of one push are independent inside one job, but for its few second attempts.
      expect(Math.abs(failed - expected), job).toBeLessThan(4 * Math.sqrt(variance) + 1)
    }
    const expected = truths.reduce((sum, { pFail }) => sum + pFail, 0)
    expect(truths.filter(({ fails }) => fails).length / expected).toBeCloseTo(1, 1)
  })

  it('reckons with the push, before and after a failure', () => {
    expect(chanceOfFailing(0.2, brokenShareAfter(null))).toBeCloseTo(0.272, 10)
    const after = brokenShareAfter({ cause: 'push', pFail: 0.272 })
    expect(after).toBeCloseTo(0.331, 3)
    expect(chanceOfFailing(0.2, after)).toBeCloseTo(0.465, 3)
    expect(brokenShareAfter({ cause: 'outage', pFail: 1 })).toBeCloseTo(0.09, 10)
    const again = truths.filter(({ attempt }) => attempt === 2)
    const expected = again.reduce((sum, { pFail }) => sum + pFail, 0) / again.length
    expect(again.length).toBeGreaterThan(500)
    expect(rate(again, ({ fails }) => fails)).toBeCloseTo(expected, 1)
  })

  it('ends what failed as failed, unless an outage or the next push came first', () => {
    for (const run of truths) {
      if (run.cause === 'superseded') expect(run.outcome).toBe('aborted')
      else if (run.cause === 'outage') expect(run.outcome).toBe('error')
      else if (!run.fails) expect(run).toMatchObject({ cause: null, outcome: 'success' })
      else expect(run.outcome).toMatch(run.hangs ? /^timedOut$/ : /^(failure|error)$/)
    }
    expect(rate(truths, ({ outcome }) => outcome === 'aborted')).toBeGreaterThan(0.02)
  })
})

describe('behaviours', () => {
  it('stable jobs hardly fail by themselves, flaky ones by a fixed share', () => {
    const alone = (runs: readonly RunTruth[]): number =>
      rate(
        runs.filter(({ isPushBroken }) => !isPushBroken),
        ({ cause }) => cause === 'chance',
      )
    expect(alone(ofBehaviour('stable'))).toBeLessThan(0.03)
    expect(alone(ofJob('e2e-gcp-4.19'))).toBeCloseTo(0.22, 1)
    expect(alone(ofJob('pull-console-browser'))).toBeCloseTo(0.25, 1)
  })

  it('streaks break a job from one known instant to another, and one is always going on', () => {
    const runs = ofJob('installer-nightly').filter(({ cause }) => cause !== 'outage')
    const inside = runs.filter((run) => isIn(run.job, run.startedAt))
    const outside = runs.filter((run) => !isIn(run.job, run.startedAt))
    expect(rate(inside, ({ fails }) => fails)).toBeGreaterThan(0.93)
    expect(rate(outside, ({ fails }) => fails)).toBeLessThan(0.08)
    for (let at = T0; at < T1; at += HOUR_MS)
      expect(
        episodes.some((e) => e.kind === 'streaky' && e.from <= at && at < e.until),
        new Date(at).toISOString(),
      ).toBe(true)
  })

  it('regressions raise the failure rate at a known instant', () => {
    const runs = ofJob('e2e-aws-4.20').filter(({ cause }) => cause !== 'outage')
    const [before, after] = [false, true].map((isInside) =>
      rate(
        runs.filter((run) => isIn(run.job, run.startedAt) === isInside),
        ({ fails }) => fails,
      ),
    )
    expect(before).toBeLessThan(0.13)
    expect(after).toBeGreaterThan(0.45)
  })

  it('half of the failing runs of hanging jobs last until the limit', () => {
    const runs = ofJob('soak').filter(({ cause }) => cause === 'chance')
    const hung = runs.filter(({ hangs }) => hangs)
    expect(hung.length / runs.length).toBeCloseTo(0.5, 1)
    for (const run of hung) expect(lastedMs(run)).toBe(5 * HOUR_MS)
    const hanging = truths.filter(({ hangs }) => hangs)
    const isHungAt = (at: number): boolean =>
      hanging.some((r) => r.startedAt !== null && r.startedAt <= at && at < r.finishedAt)
    const hours = Array.from({ length: 600 }, (_, n) => T0 + DAY_MS + n * HOUR_MS)
    expect(rate(hours, isHungAt)).toBeGreaterThan(0.85)
  })

  it('starved jobs wait in the queue and for their lease at known hours', () => {
    const waits = (isInside: boolean): number =>
      median(
        ofJob('e2e-metal')
          .filter((run) => isIn(run.job, run.queuedAt) === isInside)
          .map((run) => ((run.startedAt ?? run.finishedAt) - run.queuedAt) / MINUTE_MS),
      )
    expect(waits(true)).toBeGreaterThan(30)
    expect(waits(false)).toBeLessThan(1)
    const lease = demoWorld()
      .offersBetween(T0, T0 + DAY_MS)
      .map(({ record }) => record as RunEvent)
      .filter((e) => e.job === 'e2e-metal' && e.step === 'acquire-lease')
      .filter((e) => e.kind === 'stepFinished')
      .map((e) => (e.eventAt - (e.startedAt ?? e.eventAt)) / MINUTE_MS)
    expect(Math.max(...lease)).toBeGreaterThan(15)
    expect(Math.min(...lease)).toBeLessThan(4)
  })

  it('drifting jobs grow slower, then are repaired', () => {
    const job = 'pull-storage-integration'
    const climbs = episodes.filter(({ subject }) => subject === job)
    const medianWithin = (from: number, until: number): number => {
      const progress = (run: RunTruth): number => {
        const at = run.startedAt ?? 0
        const climb = climbs.find((e) => e.from <= at && at < e.until)
        return climb === undefined ? NaN : (at - climb.from) / (climb.until - climb.from)
      }
      const runs = passed(ofJob(job)).filter((r) => progress(r) >= from && progress(r) < until)
      return median(runs.map(lastedMs))
    }
    const ratio = medianWithin(0.8, 1) / medianWithin(0, 0.2)
    // (1 + 0.9 · 0.6) / (1 + 0.1 · 0.6) = 1.45
    expect(ratio).toBeGreaterThan(1.3)
    expect(ratio).toBeLessThan(1.6)
  })

  it('some fail fast, some fail late', () => {
    const ratio = (job: string): number =>
      median(failedAlone(ofJob(job)).map(lastedMs)) / median(passed(ofJob(job)).map(lastedMs))
    expect(ratio('bump-dependencies')).toBeLessThan(0.2)
    expect(ratio('pull-gateway-verify')).toBeLessThan(0.2)
    expect(ratio('upgrade-from-stable')).toBeGreaterThan(1)
    expect(ratio('pull-scheduler-e2e')).toBeGreaterThan(1)
  })

  it('an outage ends everything that runs on its cluster in error', () => {
    const outages = episodes.filter(({ kind }) => kind === 'outage')
    expect(outages.length).toBeGreaterThan(80)
    const hit = truths.filter(
      (run) => run.startedAt !== null && isIn(run.cluster, run.startedAt) && run.cause !== null,
    )
    const started = truths.filter((run) => isIn(run.cluster, run.startedAt))
    expect(hit.length).toBe(started.length)
    for (const run of hit) expect(run.outcome).toMatch(/^(error|aborted)$/)
    expect(rate(truths, ({ cause }) => cause === 'outage')).toBeGreaterThan(0.02)
  })

  it('siblings of a push start together in one group, and fail together where the push is broken', () => {
    const groups = Map.groupBy(
      truths.filter(({ group, attempt }) => group !== null && attempt === 1),
      ({ group }) => group,
    )
    const failing = new Map([true, false].map((isBroken) => [isBroken, [] as number[]]))
    for (const runs of groups.values()) {
      expect(runs.length).toBe(5)
      expect(new Set(runs.map(({ queuedAt, repo }) => `${repo}@${queuedAt}`)).size).toBe(1)
      failing.get(runs[0]?.isPushBroken === true)?.push(rate(runs, ({ fails }) => fails))
    }
    expect(groups.size).toBeGreaterThan(3000)
    const mean = (values: number[] = []): number =>
      values.reduce((sum, value) => sum + value, 0) / values.length
    expect(mean(failing.get(true))).toBeGreaterThan(0.6)
    expect(mean(failing.get(false))).toBeLessThan(0.25)
    expect((failing.get(true) ?? []).length / groups.size).toBeCloseTo(0.15, 1)
  })

  it('keeps 20 to 60 runs running at most times, and forgets none for longer than its span', () => {
    const running = new Array<number>(26 * 24).fill(0)
    const hourOf = (at: number): number => Math.ceil((at - T0 - DAY_MS) / HOUR_MS)
    for (const { startedAt, finishedAt, runId } of truths) {
      const firstQueuedAt = Number(runId) / 100
      expect(finishedAt - firstQueuedAt).toBeLessThan((SPAN_HOURS - 1) * HOUR_MS)
      if (startedAt === null) continue
      for (let hour = Math.max(0, hourOf(startedAt)); hour < hourOf(finishedAt); hour++)
        running[hour] = (running[hour] ?? 0) + 1
    }
    expect(rate(running.slice(0, 26 * 24), (n) => n >= 18 && n <= 60)).toBeGreaterThan(0.95)
  })
})

describe('what only some facts tell', () => {
  const offers = demoWorld().offersBetween(T0, T0 + 3 * DAY_MS)
  const events = offers
    .filter(({ topic }) => topic === 'ci.run-events.v1')
    .map(({ record }) => record as RunEvent)

  it('failing runs name failed tests, and go on to their protected steps', () => {
    const told = events.filter((e) => e.kind === 'testsReported' && (e.failed ?? 0) > 0)
    expect(told.length).toBeGreaterThan(200)
    for (const event of told) expect(event.failedTests.length).toBe(event.failed)
    const failedTest = events.find(
      (e) => e.job === 'upgrade-from-stable' && e.step === 'test' && e.outcome === 'failure',
    )
    const steps = events.filter(
      (e) => e.runId === failedTest?.runId && e.job === failedTest.job && e.kind === 'stepFinished',
    )
    expect(new Set(steps.map(({ step }) => step))).toEqual(
      new Set(['acquire-lease', 'install', 'test', 'gather', 'deprovision']),
    )
  })

  it('the cluster is told at the start, the version before', () => {
    const of = (kind: string): RunEvent | undefined =>
      events.find((e) => e.job === 'e2e-gcp-4.18' && e.kind === kind)
    expect(of('queued')?.labels).toEqual({ family: 'e2e-gcp', version: '4.18' })
    expect(of('started')?.labels['cluster']).toMatch(/^build0[1-5]$/)
  })

  it('pull requests open, grow, and end', () => {
    const kinds = offers
      .filter(({ topic }) => topic === 'ci.pull-events.v1')
      .map(({ record }) => ('kind' in record ? record.kind : ''))
    expect(new Set(kinds)).toEqual(
      new Set(['opened', 'synchronised', 'reviewed', 'merged', 'closed']),
    )
  })
})
