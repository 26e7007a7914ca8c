/** What every ViewStore must do, whatever it stands on. Run against each adapter by `view-store.test.ts`. */

import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Awaitable, ViewCursor, ViewRow, ViewStore, ViewWrite } from '../../runtime/ports.ts'

export interface ViewStoreAdapter {
  readonly store: ViewStore
  /** Applies writes, all or none, as one commit does. */
  readonly write: (writes: readonly ViewWrite[]) => Awaitable<void>
  readonly close: () => Awaitable<void>
}

const ODD_KEYS = [
  '',
  ' ',
  'a:b%3A',
  "o'r",
  'ünï',
  '\u{1f6d1}',
  'a\u001fb',
  '%',
  '_',
  'k'.repeat(2_000),
]
const row = (
  key: string,
  sort: number | null,
  at = 0,
  value: object | null = { key },
): ViewWrite => ({
  view: 'v',
  key,
  sort,
  at,
  value,
})
const keysOf = (rows: readonly ViewRow[]): string[] => rows.map(({ key }) => key)
const all = { limit: 1_000 }

/** All rows, read in pages of `limit`. */
const pages = async (store: ViewStore, limit: number): Promise<ViewRow[]> => {
  const rows: ViewRow[] = []
  let after: ViewCursor | undefined
  for (;;) {
    const page = await store.list('v', after === undefined ? { limit } : { limit, after })
    rows.push(...page)
    const last = page.at(-1)
    if (page.length < limit || last === undefined) return rows
    after = { sort: last.sort, key: last.key }
  }
}

const anyWrite = fc.record({
  view: fc.constant('v'),
  key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  sort: fc.constantFrom(-1.5, 0, 0.25, 7, 1_714_564_800_000, null),
  at: fc.nat({ max: 20 }),
  value: fc.option(fc.record({ n: fc.nat() })),
})

/** Rows after the writes by definition: of each key the newest, at one instant the later in sequence. */
const expectedRows = (writes: readonly ViewWrite[]): ViewRow[] => {
  const newest = new Map<string, ViewWrite>()
  for (const write of writes)
    if ((newest.get(write.key)?.at ?? -1) <= write.at) newest.set(write.key, write)
  return [...newest.values()]
    .flatMap(({ key, sort, value }) =>
      value === null || sort === null ? [] : [{ key, sort, json: JSON.stringify(value) }],
    )
    .sort((a, b) => b.sort - a.sort || (a.key < b.key ? -1 : 1))
}

