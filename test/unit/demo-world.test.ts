import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JOBS } from '../../producers/demo/jobs.ts'
import { demoSource } from '../../producers/demo/source.ts'
import { demoWorld, SPAN_HOURS } from '../../producers/demo/world.ts'
import { emptyRun, join, type RunState } from '../../processors/runs/lattice.ts'
import type { Offer, OfferBatch } from '../../runtime/ports.ts'
import { CODECS } from '../../schemas/codec.ts'
import type { RunEvent } from '../../schemas/events.ts'
import { runKey } from '../../schemas/keys.ts'
import { TOPICS } from '../../schemas/topics.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const T0 = Date.UTC(2026, 6, 20)

const isRunEvent = (offer: Offer): offer is Offer<'ci.run-events.v1'> =>
  offer.topic === 'ci.run-events.v1'
const runEvents = (offers: readonly Offer[]): RunEvent[] =>
  offers.filter(isRunEvent).map((offer) => offer.record)

const day = demoWorld().offersBetween(T0, T0 + DAY_MS)

describe('what is heard of the simulated community', () => {
  it('is the same in one piece and in many, asked in any order', () => {
    const whole = demoWorld().offersBetween(T0, T0 + 6 * HOUR_MS)
    const instant = fc.integer({ min: T0, max: T0 + 6 * HOUR_MS })
    fc.assert(
      fc.property(fc.array(instant, { maxLength: 12 }), fc.boolean(), (cuts, isBackwards) => {
        const edges = [T0, ...cuts.sort((a, b) => a - b), T0 + 6 * HOUR_MS]
        const world = demoWorld()
        const pieces = edges.slice(1).map((until, index) => [edges[index] ?? T0, until] as const)
        const asked = isBackwards ? pieces.toReversed() : pieces
        const heard = asked.map(([from, until]) => world.offersBetween(from, until))
        expect((isBackwards ? heard.toReversed() : heard).flat()).toEqual(whole)
      }),
      { numRuns: 15 },
    )
  })

  it('is another world for another seed, and empty for an empty interval', () => {
    const ids = (seed: number): string[] =>
      demoWorld(seed)
        .offersBetween(T0, T0 + HOUR_MS)
        .map(({ record }) => record.eventId)
    expect(ids(1)).toEqual(ids(1))
    expect(ids(1)).not.toEqual(ids(2))
    expect(demoWorld().offersBetween(T0, T0)).toEqual([])
  })

  it('comes in order of hearing, inside its interval, never before it happened', () => {
    let before = T0
    for (const { record } of day) {
      expect(record.observedAt).toBeGreaterThanOrEqual(before)
      expect(record.observedAt).toBeGreaterThan(record.eventAt)
      before = record.observedAt
    }
    expect(before).toBeLessThan(T0 + DAY_MS)
  })

  it('says demo in every record, and fits its schema', () => {
    for (const { topic, record } of day) {
      const codec = CODECS[TOPICS[topic].schema]
      expect(record).toMatchObject({ source: 'demo' })
      expect(codec.decode(codec.encode(record as never))).toEqual(record)
    }
  })

  it('has the volume of a lively community, on weekdays and at weekends', () => {
    const world = demoWorld()
    const days = Array.from({ length: 7 }, (_, n) => T0 + n * DAY_MS)
    for (const at of days) {
      const runs = world.truths(at, at + DAY_MS).length
      expect(runs).toBeGreaterThan(1400)
      expect(runs).toBeLessThan(3000)
    }
    expect(new Set(JOBS.map(({ repo }) => repo)).size).toBe(6)
    expect(new Set(JOBS.map(({ job }) => job)).size).toBe(40)
  })

  it('repeats one fact in a hundred under the same id, and tells some ends before a late step', () => {
    const ids = new Set(day.map(({ record }) => record.eventId))
    const repeated = (day.length - ids.size) / day.length
    expect(repeated).toBeGreaterThan(0.006)
    expect(repeated).toBeLessThan(0.014)
    const ended = new Set<string>()
    let late = 0
    for (const event of runEvents(day)) {
      if (event.kind === 'finished') ended.add(runKey(event))
      else if (event.kind === 'stepFinished' && ended.has(runKey(event))) late++
    }
    expect(late).toBeGreaterThan(20)
  })

  it('is complete: the facts of a run, joined, say what is true of it', () => {
    const world = demoWorld()
    const runs = new Map<string, RunState>()
    for (const event of runEvents(world.offersBetween(T0, T0 + (24 + SPAN_HOURS) * HOUR_MS))) {
      const run = runs.get(runKey(event)) ?? emptyRun(event)
      join(run, event)
      runs.set(runKey(event), run)
    }
    const truths = world.truths(T0, T0 + DAY_MS)
    expect(truths.length).toBeGreaterThan(1400)
    for (const truth of truths) {
      const { queuedAt, startedAt, finishedAt, outcome, group } = truth
      expect(runs.get(runKey(truth))).toMatchObject({
        ...{ queuedAt, startedAt, finishedAt, outcome, group, phase: 'finished' },
      })
      expect(world.truthOf(truth)).toBe(truth)
    }
  })

  it('knows nothing of a run that never was', () => {
    const run = { source: 'demo', repo: 'tidewright/docs', job: 'links', runId: '1', attempt: 1 }
    expect(demoWorld().truthOf(run)).toBeUndefined()
  })
})

describe('the simulated source', () => {
  const limits = { from: T0 + 1234, until: T0 + 5 * HOUR_MS }
  const all = demoSource(limits).offersBetween(0, Infinity)
  const batchesFrom = async (cursor: number): Promise<OfferBatch[]> => {
    const batches: OfferBatch[] = []
    const { signal } = new AbortController()
    for await (const batch of demoSource(limits).batches(cursor, signal)) batches.push(batch)
    return batches
  }

  it('hands out everything between its limits, each instant in one batch', async () => {
    const batches = await batchesFrom(0)
    expect(batches.flatMap(({ offers }) => offers)).toEqual(all)
    expect(batches.at(-1)?.cursor).toBe(all.length)
    for (const [index, { offers }] of batches.entries())
      expect(offers[0]?.record.observedAt).toBeGreaterThan(
        batches[index - 1]?.offers.at(-1)?.record.observedAt ?? 0,
      )
  })

  it('goes on after the last acknowledged batch', async () => {
    const cursor = (await batchesFrom(0))[1]?.cursor ?? 0
    const rest = (await batchesFrom(cursor)).flatMap(({ offers }) => offers)
    expect(cursor).toBeGreaterThan(0)
    expect(rest).toEqual(all.slice(cursor))
  })

  it('ends when it is told to', async () => {
    const controller = new AbortController()
    let batches = 0
    for await (const batch of demoSource({ from: T0 }).batches(0, controller.signal)) {
      expect(batch.offers.length).toBeGreaterThan(0)
      if (++batches === 3) controller.abort()
    }
    expect(batches).toBe(3)
  })
})
