import { describe, expect, it } from 'vitest'
import { InputMerge, type Source } from '../../runtime/kafka/merge.ts'
import { NO_PROGRESS, type Progress } from '../../runtime/kafka/progress.ts'
import { Promises } from '../../runtime/kafka/promises.ts'
import type { Keyed } from '../../runtime/ports.ts'
import { HOUR, MINUTE, MONDAY } from '../support/facts.ts'

const at = (minute: number): number => MONDAY + minute * MINUTE
const record = (minute: number, key = 'k'): Keyed => ({
  topic: 'ci.runs.v1',
  key,
  at: at(minute),
  record: null,
})
const runs: Source = { place: 'runs/0', writers: ['a/0', 'a/1'], isTable: false }
const signals: Source = { place: 'signals/0', writers: ['b/0'], isTable: false }
const priors: Source = { place: 'priors/0', writers: ['c/0'], isTable: true }
const progress = (minute: number, written: Progress['written'] = {}): Progress => ({
  at: at(minute),
  written,
  handled: {},
})
/** Minutes of what may be handled, and up to when. */
const next = (merge: InputMerge, nextDue = Infinity, limit = 100) => {
  const { horizon, records } = merge.next(limit, nextDue)
  return {
    until: (horizon - MONDAY) / MINUTE,
    minutes: records.map((r) => (r.at - MONDAY) / MINUTE),
  }
}

describe('inputs', () => {
  it('wait until every writer is known to have said all', () => {
    const merge = new InputMerge([runs, signals], NO_PROGRESS)
    merge.take('runs/0', 'a/0', 0, record(1))
    merge.take('runs/0', 'a/1', 1, record(3))
    merge.reached('runs/0', 2)
    expect(next(merge).minutes).toEqual([])
    merge.promise('b/0', progress(2))
    merge.promise('a/0', progress(5))
    expect(next(merge)).toEqual({ until: 2, minutes: [1] })
  })

  it('are taken to be complete only once what a writer speaks of has been read', () => {
    const merge = new InputMerge([signals], NO_PROGRESS)
    merge.promise('b/0', progress(4, { 'signals/0': 2 }))
    expect(next(merge).until).toBeLessThan(0)
    merge.take('signals/0', 'b/0', 0, record(1))
    merge.reached('signals/0', 1)
    expect(next(merge).minutes).toEqual([]) // more of that instant may come
    merge.take('signals/0', 'b/0', 1, record(1))
    merge.reached('signals/0', 2)
    expect(next(merge)).toEqual({ until: 4, minutes: [1, 1] })
  })

  it('are those of known writers: of others is said that nothing is expected', () => {
    const merge = new InputMerge([runs], NO_PROGRESS)
    expect(merge.take('runs/0', 'a/0', 0, record(1))).toBe(true)
    expect(merge.take('runs/0', 'outside', 1, record(1))).toBe(false)
  })

  it('go on to the end where promises came by the thousand while a place was not read, and few of those are kept', () => {
    const promises = new Promises()
    const merge = new InputMerge([signals], NO_PROGRESS)
    for (let n = 1; n <= 10_000; n += 1) {
      const said = progress(n, { 'signals/0': n })
      promises.add('b/0', said)
      merge.promise('b/0', said)
      expect(promises.of('b/0').length).toBeLessThanOrEqual(128)
    }
    for (const read of [2_000, 7_000, 10_000]) {
      merge.reached('signals/0', read)
      const { until } = next(merge)
      expect(until).toBeLessThanOrEqual(read)
      expect(until).toBeGreaterThan(read - 2_000)
    }
    expect(next(merge).until).toBe(10_000)
  })

  it('come in order of time, records of a place in the order of its log', () => {
    const merge = new InputMerge([runs, signals], NO_PROGRESS)
    merge.take('signals/0', 'b/0', 0, record(2, 'signal'))
    merge.take('runs/0', 'a/0', 0, record(1))
    merge.take('runs/0', 'a/1', 1, record(2))
    merge.take('runs/0', 'a/0', 2, record(3))
    for (const [place, read] of [
      ['runs/0', 3],
      ['signals/0', 1],
    ] as const)
      merge.reached(place, read)
    for (const writer of ['a/0', 'a/1', 'b/0']) merge.promise(writer, progress(9))
    expect(next(merge)).toEqual({ until: 9, minutes: [1, 2, 2, 3] })
  })

  it('are cut after whole instants', () => {
    const merge = new InputMerge([signals], NO_PROGRESS)
    for (const [offset, minute] of [1, 2, 2, 3].entries())
      merge.take('signals/0', 'b/0', offset, record(minute))
    merge.promise('b/0', progress(9, { 'signals/0': 4 }))
    merge.reached('signals/0', 4)
    expect(next(merge, Infinity, 2)).toEqual({ until: 2, minutes: [1, 2, 2] })
  })

  it('that fall back in time are handled at the time reached', () => {
    const merge = new InputMerge([signals], NO_PROGRESS)
    merge.take('signals/0', 'b/0', 0, record(5))
    merge.take('signals/0', 'b/0', 1, record(3))
    merge.promise('b/0', progress(6))
    expect(next(merge).minutes).toEqual([5, 5])
  })

  it('of others than the writers named are passed over', () => {
    const merge = new InputMerge([signals], NO_PROGRESS)
    merge.take('signals/0', 'z/0', 0, record(1))
    merge.promise('b/0', progress(6))
    expect(next(merge)).toEqual({ until: 6, minutes: [] })
  })
})

