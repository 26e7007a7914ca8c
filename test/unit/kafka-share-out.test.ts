import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shareOut, type Claim } from '../../runtime/kafka/share-out.ts'

const placesOf = (topics: number, partitions: number): string[] =>
  Array.from({ length: topics * partitions }, (_, n) => `t${n % topics}/${Math.floor(n / topics)}`)
const claimsOf = (shares: ReadonlyMap<string, readonly string[]>, generation: number): Claim[] =>
  [...shares].map(([member, places]) => ({ member, generation, places }))
const newcomer = (member: string): Claim => ({ member, generation: 0, places: [] })
const moved = (before: Map<string, string[]>, after: Map<string, string[]>): number =>
  [...after].reduce(
    (sum, [member, places]) =>
      sum + places.filter((place) => !(before.get(member) ?? []).includes(place)).length,
    0,
  )

describe('sharing places out', () => {
  it('lets who has all keep the half when a second one joins', () => {
    const places = ['t/0', 't/1', 't/2', 't/3']
    const shares = shareOut(places, [{ member: 'a', generation: 1, places }, newcomer('b')])
    expect(shares.get('a')).toEqual(['t/0', 't/1'])
    expect(shares.get('b')).toEqual(['t/2', 't/3'])
  })

  it('gives to one of two who claim a place: whoever had it last', () => {
    const shares = shareOut(
      ['t/0', 't/1'],
      [
        { member: 'a', generation: 7, places: ['t/1'] },
        { member: 'b', generation: 3, places: ['t/0', 't/1'] },
      ],
    )
    expect(shares.get('a')).toEqual(['t/1'])
    expect(shares.get('b')).toEqual(['t/0'])
  })

  it('gives nothing where nobody is', () => {
    expect(shareOut(['t/0'], []).size).toBe(0)
  })

  it('is complete, even, and moves nothing while nobody comes or goes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 13 }),
        fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.integer({ min: 0, max: 7 }),
        (topics, partitions, members, goes) => {
          const places = placesOf(topics, partitions)
          const first = shareOut(places, members.map(newcomer))
          expect([...first.values()].flat().sort()).toEqual([...places].sort())
          expect(moved(first, shareOut(places, claimsOf(first, 1)))).toBe(0)
          for (let topic = 0; topic < topics; topic += 1) {
            const counts = [...first.values()].map(
              (mine) => mine.filter((place) => place.startsWith(`t${topic}/`)).length,
            )
            expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
          }
          const totals = [...first.values()].map(({ length }) => length)
          expect(Math.max(...totals) - Math.min(...totals)).toBeLessThanOrEqual(1)
          const rest = claimsOf(first, 1).filter((_, index) => index !== goes % members.length)
          const after = shareOut(places, rest)
          expect([...after.values()].flat()).toHaveLength(rest.length === 0 ? 0 : places.length)
        },
      ),
    )
  })
})
