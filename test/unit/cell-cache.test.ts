import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import { CellCache, CellTooLargeError, MAX_CELL_BYTES } from '../../runtime/engine/cell-cache.ts'

const SCHEMAS = {
  run: { type: 'record', name: 'R', fields: [{ name: 'n', type: 'int' }] },
  text: { type: 'string' },
}
const cacheOn = (store: EmbeddedStore, capacity?: number): CellCache =>
  new CellCache('stage', SCHEMAS, store, capacity)

const cell = fc.integer({ min: 0, max: 39 }).map((n) => `run/${n}`)
const key = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const command = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('put' as const), key, cell, n: fc.nat(9) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('get' as const), key, cell }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), key, cell }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('flush' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
)

describe('the cells of a stage', () => {
  it.each([1, 3, 100])('read as written, with %i keys kept in memory', (capacity) => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 200, size: 'max' }), (commands) => {
        const store = new EmbeddedStore(':memory:')
        let cache = cacheOn(store, capacity)
        const expected = new Map<string, number>()
        for (const each of commands) {
          if (each.kind === 'put') {
            cache.of(each.key).put(each.cell, { n: each.n })
            expected.set(`${each.key} ${each.cell}`, each.n)
          } else if (each.kind === 'delete') {
            cache.of(each.key).delete(each.cell)
            expected.delete(`${each.key} ${each.cell}`)
          } else if (each.kind === 'get') {
            const value = cache.of(each.key).get(each.cell) as { n: number } | undefined
            expect(value?.n).toBe(expected.get(`${each.key} ${each.cell}`))
          } else {
            cache.flush()
            if (each.kind === 'restart') cache = cacheOn(store, capacity)
          }
        }
        store.close()
      }),
      { numRuns: 100 },
    )
  })

  it('tells the store nothing of cells that come and go before it is written', () => {
    const store = new EmbeddedStore(':memory:')
    const told = vi.spyOn(store, 'saveCell')
    const cache = cacheOn(store)
    const cells = cache.of('a')
    expect(cells.get('run/1')).toBeUndefined()
    cells.put('run/1', { n: 1 })
    cells.delete('run/1')
    cells.put('run/2', { n: 2 })
    cache.flush()
    expect(told.mock.calls.map(([, , cell]) => cell)).toEqual(['run/2'])
    told.mockClear()

    // One that it has, and one of which nobody has asked whether it has.
    cells.delete('run/2')
    cells.delete('run/3')
    cache.flush()
    expect(told.mock.calls.map(([, , cell, bytes]) => [cell, bytes])).toEqual([
      ['run/2', null],
      ['run/3', null],
    ])
    store.close()
  })

  it('drops cold keys from memory: a value changed in place without a put does not last', () => {
    const store = new EmbeddedStore(':memory:')
    const cache = cacheOn(store, 1)
    cache.of('a').put('run/1', { n: 1 })
    cache.flush()
    const value = cache.of('a').get('run/1') as { n: number }
    value.n = 2
    cache.of('b').put('run/1', { n: 1 })
    cache.flush()
    expect(cache.of('a').get('run/1')).toMatchObject({ n: 1 })
    store.close()
  })

  it('refuses a cell beyond 64 kB by its name, and keeps one just within', () => {
    const store = new EmbeddedStore(':memory:')
    const cache = cacheOn(store)
    cache.of('a').put('text', 'x'.repeat(MAX_CELL_BYTES - 3))
    cache.flush()
    expect(cacheOn(store).of('a').get('text')).toHaveLength(MAX_CELL_BYTES - 3)
    for (const length of [MAX_CELL_BYTES - 2, 10 * MAX_CELL_BYTES]) {
      const other = cacheOn(store)
      other.of('key').put('text', 'x'.repeat(length))
      expect(() => {
        other.flush()
      }).toThrow(CellTooLargeError)
      expect(() => {
        other.flush()
      }).toThrow(/cell text of key in stage has .* bytes/)
    }
    store.close()
  })

  it('refuses a cell of a kind that the processor does not declare', () => {
    const store = new EmbeddedStore(':memory:')
    expect(() => cacheOn(store).of('a').get('runs/1')).not.toThrow()
    const cache = cacheOn(store)
    cache.of('a').put('runs/1', { n: 1 })
    expect(() => {
      cache.flush()
    }).toThrow(/stage has no cell kind runs/)
    store.close()
  })
})
