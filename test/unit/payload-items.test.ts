import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { getItems, TOO_LONG } from '../../producers/payload/json-items.ts'

const read = async (text: string, pieceBytes = 1e9, status = 200): Promise<unknown[]> => {
  const bytes = Buffer.from(text)
  const body = (async function* () {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes)
    await Promise.resolve()
  })()
  const items: unknown[] = []
  const answer = { status, headers: {}, body }
  for await (const item of await getItems(() => Promise.resolve(answer), 'https://x.example/list'))
    items.push(item)
  return items
}

describe('items of a list', () => {
  it('are those of the JSON, wherever it is cut', async () => {
    const item = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue())
    await fc.assert(
      fc.asyncProperty(fc.array(item), fc.integer({ min: 1, max: 50 }), async (items, size) => {
        const text = JSON.stringify({ kind: 'List', meta: { a: [{ b: 1 }] }, items })
        expect(await read(text, size)).toEqual((JSON.parse(text) as { items: unknown[] }).items)
      }),
      { numRuns: 100 },
    )
  })

  it('are none in an empty list, and in one that was never made', async () => {
    expect(await read('{"items":[]}')).toEqual([])
    expect(await read(' {"items":null}')).toEqual([])
  })

  it('that are too long to be held keep no other from being read', async () => {
    const long = { name: 'b', text: 'x'.repeat(10_000_000), inner: [{}] }
    const text = JSON.stringify({ items: [{ name: 'a' }, long, { name: 'c' }, long, long] })
    const read10 = await read(text, 65_536)
    expect(read10).toEqual([{ name: 'a' }, TOO_LONG, { name: 'c' }, TOO_LONG, TOO_LONG])
  })

  it.each([
    ['HTML', '<html>{"items":[]}</html>', 'no JSON'],
    ['nothing', '', 'no JSON'],
    ['half of it', '{"items":[{"a":1},{"b":', 'no JSON'],
    ['half of it between two items', '{"items":[{"a":1}', 'no JSON'],
    ['an item that is none', '{"items":[{"a":tru}]}', 'no JSON'],
    ['an item without end', `{"items":[{"a":"${'x'.repeat(5e6)}`, 'no JSON'],
    ['another answer', '{"error":{"code":403}}', 'items is missing'],
  ])('are refused of %s', async (_, text, reason) => {
    await expect(read(text, 65_536)).rejects.toThrow(reason)
  })

  it('are refused of another status', async () => {
    await expect(read('gone', 10, 404)).rejects.toThrow('/list answered 404')
  })
})
