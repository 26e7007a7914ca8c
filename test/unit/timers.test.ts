import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import { TimerQueue } from '../../runtime/engine/timers.ts'
import type { StoredTimer } from '../../runtime/ports.ts'

const key = fc.constantFrom('a', 'b', 'c')
const timer = fc.constantFrom('x', 'y')
const due = fc.integer({ min: 0, max: 40 })
/** What is done to a queue. A tiny window makes most timers wait in the store. */
const command = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('set' as const), key, timer, due }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const), key, timer }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('take' as const), due }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('flush' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('settle' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
)

/** Every timer in one list, sorted whenever it is asked. */
const oracle = () => {
  let timers: StoredTimer[] = []
  const without = (key: string, timer: string): StoredTimer[] =>
    timers.filter((each) => each.key !== key || each.timer !== timer)
  const first = (): StoredTimer | undefined =>
    [...timers].sort(
      (a, b) => a.due - b.due || a.key.localeCompare(b.key) || a.timer.localeCompare(b.timer),
    )[0]
  return {
    first,
    set: (key: string, timer: string, due: number) => {
      timers = [...without(key, timer), { key, timer, due }]
    },
    clear: (key: string, timer: string) => {
      timers = without(key, timer)
    },
    takeDue: (time: number): StoredTimer | undefined => {
      const next = first()
      if (next === undefined || next.due > time) return undefined
      timers = without(next.key, next.timer)
      return next
    },
  }
}
const plain = (taken: StoredTimer | undefined): StoredTimer | undefined =>
  taken === undefined ? undefined : { key: taken.key, timer: taken.timer, due: taken.due }

describe('the timers of a stage', () => {
  it.each([1, 2, 5])('come up as from a sorted list, %i of them in memory at a time', (window) => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60, size: 'max' }), (commands) => {
        const store = new EmbeddedStore(':memory:')
        let queue = new TimerQueue('stage', store, window)
        const expected = oracle()
        for (const each of commands) {
          if (each.kind === 'set') {
            queue.set(each.key, each.timer, each.due)
            expected.set(each.key, each.timer, each.due)
          } else if (each.kind === 'clear') {
            queue.clear(each.key, each.timer)
            expected.clear(each.key, each.timer)
          } else if (each.kind === 'take')
            expect(plain(queue.takeDue(each.due))).toEqual(expected.takeDue(each.due))
          else {
            queue.flush()
            if (each.kind === 'restart') queue = new TimerQueue('stage', store, window)
          }
          expect(queue.nextDue).toBeLessThanOrEqual(expected.first()?.due ?? Infinity)
        }
        for (let left = expected.takeDue(Infinity); left; left = expected.takeDue(Infinity))
          expect(plain(queue.takeDue(Infinity))).toEqual(left)
        expect(queue.takeDue(Infinity)).toBeUndefined()
        expect(queue.nextDue).toBe(Infinity)
        store.close()
      }),
      { numRuns: 150 },
    )
  })

  it('tells the store nothing of timers that come and go before it is written', () => {
    const store = new EmbeddedStore(':memory:')
    const told = vi.spyOn(store, 'saveTimer')
    const queue = new TimerQueue('stage', store)
    queue.set('kept', 'wake', 5)
    queue.flush()
    expect(told.mock.calls).toEqual([['stage', 'kept', 'wake', 5]])
    told.mockClear()

    // Replaced many times over, so that those that are gone are forgotten in between; cleared; come up.
    for (let due = 100_000; due > 50_000; due -= 1) queue.set('key', 'moved', due)
    queue.set('key', 'cleared', 7)
    queue.clear('key', 'cleared')
    queue.set('key', 'up', 6)
    expect(queue.takeDue(5)?.key).toBe('kept')
    expect(queue.takeDue(6)?.timer).toBe('up')
    // One that the store has, replaced and come up again, is still to be deleted.
    queue.set('kept', 'wake', 8)
    expect(queue.takeDue(8)?.key).toBe('kept')
    queue.flush()
    expect(told.mock.calls).toEqual([
      ['stage', 'key', 'moved', 50_001],
      ['stage', 'kept', 'wake', null],
    ])
    store.close()
  })

  it('leaves the store empty once all have come up', () => {
    const store = new EmbeddedStore(':memory:')
    const queue = new TimerQueue('stage', store, 3)
    for (let i = 0; i < 10; i += 1) queue.set(`key-${i}`, 'wake', 100 - i)
    queue.flush()
    store.settle()
    expect(store.nextTimer('stage', -Infinity)).toBe(91)
    for (let i = 0; i < 10; i += 1) expect(queue.takeDue(200)?.due).toBe(91 + i)
    queue.flush()
    store.settle()
    expect(store.nextTimer('stage', -Infinity)).toBe(Infinity)
    store.close()
  })
})
