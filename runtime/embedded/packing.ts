/** Segments as they lie on disk: packed by zstd, which says so in its first bytes; short ones as they are. */

import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** Shorter ones are those of a live pipeline: there is little to gain, and their commits are waited for. */
const LEAST_BYTES = 4_096
/** The quickest level that packs well: it costs less than writing what it saves. */
const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }
/** What a zstd frame begins with, read as u32 LE. A segment begins with the length of a key, which is never so large. */
const MAGIC = 0xfd2fb528

export const packed = (bytes: Uint8Array): Uint8Array =>
  bytes.length < LEAST_BYTES ? bytes : zstdCompressSync(bytes, OPTIONS)

/** The bytes that were packed; others are returned as they are. */
export const unpacked = (bytes: Uint8Array): Uint8Array =>
  isPacked(bytes) ? zstdDecompressSync(bytes) : bytes

const isPacked = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 &&
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true) === MAGIC
