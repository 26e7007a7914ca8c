/** Logs of a folder that is no labelled set: the kind of each, with its decisive lines. */

import { createReadStream, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createGunzip } from 'node:zlib'
import type { Readable } from 'node:stream'
import { hearLine, newLedger } from '../../processors/failure-kind/ledger.ts'
import { judge, type Verdict } from '../../processors/failure-kind/judge.ts'
import type { Model } from '../../processors/processor.ts'
import { newExcerptState, openExcerpt } from '../../producers/log/excerpt.ts'
import { printable } from '../printable.ts'

const LOG = /\.(?:log|txt)(?:\.gz)?$/
/** Bytes after which what was picked is handed on, as by a source that reads a log as it grows. */
const READING_BYTES = 1_048_576

/** Logs at a path: the file itself, or those of a folder, by name. */
export const logFiles = (path: string): string[] =>
  statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => LOG.test(name))
        .sort()
        .map((name) => join(path, name))
    : [path]

/** The verdict on a log that comes in pieces, in bounded memory. */
export const judgeStream = async (
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  model?: Model,
): Promise<Verdict> => {
  const state = newExcerptState()
  const excerpt = openExcerpt(state)
  const ledger = newLedger('log')
  let sinceTaken = 0
  const take = (isEnd: boolean): void => {
    for (const line of excerpt.take(isEnd)) hearLine(ledger, line)
    sinceTaken = 0
  }
  for await (const piece of pieces) {
    excerpt.push(piece)
    sinceTaken += piece.length
    if (sinceTaken >= READING_BYTES) take(false)
  }
  take(true)
  ledger.lines = state.lines
  return judge([ledger], model)
}

export const judgeFile = (path: string, model?: Model): Promise<Verdict> => {
  const bytes: Readable = createReadStream(path)
  return judgeStream(path.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes, model)
}

const SHOWN = 3
export const verdictText = (path: string, { kind, cause, confidence, ranked }: Verdict): string => {
  const head = kind === 'unknown' ? 'not known' : `${kind}${cause === null ? '' : ` (${cause})`}`
  const lines = ranked
    .slice(0, SHOWN)
    .map(
      ({ candidate, sign }) =>
        `  ${candidate.line}: ${printable(candidate.text)}  [${sign || 'end of log'}]\n`,
    )
  return `${path}: ${head}${kind === 'unknown' ? '' : `, ${confidence.toFixed(2)}`}\n${lines.join('')}`
}
