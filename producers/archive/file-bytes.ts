/** Bytes of a plain or gzip file as a stream; a damaged gzip gives what is readable before it fails. */

import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'

// A chunk of this size unpacks to 16 MB at worst: the bound on memory for a hostile file.
const GZIP_CHUNK_BYTES = 16_384

/**
 * Unpacked bytes of a file. `onRead` hears of each piece read from disk. Throws after the last readable byte where the
 * file is damaged.
 */
export async function* readBytes(
  path: string,
  onRead: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const isGzip = path.endsWith('.gz')
  const options = isGzip ? { highWaterMark: GZIP_CHUNK_BYTES } : {}
  const file = createReadStream(path, options) as AsyncIterable<Buffer>
  if (isGzip) yield* unpack(file, onRead)
  else
    for await (const chunk of file) {
      onRead(chunk.length)
      yield chunk
    }
}

const throwFirst = (failures: readonly Error[]): void => {
  for (const failure of failures) throw failure
}

// Piping would drop what is buffered when the error comes; fed by hand, all that was unpacked arrives first.
async function* unpack(
  file: AsyncIterable<Buffer>,
  onRead: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const gunzip = createGunzip()
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
    for await (const chunk of file) {
      onRead(chunk.length)
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