describe('after a restart', () => {
  it('each writer is read on where it was', () => {
    const merge = new InputMerge([runs], NO_PROGRESS)
    const read = (into: InputMerge): void => {
      into.take('runs/0', 'a/0', 0, record(1))
      into.take('runs/0', 'a/1', 1, record(7))
      into.take('runs/0', 'a/0', 2, record(2))
      into.take('runs/0', 'a/0', 3, record(8))
      into.reached('runs/0', 4)
    }
    read(merge)
    expect(next(merge)).toMatchObject({ minutes: [1, 2] })
    const { horizon } = merge.next(100, Infinity)
    const handled = merge.handledBy(horizon)
    expect(handled).toEqual({ 'runs/0': { 'a/0': 3, 'a/1': 0 } })
    merge.done(horizon)

    const restarted = new InputMerge([runs], { at: horizon, written: {}, handled })
    read(restarted)
    for (const each of [merge, restarted]) {
      for (const writer of ['a/0', 'a/1']) each.promise(writer, progress(9))
      expect(next(each)).toEqual({ until: 9, minutes: [7, 8] })
      expect(each.handledBy(at(9))).toEqual({ 'runs/0': { 'a/0': 4, 'a/1': 2 } })
    }
  })
})

describe('a table', () => {
  const opened = (): InputMerge => {
    const merge = new InputMerge([signals, priors], NO_PROGRESS)
    merge.take('signals/0', 'b/0', 0, record(10))
    merge.take('signals/0', 'b/0', 1, record(70))
    merge.reached('signals/0', 2)
    merge.promise('b/0', progress(100))
    return merge
  }
  it('holds back what comes after the hour it has not reached', () => {
    const merge = opened()
    expect(next(merge)).toEqual({ until: 10 - 1 / MINUTE, minutes: [] })
    merge.promise('c/0', progress(9))
    expect(next(merge)).toEqual({ until: 60, minutes: [10] })
    merge.promise('c/0', progress(60))
    expect(next(merge)).toEqual({ until: 100, minutes: [10, 70] })
  })

  it('holds nothing back while nothing happens', () => {
    const merge = opened()
    const { horizon } = merge.next(100, at(-600))
    expect(horizon).toBe(at(-600) - 1)
  })

  it('gives rows of the time already reached apart, before what follows', () => {
    const merge = opened()
    merge.promise('c/0', progress(20, { 'priors/0': 0 }))
    merge.next(100, Infinity)
    merge.done(at(60))
    merge.take('priors/0', 'c/0', 0, { ...record(60), topic: 'ci.priors.v1' })
    merge.reached('priors/0', 1)
    merge.promise('c/0', progress(60, { 'priors/0': 1 }))
    const { rows, records } = merge.next(100, Infinity)
    expect(rows.map((row) => row.at)).toEqual([MONDAY + HOUR])
    expect(records.map((each) => each.at)).toEqual([at(70)])
  })

  it('keeps rows that come while others are handled, which are not taken to be handled with them', () => {
    const merge = new InputMerge([runs, priors], NO_PROGRESS)
    for (const writer of ['a/0', 'a/1']) merge.promise(writer, progress(5))
    const { horizon } = merge.next(100, Infinity) // nothing happens: the table is not waited for
    expect(horizon).toBe(at(5))
    merge.take('priors/0', 'c/0', 0, record(3, 'row'))
    merge.reached('priors/0', 1)
    merge.done(horizon)
    expect(merge.next(100, Infinity).rows.map(({ key }) => key)).toEqual(['row'])
  })
})

it('does not read on where a place is far ahead of another', () => {
  const merge = new InputMerge([runs, signals], NO_PROGRESS)
  for (let offset = 0; offset < 10; offset += 1)
    merge.take('runs/0', offset % 2 === 0 ? 'a/0' : 'a/1', offset, record(offset))
  expect(merge.isAhead('runs/0', 10)).toBe(true)
  expect(merge.isAhead('runs/0', 11)).toBe(false)
  expect(merge.isAhead('signals/0', 0)).toBe(false)
})
