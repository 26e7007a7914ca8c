import { describe, expect, it } from 'vitest'
import { EmbeddedLog } from '../../runtime/embedded/log.ts'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import { keyed } from '../../runtime/engine/stage.ts'
import type { Keyed } from '../../runtime/ports.ts'
import type { Prior } from '../../schemas/events.ts'
import { TOPICS } from '../../schemas/topics.ts'
import { aFact, aRun, DAY, MINUTE, MONDAY } from '../support/facts.ts'
import { temporaryFolder } from '../support/temporary.ts'

const event = (n: number, at = MONDAY + n * MINUTE): Keyed =>
  keyed('ci.run-events.v1', aFact(aRun({ runId: String(n) }), 'started', at), at)
const prior = (pool: string, passes: number): Keyed => {
  const record: Prior = {
    ...{ eventId: `${pool}/${passes}`, eventAt: MONDAY, observedAt: MONDAY, pool, passes },
    ...{ failures: 0, passDurations: {}, failDurations: {}, passClean: {}, failClean: {} },
    ...{ watchedPasses: 0, falseStops: [], trueStops: [], weights: [], trust: 0, strain: 0 },
    ...{ passesWithSign: 0, failuresWithSign: 0, leadModel: '', leadRuns: 0, leadNats: 0 },
    ...{ unseenPasses: 0, unseenFalseStops: [] },
  }
  return keyed('ci.priors.v1', record, MONDAY)
}
const tombstone = (pool: string): Keyed => ({
  topic: 'ci.priors.v1',
  key: pool,
  at: MONDAY,
  record: null,
})
const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i)
const offsets = (log: EmbeddedLog, from?: number): number[] =>
  [...log.read('ci.run-events.v1', from)].map(({ offset }) => offset)
const pools = (log: EmbeddedLog): [number, string, number | undefined][] =>
  [...log.read('ci.priors.v1')].map(({ offset, key, record }) => [offset, key, record?.passes])

