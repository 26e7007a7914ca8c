/** Writes the recording of one source: gzip files of bounded size, each readable alone and up to the last round after a crash. */

import { closeSync, mkdirSync, openSync, readdirSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { constants, gzipSync } from 'node:zlib'
import type { Entry } from './entries.ts'

/** Text that is packed into one member of a file. */
const MEMBER_CHARS = 1 << 20
const SEGMENT_BYTES = 64 * 2 ** 20

export interface RecordingWriter {
  readonly write: (entry: Entry) => void
  /** Puts what was written on disk. */
  readonly flush: () => void
  readonly close: () => void
}

const segmentName = (number: number): string => `${String(number).padStart(6, '0')}.jsonl.gz`
/** A recording that is gone on with begins a new file: the last one may end in the middle. */
const nextNumber = (folder: string): number => {
  const numbers = readdirSync(folder).flatMap(
    (name) => /^(\d{6})\.jsonl\.gz$/.exec(name)?.[1] ?? [],
  )
  return Math.max(0, ...numbers.map(Number)) + 1
}

/** A gzip file may consist of members one after the other: each is written at once, so that none stays half packed. */
export const openRecordingWriter = (folder: string): RecordingWriter => {
  mkdirSync(folder, { recursive: true })
  let number = nextNumber(folder)
  let file: number | null = null
  let bytes = 0
  let lines: string[] = []
  let chars = 0

  const flush = (): void => {
    if (lines.length === 0) return
    file ??= openSync(join(folder, segmentName(number)), 'wx', 0o600)
    const packed = gzipSync(lines.join(''), { level: constants.Z_DEFAULT_COMPRESSION })
    writeSync(file, packed)
    bytes += packed.length
    lines = []
    chars = 0
  }
  const close = (): void => {
    flush()
    if (file !== null) closeSync(file)
    file = null
    bytes = 0
    number += 1
  }
  return {
    write: (entry) => {
      const line = `${JSON.stringify(entry)}\n`
      lines.push(line)
      chars += line.length
      if (chars >= MEMBER_CHARS) flush()
    },
    flush: () => {
      flush()
      if (bytes >= SEGMENT_BYTES) close()
    },
    close,
  }
}
