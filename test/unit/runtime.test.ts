import { describe, expect, it } from 'vitest'
import { drop, reject, type Processor } from '../../processors/processor.ts'
import { TOPOLOGY } from '../../processors/topology.ts'
import { serveApi } from '../../cli/pipeline.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import { PartitionStoppedError } from '../../runtime/engine/dead-letter-limit.ts'
import { createMetrics } from '../../runtime/metrics.ts'
import type { Offer } from '../../runtime/ports.ts'
import type { RunEvent } from '../../schemas/events.ts'
import { toViews } from '../../sinks/views/to-views.ts'
import { aFact, aRun, HOUR, MINUTE, MONDAY } from '../support/facts.ts'
import { temporaryFolder } from '../support/temporary.ts'

const offer = (record: RunEvent): Offer => ({ topic: 'ci.run-events.v1', record })
const started = (n: number, at = MONDAY + n * MINUTE): Offer =>
  offer(aFact(aRun({ runId: String(n) }), 'started', at))
const opened = (folder = ':memory:', processors: readonly Processor[] = TOPOLOGY) =>
  new EmbeddedRuntime(folder, processors, toViews)

/** Refuses every run whose id is odd. */
const picky: Processor = {
  name: 'picky',
  inputs: ['ci.run-events.v1'],
  outputs: [],
  cells: {},
  step: (_cells, _key, input) =>
    input.kind === 'record' && Number((input.record as RunEvent).runId) % 2 === 1
      ? [reject('odd', 'an odd run')]
      : [drop('no-use')],
}

/** Changes 200 cells at each record. */
const busy: Processor = {
  name: 'busy',
  inputs: ['ci.run-events.v1'],
  outputs: [],
  cells: { n: { type: 'int' } },
  step: (cells, _key, input) => {
    if (input.kind === 'record')
      for (let i = 0; i < 200; i += 1) cells.put(`n/${(input.record as RunEvent).runId}/${i}`, 1)
    return [drop('no-use')]
  },
}

