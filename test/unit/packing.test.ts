import { expect, it } from 'vitest'
import { packed, unpacked } from '../../runtime/embedded/packing.ts'

const segment = (length: number): Buffer => {
  const bytes = Buffer.alloc(length, 'org/repo unit-tests success ')
  bytes.writeUInt32LE(24, 0)
  return bytes
}

it('packs a long segment, and gives back what it was', () => {
  const bytes = segment(65_536)
  const kept = packed(bytes)
  expect(kept.length).toBeLessThan(bytes.length / 20)
  expect(Buffer.from(unpacked(kept)).equals(bytes)).toBe(true)
})

it('leaves a short one as it is, and reads one that never was packed', () => {
  const bytes = segment(4_095)
  expect(packed(bytes)).toBe(bytes)
  expect(unpacked(bytes)).toBe(bytes)
  const long = segment(65_536)
  expect(unpacked(long)).toBe(long)
})

it('gives back a segment that does not shrink', () => {
  const noise = Buffer.from(Array.from({ length: 8_192 }, (_, i) => (i * 2_654_435_761) >>> 24))
  noise.writeUInt32LE(24, 0)
  expect(Buffer.from(unpacked(packed(noise))).equals(noise)).toBe(true)
})

it('takes an empty segment', () => {
  expect(unpacked(packed(Buffer.alloc(0)))).toHaveLength(0)
})
