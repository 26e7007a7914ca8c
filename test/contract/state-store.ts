/** What every keyed state store does, whatever it is kept in. */

import { describe, expect, it } from 'vitest'
import type { StateStore, StoredTimer } from '../../runtime/ports.ts'

/** A store under test; `reopen` gives what a new process finds. */
export interface OpenStateStore {
  readonly store: StateStore
  reopen(): OpenStateStore
  close(): void
}
const bytes = (text: string): Uint8Array => Buffer.from(text)
const text = (value: Uint8Array | undefined): string | undefined =>
  value === undefined ? undefined : Buffer.from(value).toString()

export const describeStateStore = (name: string, open: () => OpenStateStore): void => {
  describe(`state in ${name}`, () => {
    it('gives a cell back as it was saved, by stage, key and cell, after a restart too', () => {
      const opened = open()
      opened.store.saveCell('runs', 'a:b', 'run/1', bytes('one'))
      opened.store.saveCell('runs', 'a:b', 'run/2', bytes('two'))
      opened.store.saveCell('runs', 'a', 'b:run/1', bytes('other key'))
      opened.store.saveCell('kpis', 'a:b', 'run/1', bytes('other stage'))
      opened.store.saveCell('runs', 'a:b', 'run/1', bytes('newer'))
      const again = opened.reopen()
      expect(text(again.store.loadCell('runs', 'a:b', 'run/1'))).toBe('newer')
      expect(text(again.store.loadCell('runs', 'a:b', 'run/2'))).toBe('two')
      expect(text(again.store.loadCell('kpis', 'a:b', 'run/1'))).toBe('other stage')
      expect(again.store.loadCell('kpis', 'a', 'b:run/1')).toBeUndefined()
      again.close()
    })

    it('forgets a cell that is saved as null', () => {
      const opened = open()
      opened.store.saveCell('runs', 'a', 'x', bytes('here'))
      opened.store.saveCell('runs', 'a', 'x', null)
      opened.store.saveCell('runs', 'a', 'never there', null)
      const again = opened.reopen()
      expect(again.store.loadCell('runs', 'a', 'x')).toBeUndefined()
      again.close()
    })

    it('holds one timer of a name per key, by stage, until it is cleared', () => {
      const opened = open()
      const { store } = opened
      store.saveTimer('runs', 'a', 'wake', 50)
      store.saveTimer('runs', 'a', 'wake', 20)
      store.saveTimer('runs', 'b', 'wake', 10)
      store.saveTimer('kpis', 'c', 'wake', 5)
      store.saveTimer('runs', 'b', 'wake', null)
      const again = opened.reopen()
      expect(timersOf(again.store, 'runs', 10)).toEqual([{ key: 'a', timer: 'wake', due: 20 }])
      expect(timersOf(again.store, 'kpis', 10)).toEqual([{ key: 'c', timer: 'wake', due: 5 }])
      again.close()
    })

    it('loads timers in pieces: none left out, none twice, all of one instant together', () => {
      const opened = open()
      for (let i = 0; i < 30; i += 1) opened.store.saveTimer('runs', `key-${i}`, 'wake', i >> 2)
      for (const limit of [1, 4, 7, 100]) {
        const found = timersOf(opened.store, 'runs', limit).map(({ key }) => key)
        expect(found).toHaveLength(30)
        expect(new Set(found).size).toBe(30)
      }
      opened.close()
    })
  })
}

/** All timers of a stage: those set lately, then the others piece by piece. */
const timersOf = (store: StateStore, stage: string, limit: number): StoredTimer[] => {
  const found = [...store.recentTimers(stage)]
  for (const { key, timer } of found) expect(store.isRecentTimer(stage, key, timer)).toBe(true)
  for (let after = -Infinity; after < Infinity;) {
    expect(store.nextTimer(stage, after)).toBeGreaterThan(after)
    const { timers, until } = store.loadTimers(stage, after, limit)
    const rows = [...timers]
    expect(rows.every(({ due }) => due > after && due <= until)).toBe(true)
    found.push(...rows)
    after = until
  }
  return found
}
