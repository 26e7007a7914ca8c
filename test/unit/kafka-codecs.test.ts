import { compress } from 'snappy'
import { expect, it } from 'vitest'
import { LZ4, SNAPPY, ZSTD } from '../../runtime/kafka/codecs.ts'

const text = Buffer.from('a job and a job and a job and a run '.repeat(200))

it.each([
  ['snappy', SNAPPY],
  ['lz4', LZ4],
  ['zstd', ZSTD],
])('gives what %s has compressed back', async (_, codec) => {
  const small = await codec.compress({ buffer: text })
  expect(small.length).toBeLessThan(text.length / 4)
  expect((await codec.decompress(small)).equals(text)).toBe(true)
})

it('reads the blocks of snappy as Java writes them', async () => {
  const header = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])
  const blocks = await Promise.all(
    [text.subarray(0, 1000), text.subarray(1000)].map(async (part) => {
      const block = await compress(part)
      const length = Buffer.alloc(4)
      length.writeUInt32BE(block.length)
      return Buffer.concat([length, block])
    }),
  )
  const read = await SNAPPY.decompress(Buffer.concat([header, ...blocks]))
  expect(read.equals(text)).toBe(true)
})
