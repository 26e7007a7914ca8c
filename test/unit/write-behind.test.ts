import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import type { WriteBehind } from '../../runtime/embedded/write-behind.ts'
import { temporaryFolder } from '../support/temporary.ts'

const part = fc.constantFrom('a', 'b', 'é:/')
const command = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      first: part,
      second: part,
      third: part,
      text: fc.option(fc.string({ maxLength: 40 }), { nil: null }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('commit' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('settle' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
)

/** A table in memory, as it stands behind the changes. */
const tableBehind = (rows: Map<string, string>) => ({
  write: (first: string, second: string, third: string, bytes: Uint8Array) => {
    rows.set([first, second, third].join(' '), Buffer.from(bytes).toString())
  },
  remove: (first: string, second: string, third: string) => {
    rows.delete([first, second, third].join(' '))
  },
})

const bytesOf = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text))

/** What a reader finds: the change, else the row. */
const read = (behind: WriteBehind, rows: Map<string, string>, name: string): string | null => {
  const [first = '', second = '', third = ''] = name.split(' ')
  const bytes = behind.get(first, second, third)
  expect(behind.has(first, second, third)).toBe(bytes !== undefined)
  if (bytes === undefined) return rows.get(name) ?? null
  return bytes && Buffer.from(bytes).toString()
}

describe('a table written behind', () => {
  it('brings what one large commit changed to it in small pieces, and goes on with that after a restart', () => {
    const folder = temporaryFolder()
    const rows = new Map<string, string>()
    let written = 0
    const table = tableBehind(rows)
    const counted = {
      ...table,
      write: (...change: Parameters<typeof table.write>) => {
        written += 1
        table.write(...change)
      },
    }
    const open = (): [EmbeddedStore, WriteBehind] => {
      const store = new EmbeddedStore(folder)
      return [store, store.writeBehind('table', 1 << 20, counted)]
    }
    let [store, behind] = open()
    const expected = new Map<string, string>()
    const put = (third: string, text: string): void => {
      behind.put('a', 'b', third, Buffer.from(text))
      expected.set(`a b ${third}`, text)
    }
    for (let i = 0; i < 1_000; i += 1) put(`large-${i}`, 'x'.repeat(1_000))
    store.transaction(() => undefined)
    expect(written).toBe(0)
    const most: number[] = []
    for (let i = 0; i < 100; i += 1) {
      put(`small-${i}`, 'y'.repeat(10_000))
      put(`large-${i}`, 'again')
      written = 0
      store.transaction(() => undefined)
      most.push(written)
      if (i !== 50) continue
      expect(behind.has('a', 'b', 'large-999')).toBe(true)
      store.close()
      ;[store, behind] = open()
    }
    expect(Math.max(...most)).toBeGreaterThan(0)
    expect(Math.max(...most)).toBeLessThan(100)
    for (const [name, text] of expected) expect(read(behind, rows, name)).toBe(text)
    store.settle()
    expect(new Map([...rows].sort())).toEqual(new Map([...expected].sort()))
    store.close()
  })

  it.each([0, 60, 100_000])(
    'reads as if each change went to it at once, with up to %i bytes of changes held',
    (limitBytes) => {
      fc.assert(
        fc.property(fc.array(command, { maxLength: 60, size: 'max' }), (commands) => {
          const folder = temporaryFolder()
          const rows = new Map<string, string>()
          let store = new EmbeddedStore(folder)
          let behind = store.writeBehind('table', limitBytes, tableBehind(rows))
          const expected = new Map<string, string | null>()
          for (const each of commands) {
            if (each.kind === 'put') {
              const name = [each.first, each.second, each.third].join(' ')
              behind.put(each.first, each.second, each.third, bytesOf(each.text))
              expected.set(name, each.text)
            } else if (each.kind === 'commit') store.transaction(() => undefined)
            else if (each.kind === 'settle') store.settle()
            else {
              store.transaction(() => undefined)
              store.close()
              store = new EmbeddedStore(folder)
              behind = store.writeBehind('table', limitBytes, tableBehind(rows))
            }
            for (const [name, text] of expected) expect(read(behind, rows, name)).toBe(text)
          }
          store.settle()
          const left = [...expected].filter(([, text]) => text !== null)
          expect(new Map([...rows].sort())).toEqual(new Map(left.sort()))
          store.close()
        }),
        { numRuns: 40 },
      )
    },
  )

  it('is read beside the process that writes, before and after a change has reached the table', () => {
    const folder = temporaryFolder()
    const writer = new EmbeddedStore(folder)
    const rows = new Map<string, string>()
    const written = writer.writeBehind('table', 1_000, tableBehind(rows))
    const put = (text: string): void => {
      writer.transaction(() => {
        written.put('a', 'b', 'c', Buffer.from(text))
      })
    }
    put('one')
    const reader = new EmbeddedStore(folder, { readOnly: true })
    const seen = reader.writeBehind('table', 1_000, tableBehind(new Map()))
    expect(read(seen, rows, 'a b c')).toBe('one')
    put('two')
    expect(read(seen, rows, 'a b c')).toBe('one')
    seen.refresh()
    expect(read(seen, rows, 'a b c')).toBe('two')
    writer.settle()
    seen.refresh()
    expect(seen.has('a', 'b', 'c')).toBe(false)
    expect(read(seen, rows, 'a b c')).toBe('two')
    writer.close()
    const next = new EmbeddedStore(folder)
    const goesOn = next.writeBehind('table', 1_000, tableBehind(rows))
    next.transaction(() => {
      goesOn.put('a', 'b', 'c', Buffer.from('three'))
    })
    seen.refresh()
    expect(read(seen, rows, 'a b c')).toBe('three')
    reader.close()
    next.close()
  })

  it('refuses to go on where a change on disk is damaged', () => {
    const folder = temporaryFolder()
    const store = new EmbeddedStore(folder)
    const behind = store.writeBehind('table', 1_000, tableBehind(new Map()))
    store.transaction(() => {
      behind.put('a', 'b', 'c', Buffer.from('text'))
    })
    store.db.exec("UPDATE changes SET bytes = x'00' || substr(bytes, 2) WHERE name = 'table'")
    expect(() => store.writeBehind('table', 1_000, tableBehind(new Map()))).toThrow(
      /change 1 of table is damaged/,
    )
    store.close()
  })
})
