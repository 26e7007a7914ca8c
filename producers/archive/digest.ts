/** What files hold, as they lie on disk: size and hash, by which a change is known. */

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** By the name of a file, or of what several files make up. */
export type Digests = Readonly<Record<string, string>>

const CHUNK_BYTES = 1 << 20

/** One digest of all these files in their order. */
export const digestOf = async (paths: Iterable<string>, signal: AbortSignal): Promise<string> => {
  const hash = createHash('sha256')
  let bytes = 0
  for (const path of paths) {
    hash.update(`${bytes}\n`) // where one file ends and the next one begins
    try {
      const chunks: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: CHUNK_BYTES })
      for await (const chunk of chunks) {
        signal.throwIfAborted()
        hash.update(chunk)
        bytes += chunk.length
      }
    } catch (error) {
      // Whoever reads its rows reports it.
      const { syscall, code = '' } = error as NodeJS.ErrnoException
      if (syscall === undefined) throw error
      hash.update(code)
    }
  }
  return `${bytes} bytes, sha256 ${hash.digest('hex')}`
}
