/** Compression of batches: a batch that somebody else has compressed must not end a consumer, whatever the codec. */

import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { compressFrame, decompressFrame } from 'lz4-napi'
import { compress, uncompress } from 'snappy'

export interface BatchCodec {
  compress(of: { readonly buffer: Buffer }): Promise<Buffer>
  decompress(bytes: Buffer): Promise<Buffer>
}

/** Java writes snappy as blocks behind a header of its own: each its length and its bytes. */
const JAVA_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const JAVA_HEADER_BYTES = 16

/** Bytes of a snappy block, or of Java's sequence of blocks. */
const unsnappy = async (bytes: Buffer): Promise<Buffer> => {
  if (!bytes.subarray(0, JAVA_MAGIC.length).equals(JAVA_MAGIC)) return plain(bytes)
  const blocks: Buffer[] = []
  for (let at = JAVA_HEADER_BYTES; at < bytes.length;) {
    const end = at + 4 + bytes.readUInt32BE(at)
    blocks.push(await plain(bytes.subarray(at + 4, end)))
    at = end
  }
  return Buffer.concat(blocks)
}
const plain = async (bytes: Buffer): Promise<Buffer> =>
  Buffer.from(await uncompress(bytes, { asBuffer: true }))

export const SNAPPY: BatchCodec = {
  compress: ({ buffer }) => compress(buffer),
  decompress: unsnappy,
}
export const LZ4: BatchCodec = {
  compress: ({ buffer }) => compressFrame(buffer),
  decompress: (bytes) => decompressFrame(bytes),
}
export const ZSTD: BatchCodec = {
  compress: ({ buffer }) => Promise.resolve(zstdCompressSync(buffer)),
  decompress: (bytes) => Promise.resolve(zstdDecompressSync(bytes)),
}
