import { expect, it } from 'vitest'
import { murmur2, partitionOf } from '../../runtime/kafka/partitioner.ts'

it.each([
  ['21', -973_932_308],
  ['foobar', -790_332_482],
  ['a-little-bit-long-string', -985_981_536],
  ['a-little-bit-longer-string', -1_486_304_829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
  ['abc', 479_470_107],
])('hashes %s as the tests of Kafka for Java have it', (text, hash) => {
  expect(murmur2(Buffer.from(text))).toBe(hash)
})

it('gives a key its partition, the same when asked again', () => {
  expect(partitionOf('foobar', 12)).toBe((-790_332_482 & 0x7fffffff) % 12)
  expect(partitionOf('foobar', 12)).toBe(partitionOf('foobar', 12))
  expect(partitionOf('foobar', 1)).toBe(0)
})
