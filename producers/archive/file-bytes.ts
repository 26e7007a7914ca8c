/** Bytes of a plain or gzip file as a stream; a damaged gzip gives what is readable before it fails. */

import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'

// A chunk of this size unpacks to 16 MB at worst: the bound on memory for a hostile file.
const GZIP_CHUNK_BYTES = 16_384
// What zlib unpacked into its current piece is lost with an error, so damaged files are read again in small pieces.
const UNPACKED_BYTES = 16_384
const SMALLEST_UNPACKED_BYTES = 64

/**
 * Unpacked bytes of a file. `onRead` hears how many bytes were read from disk. Throws after the last readable byte
 * where the file is damaged.
 */
export async function* readBytes(
  path: string,
  onRead: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  if (!path.endsWith('.gz')) {
    yield* readPacked(path, onRead)
    return
  }
  let sent = 0
  try {
    for await (const chunk of unpack(readPacked(path, onRead), UNPACKED_BYTES)) {
      sent += chunk.length
      yield chunk
    }
  } catch (error) {
    // A file that only ends early has given all it had.
    if ((error as NodeJS.ErrnoException).code !== 'Z_DATA_ERROR') throw error
    yield* skip(unpack(readPacked(path), SMALLEST_UNPACKED_BYTES), sent)
  }
}

async function* readPacked(path: string, onRead?: (bytes: number) => void): AsyncGenerator<Buffer> {
  const options = path.endsWith('.gz') ? { highWaterMark: GZIP_CHUNK_BYTES } : {}
  for await (const chunk of createReadStream(path, options) as AsyncIterable<Buffer>) {
    onRead?.(chunk.length)
    yield chunk
  }
}

async function* skip(chunks: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes
  for await (const chunk of chunks) {
    const rest = chunk.subarray(left)
    left = Math.max(0, left - chunk.length)
    if (rest.length > 0) yield rest
  }
}

// Piping would drop what is buffered when the error comes; fed by hand, all that was unpacked arrives first.
async function* unpack(packed: AsyncIterable<Buffer>, chunkSize: number): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize })
  let unpacked: Buffer[] = []
  const failures: Error[] = []
  gunzip.on('data', (chunk: Buffer) => unpacked.push(chunk))
  const settled = new Promise<void>((resolve) => {
    gunzip.on('end', resolve)
    gunzip.on('error', (error) => {
      failures.push(error)
      resolve()
    })
  })
  const take = (): Buffer[] => {
    const taken = unpacked
    unpacked = []
    return taken
  }
  try {
    for await (const chunk of packed) {
      const written = new Promise<void>((resolve) => {
        gunzip.write(chunk, () => {
          resolve()
        })
      })
      await Promise.race([written, settled])
      yield* take()
      throwFirst(failures)
    }
    gunzip.end()
    await settled
    yield* take()
    throwFirst(failures)
  } finally {
    gunzip.destroy()
  }
}

const throwFirst = (failures: readonly Error[]): void => {
  for (const failure of failures) throw failure
}