describe('the embedded runtime', () => {
  it('commits what it took of a replay before too much of it is in memory alone', () => {
    const runtime = opened(':memory:', [busy])
    const take = (from: number, to: number): void => {
      const offers = Array.from({ length: to - from }, (_, i) => started(from + i, MONDAY))
      runtime.take(offers, MONDAY)
    }
    take(0, 200)
    expect(runtime.engine.changedCells).toBe(200 * 200)
    expect(runtime.store.db.isTransaction).toBe(true)
    take(200, 350)
    take(350, 351)
    expect(runtime.store.db.isTransaction).toBe(false)
    expect(runtime.engine.changedCells).toBe(0)
    runtime.close()
  })

  it('publishes offers and what follows from them, and shows them only when they are on disk', () => {
    const folder = temporaryFolder()
    const runtime = opened(folder)
    const seen: string[] = []
    const stop = runtime.onCommit((published) => {
      seen.push(...published.map(({ topic }) => topic))
      expect(runtime.log.endOffset('ci.run-events.v1')).toBe(1)
      expect(runtime.store.db.isTransaction).toBe(false)
    })
    runtime.commit([started(0)], MONDAY, { source: 'x', at: 1 })
    expect(seen.slice(0, 2)).toEqual(['ci.run-events.v1', 'ci.runs.v1'])
    stop()
    runtime.commit([started(1)], MONDAY + MINUTE)
    expect(seen.filter((topic) => topic === 'ci.run-events.v1')).toHaveLength(1)
    runtime.close()

    const again = opened(folder)
    expect([again.now, again.cursor('x'), again.cursor('y')]).toEqual([MONDAY + MINUTE, 1, 0])
    expect(again.views.count('runs')).toBe(2)
    again.close()
  })

  it('stamps what comes after its time is over with the next instant', () => {
    const runtime = opened()
    runtime.commit([], MONDAY + HOUR)
    runtime.commit([started(0), started(1)], MONDAY + HOUR)
    const events = [...runtime.log.read('ci.run-events.v1')]
    expect(events.map(({ at }) => at)).toEqual([MONDAY + HOUR + 1, MONDAY + HOUR + 1])
    expect(events.map(({ record }) => record?.eventAt)).toEqual([MONDAY, MONDAY + MINUTE])
    expect(runtime.now).toBe(MONDAY + HOUR + 1)
    runtime.close()
  })

  it('puts a record that does not fit its schema into the dead letters and goes on', () => {
    const runtime = opened()
    const { record } = started(0) as { record: RunEvent }
    const bad = [
      { ...record, attempt: 1.5 },
      { ...record, eventId: null as never },
      { ...record, eventId: 'far', eventAt: 2 ** 53 },
    ]
    runtime.commit([...bad.map(offer), started(1)], MONDAY + MINUTE)
    const letters = [...runtime.log.read('ci.dead-letters.v1')].map((letter) => letter.record)
    expect(letters.map((letter) => letter?.reason)).toEqual(Array(3).fill('unencodable'))
    expect(letters.map((letter) => letter?.detail).join()).toMatch(
      /attempt.*eventId.*eventAt.*2\^53/,
    )
    expect(runtime.views.count('dead-letters')).toBe(3)
    expect([...runtime.log.read('ci.run-events.v1')]).toHaveLength(1)
    runtime.close()
  })

  it('keeps what a processor refuses with its reason, and stops when that is too much, once that is kept too', () => {
    const folder = temporaryFolder()
    const runtime = opened(folder, [picky])
    runtime.commit([started(1), started(2)], MONDAY + 2 * MINUTE)
    const [letter] = [...runtime.log.read('ci.dead-letters.v1')]
    expect(letter?.record).toMatchObject({ reason: 'odd', detail: 'an odd run', step: 'picky' })
    const many = Array.from({ length: 200 }, (_, n) => started(n + 3))
    expect(() => {
      runtime.commit(many, MONDAY + 300 * MINUTE, { source: 'demo', at: 7 })
    }).toThrow(PartitionStoppedError)
    expect(() => {
      runtime.commit([started(203)], MONDAY + 301 * MINUTE)
    }).toThrow(/then start again/)
    runtime.close()

    const again = opened(folder, [picky])
    expect([...again.log.read('ci.run-events.v1')]).toHaveLength(202)
    expect([...again.log.read('ci.dead-letters.v1')]).toHaveLength(101)
    expect([again.now, again.cursor('demo')]).toEqual([MONDAY + 300 * MINUTE, 7])
    again.take([started(301)], MONDAY + 301 * MINUTE)
    expect(() => {
      again.take(
        many.map((_, n) => started(n + 302)),
        MONDAY + 600 * MINUTE,
      )
    }).toThrow(PartitionStoppedError)
    again.close()
    const third = opened(folder, [picky])
    expect(third.now).toBe(MONDAY + 600 * MINUTE)
    third.close()
  })

  it('keeps nothing of a commit that failed, whoever reads the topics after it', async () => {
    const folder = temporaryFolder()
    const starts = (from: number, to: number): Offer[] =>
      Array.from({ length: to - from }, (_, n) => started(from + n))
    let isBroken = false
    const runtime = new EmbeddedRuntime(folder, TOPOLOGY, (record) => {
      if (isBroken && (record.record as RunEvent).runId === '290') throw new Error('no')
      return toViews(record)
    })
    const commit = (to: EmbeddedRuntime, offers: readonly Offer[], at: number): void => {
      to.commit(offers, MONDAY, { source: 'x', at })
    }
    commit(runtime, starts(0, 150), 150)
    isBroken = true
    expect(() => {
      commit(runtime, starts(150, 300), 300)
    }).toThrow('no')
    const app = await serveApi(runtime, {
      metrics: createMetrics(),
      wanted: () => runtime.now,
      sources: () => [],
    })
    const url = '/v1/topics/ci.run-events.v1/records'
    const read = await app.inject(`${url}?from=149`)
    expect(read.json<{ data: unknown[] }>().data).toHaveLength(1)
    await app.close()
    expect(() => {
      commit(runtime, starts(150, 300), 300)
    }).toThrow(/start the process again/)
    runtime.close()

    const again = opened(folder)
    expect([again.cursor('x'), again.log.endOffset('ci.run-events.v1')]).toEqual([150, 150])
    commit(again, starts(150, 300), 300)
    const kept = [...again.log.read('ci.run-events.v1')].map(({ record }) => record?.runId)
    expect(kept).toEqual(starts(0, 300).map((_, n) => String(n)))
    again.close()
  })

  it('tells what it did by stage', () => {
    const runtime = opened()
    const again = started(0, MONDAY)
    runtime.commit([started(0, MONDAY), again], MONDAY)
    const [stage] = runtime.engine.stages
    expect(stage?.counts).toMatchObject({ records: 2, emitted: 1, rejected: 0 })
    expect(stage?.counts.dropped.get('duplicate')).toBe(1)
    runtime.close()
  })
})