describe('the log', () => {
  it('numbers records of a topic from 0, and goes on after a restart', () => {
    const folder = temporaryFolder()
    let store = new EmbeddedStore(folder)
    let log = new EmbeddedLog(store)
    const first = store.transaction(() => log.append([event(0), prior('a', 1), event(1)]))
    expect(first.map(({ topic, offset }) => [topic, offset])).toEqual([
      ['ci.run-events.v1', 0],
      ['ci.priors.v1', 0],
      ['ci.run-events.v1', 1],
    ])
    store.close()
    store = new EmbeddedStore(folder)
    log = new EmbeddedLog(store)
    expect(log.endOffset('ci.run-events.v1')).toBe(2)
    store.transaction(() => log.append([event(2)]))
    expect(offsets(log)).toEqual([0, 1, 2])
    store.close()
  })

  it('gives records back as they were, from any offset, over many segments', () => {
    const store = new EmbeddedStore(':memory:')
    const log = new EmbeddedLog(store)
    const records = numbers(0, 50).map((n) => event(n))
    for (let at = 0; at < 50; at += 7)
      store.transaction(() => log.append(records.slice(at, at + 7)))
    const read = [...log.read('ci.run-events.v1')].map(({ key, at, record }) => ({
      topic: 'ci.run-events.v1',
      key,
      at,
      record: { ...record },
    }))
    expect(read).toEqual(records)
    for (const from of [0, 6, 7, 8, 48, 49]) expect(offsets(log, from)).toEqual(numbers(from, 50))
    expect(offsets(log, 50)).toEqual([])
    store.close()
  })

  it('keeps the newest record of each key of a compacted topic, and none after a tombstone', () => {
    const store = new EmbeddedStore(':memory:')
    const log = new EmbeddedLog(store)
    store.transaction(() => log.append([prior('a', 1), prior('b', 1), prior('a', 2)]))
    expect(pools(log)).toEqual([
      [1, 'b', 1],
      [2, 'a', 2],
    ])
    store.transaction(() => log.append([tombstone('b'), prior('c', 1), prior('b', 7)]))
    store.transaction(() => log.append([tombstone('c')]))
    expect(pools(log)).toEqual([
      [2, 'a', 2],
      [5, 'b', 7],
    ])
    expect(log.endOffset('ci.priors.v1')).toBe(7)
    store.close()
  })

  it('drops what is past its retention and never what is younger, or the newest of a key', () => {
    const store = new EmbeddedStore(':memory:')
    const log = new EmbeddedLog(store)
    const days = (TOPICS['ci.run-events.v1'].retentionMs ?? 0) / DAY
    store.transaction(() => log.append([event(0, MONDAY), event(1, MONDAY + DAY), prior('a', 1)]))
    store.transaction(() => log.append([event(2, MONDAY + 2 * DAY)]))
    expect(log.retain(MONDAY + days * DAY)).toBe(0)
    // A segment goes with its last record.
    expect(log.retain(MONDAY + (days + 1) * DAY + 1)).toBe(1)
    expect(offsets(log)).toEqual([2])
    expect(offsets(log, 1)).toEqual([2])
    log.retain(MONDAY + 10 * days * DAY)
    expect(offsets(log)).toEqual([])
    expect(pools(log)).toEqual([[0, 'a', 1]])
    store.transaction(() => log.append([event(3, MONDAY + 10 * days * DAY)]))
    expect(offsets(log)).toEqual([3])
    store.close()
  })

  it('forgets offsets that were given out in a transaction that was taken back', () => {
    const folder = temporaryFolder()
    const store = new EmbeddedStore(folder)
    const log = new EmbeddedLog(store)
    expect(() =>
      store.transaction(() => {
        log.append([event(0)])
        throw new Error('no')
      }),
    ).toThrow('no')
    store.close()
    const again = new EmbeddedStore(folder)
    expect(new EmbeddedLog(again).endOffset('ci.run-events.v1')).toBe(0)
    again.close()
  })

  it.each([
    ['at once', 2, 'work'],
    ['once it has filled segments and rows', 20_000, 'work'],
    ['after all of it was written', 2, 'seal'],
  ])('neither shows nor keeps what was taken back %s', (_, end, fails) => {
    const folder = temporaryFolder()
    const store = new EmbeddedStore(folder)
    const log = new EmbeddedLog(store)
    store.transaction(() => log.append([event(0), prior('a', 1), prior('b', 1)]))
    const fail = (): never => {
      throw new Error('no')
    }
    if (fails === 'seal') store.writeBehind('last', 1, { write: fail, remove: fail }).seal = fail
    expect(() => {
      store.transaction(() => {
        const priors = numbers(1, end).map((n) => prior(`p${n}`, n))
        log.append([...numbers(1, end).map((n) => event(n)), ...priors])
        log.append([prior('a', 9), tombstone('b')])
        if (fails === 'work') fail()
      })
    }).toThrow('no')
    const check = (of: EmbeddedLog): void => {
      expect(offsets(of)).toEqual([0])
      expect(pools(of)).toEqual([
        [0, 'a', 1],
        [1, 'b', 1],
      ])
      expect([of.endOffset('ci.run-events.v1'), of.endOffset('ci.priors.v1')]).toEqual([1, 2])
      expect(of.newest('ci.priors.v1', 'a')?.record).toMatchObject({ passes: 1 })
    }
    check(log)
    store.close()
    const again = new EmbeddedStore(folder)
    check(new EmbeddedLog(again))
    again.close()
  })

  it('goes on behind what lasted after a transaction was taken back', () => {
    const folder = temporaryFolder()
    const store = new EmbeddedStore(folder)
    const log = new EmbeddedLog(store)
    store.transaction(() => log.append([event(0), prior('a', 1)]))
    expect(() =>
      store.transaction(() => {
        log.append([event(1), event(2), prior('a', 9), prior('b', 9)])
        throw new Error('no')
      }),
    ).toThrow('no')
    store.transaction(() => log.append([event(3), prior('c', 1)]))
    store.close()
    const again = new EmbeddedStore(folder)
    const read = new EmbeddedLog(again)
    expect([...read.read('ci.run-events.v1')].map(({ record }) => record?.runId)).toEqual([
      '0',
      '3',
    ])
    expect(pools(read)).toEqual([
      [0, 'a', 1],
      [1, 'c', 1],
    ])
    again.close()
  })
})