export const describeViewStore = (
  name: string,
  makeAdapter: () => Awaitable<ViewStoreAdapter>,
): void => {
  describe(`a view store on ${name}`, () => {
    let adapter: ViewStoreAdapter
    beforeEach(async () => {
      adapter = await makeAdapter()
    })
    afterEach(async () => {
      await adapter.close()
    })

    it('gives the value as JSON text, and nothing where there is none', async () => {
      await adapter.write([row('a', 1, 0, { n: 0.1, text: '"é"', none: null })])
      expect(await adapter.store.get('v', 'a')).toBe('{"n":0.1,"text":"\\"é\\"","none":null}')
      expect(await adapter.store.get('v', 'b')).toBeUndefined()
      expect(await adapter.store.get('w', 'a')).toBeUndefined()
      expect(await adapter.store.list('w', all)).toEqual([])
      expect(await adapter.store.count('w')).toBe(0)
    })

    it('lists rows by falling sort, then by key', async () => {
      await adapter.write([row('c', 1), row('b', 2.5), row('a', 1), row('d', -3)])
      const rows = await adapter.store.list('v', all)
      expect(keysOf(rows)).toEqual(['b', 'a', 'c', 'd'])
      expect(rows[0]).toEqual({ key: 'b', sort: 2.5, json: '{"key":"b"}' })
      expect(await adapter.store.count('v')).toBe(4)
    })

    it('goes on after a cursor without gap or repeat, also among equal sorts', async () => {
      await adapter.write(Array.from({ length: 25 }, (_, index) => row(`k${index}`, index % 3)))
      const whole = await adapter.store.list('v', all)
      for (const limit of [1, 2, 7, 25, 26])
        expect(await pages(adapter.store, limit)).toEqual(whole)
    })

    it('goes on after a cursor whose row is gone', async () => {
      await adapter.write([row('a', 3), row('b', 2), row('c', 1)])
      await adapter.write([row('b', 2, 1, null)])
      const after = { sort: 2, key: 'b' }
      expect(keysOf(await adapter.store.list('v', { limit: 9, after }))).toEqual(['c'])
    })

    it('moves a row whose sort has changed', async () => {
      await adapter.write([row('a', 1), row('b', 2)])
      await adapter.write([row('a', 3, 1)])
      expect(keysOf(await adapter.store.list('v', all))).toEqual(['a', 'b'])
      expect(await adapter.store.count('v')).toBe(2)
    })

    it('keeps the newest of the writes to a row, in one commit and over several', async () => {
      await adapter.write([row('a', 1, 5, { n: 5 }), row('a', 1, 4, { n: 4 })])
      expect(await adapter.store.get('v', 'a')).toBe('{"n":5}')
      await adapter.write([row('a', 1, 3, { n: 3 })])
      expect(await adapter.store.get('v', 'a')).toBe('{"n":5}')
      await adapter.write([row('a', 1, 5, { n: 6 })])
      expect(await adapter.store.get('v', 'a')).toBe('{"n":6}')
    })

    it('forgets a deleted row, and an older write does not bring it back', async () => {
      await adapter.write([row('a', 1, 1)])
      await adapter.write([row('a', 0, 5.5, null)])
      await adapter.write([row('a', 1, 5)])
      expect(await adapter.store.get('v', 'a')).toBeUndefined()
      expect(await adapter.store.list('v', all)).toEqual([])
      expect(await adapter.store.count('v')).toBe(0)
      await adapter.write([row('a', 1, 6)])
      expect(await adapter.store.count('v')).toBe(1)
    })

    it('gives a row without a sort by its key, and does not list or count it', async () => {
      await adapter.write([row('a', null), row('b', 1)])
      expect(await adapter.store.get('v', 'a')).toBe('{"key":"a"}')
      expect(keysOf(await adapter.store.list('v', all))).toEqual(['b'])
      expect(await adapter.store.count('v')).toBe(1)
      await adapter.write([row('a', null, 1, { n: 1 })])
      expect(await adapter.store.get('v', 'a')).toBe('{"n":1}')
      await adapter.write([row('a', null, 2, null)])
      expect(await adapter.store.get('v', 'a')).toBeUndefined()
    })

    it('gives the values of one key in several views at once, in their order', async () => {
      await adapter.write([
        row('a', 1, 0, { n: 1 }),
        { ...row('a', null, 0, { n: 2 }), view: 'w' },
        { ...row('a', 1, 0, { n: 3 }), view: 'gone' },
        row('b', 1, 0, { n: 4 }),
      ])
      await adapter.write([{ ...row('a', null, 1, null), view: 'gone' }])
      const found = await adapter.store.getAll(['w', 'gone', 'none', 'v'], 'a')
      expect(found).toEqual(['{"n":2}', undefined, undefined, '{"n":1}'])
    })

    it('takes any key and any name of a view', async () => {
      for (const view of ['v', 'job-runs/a:b%3A', "o'r/ü"]) {
        await adapter.write(ODD_KEYS.map((key) => ({ ...row(key, 0), view })))
        for (const key of ODD_KEYS)
          expect(await adapter.store.get(view, key)).toBe(JSON.stringify({ key }))
        expect(await adapter.store.count(view)).toBe(ODD_KEYS.length)
      }
    })

    it('ends in the same rows however the same writes are cut into commits', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(anyWrite, { maxLength: 30 }),
          fc.nat({ max: 30 }),
          async (writes, cut) => {
            const fresh = await makeAdapter()
            try {
              await fresh.write(writes.slice(0, cut))
              await fresh.write(writes.slice(cut))
              expect(await fresh.store.list('v', all)).toEqual(expectedRows(writes))
              expect(await pages(fresh.store, 2)).toEqual(expectedRows(writes))
            } finally {
              await fresh.close()
            }
          },
        ),
        { numRuns: 50 },
      )
    })
  })
}
