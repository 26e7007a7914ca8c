import { describe, expect, it } from 'vitest'
import { putFrame, type Name } from '../../runtime/embedded/change-frames.ts'
import { Places } from '../../runtime/embedded/places.ts'
import { random } from '../bench/load.ts'

const nameOf = (n: number): Name => ({
  first: `stage ${n % 3}`,
  second: `key ${n % 50}`,
  third: n % 7 === 0 ? `é/${n}` : `run/${n}`,
})
const textOf = ({ first, second, third }: Name): string => [first, second, third].join(' ')

describe('the places of names', () => {
  it('are found, moved and forgotten as in a table of texts, while thousands of names come and go', () => {
    const bytes = Buffer.alloc(1 << 20)
    const places = new Places(() => bytes)
    const expected = new Map<string, number>()
    const rows = new Map<string, number>()
    const chance = random(1)
    let end = 0
    for (let i = 0; i < 12_000; i += 1) {
      const name = nameOf(Math.floor(chance() * 4_000))
      const known = expected.get(textOf(name))
      const place = places.find(name.first, name.second, name.third)
      expect(place < 0 ? undefined : places.fromAt(place)).toBe(known)
      if (known !== undefined && chance() < 0.6) {
        places.remove(place)
        expected.delete(textOf(name))
        rows.delete(textOf(name))
        continue
      }
      expect(places.put(name, i, end)).toBe(rows.get(textOf(name)) ?? -1)
      expected.set(textOf(name), end)
      rows.set(textOf(name), i)
      end = putFrame(bytes, end, undefined, name, null)
    }
    expect(expected.size).toBeGreaterThan(1_500)
    const found = new Map<number, string>()
    for (const first of ['stage 0', 'stage 1', 'stage 2', 'none'])
      for (const { second, place } of places.of(first))
        found.set(places.fromAt(place), `${first} ${second}`)
    const all = [...expected].map(([text, from]): [number, string] => [
      from,
      text.slice(0, text.lastIndexOf(' ')),
    ])
    expect(found).toEqual(new Map(all))
  })
})
