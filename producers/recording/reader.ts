/** Reads the recording of one source, a round at a time. */

import { createReadStream, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Entry, Failure } from './entries.ts'

/** One request and what came of it. */
export interface Exchange {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Instant of the answer, or of its failure. */
  at: number
  answer: { readonly status: number; readonly headers: Readonly<Record<string, string>> } | null
  readonly body: Buffer[]
  failure: Failure | null
  /** False where it was under way when the process ended, or where nobody read it to its end. */
  isDone: boolean
}
export interface RecordedRound {
  readonly at: number
  readonly turns: readonly number[]
  readonly exchanges: readonly Exchange[]
  /** What was remembered when the process of this round began; null but in its first round. */
  readonly cursor: string | null
  /** True where the process ended inside this round. */
  readonly isCut: boolean
  /** Why the round broke off; null where it did not, or nothing is told of it. */
  readonly failure: Failure | null
}

interface OpenRound {
  readonly at: number
  readonly cursor: string | null
  readonly turns: number[]
  readonly exchanges: Map<number, Exchange>
}

/** Lines up to where the file breaks off, as after a crash. */
async function* entriesOf(file: string): AsyncGenerator<Entry> {
  const unpacked = pipeline(createReadStream(file), createGunzip(), () => undefined)
  try {
    for await (const line of createInterface({ input: unpacked, crlfDelay: Infinity }))
      yield JSON.parse(line) as Entry
  } catch (error) {
    const { code = '' } = error as { code?: string }
    if (!code.startsWith('Z_') && !(error instanceof SyntaxError)) throw error
  }
}

/** Takes an entry into a round that goes on. */
const take = ({ turns, exchanges }: OpenRound, entry: Entry): void => {
  if (entry.t === 'turn') turns.push(entry.at)
  if (!('id' in entry)) return
  if (entry.t === 'ask') {
    const { url, headers, at } = entry
    exchanges.set(entry.id, {
      url,
      headers,
      at,
      answer: null,
      body: [],
      failure: null,
      isDone: false,
    })
    return
  }
  const exchange = exchanges.get(entry.id)
  if (exchange === undefined) return
  if (entry.t === 'body') exchange.body.push(Buffer.from(entry.latin1, 'latin1'))
  if (entry.t === 'answer' || entry.t === 'failed') exchange.at = entry.at
  if (entry.t === 'answer') exchange.answer = { status: entry.status, headers: entry.headers }
  if (entry.t === 'done') exchange.isDone = true
  if (entry.t === 'failed') exchange.failure = { reason: entry.reason, detail: entry.detail }
}

const closed = (
  { at, turns, exchanges, cursor }: OpenRound,
  isCut: boolean,
  failure: Failure | null = null,
): RecordedRound => ({
  at,
  turns,
  exchanges: [...exchanges.values()],
  cursor,
  isCut,
  failure,
})

/** The rounds of a recording in the order they happened. */
export async function* roundsOf(folder: string): AsyncGenerator<RecordedRound> {
  const files = readdirSync(folder).filter((name) => /^\d{6}\.jsonl\.gz$/.test(name))
  let cursor: string | null = null
  let open: OpenRound | null = null
  for (const name of files.sort())
    for await (const entry of entriesOf(join(folder, name))) {
      if (entry.t === 'start') {
        if (open !== null) yield closed(open, true)
        open = null
        cursor = entry.cursor
      } else if (entry.t === 'round') {
        open = { at: entry.at, turns: [], exchanges: new Map(), cursor }
        cursor = null
      } else if (open !== null && entry.t === 'end') {
        yield closed(open, false, entry.failure)
        open = null
      } else if (open !== null) take(open, entry)
    }
  if (open !== null) yield closed(open, true)
}
