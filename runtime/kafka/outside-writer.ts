/**
 * Writes what comes from outside: records, what the producer remembers of them and the promise that nothing earlier comes,
 * in one transaction. Where its outcome is unknown the writer is opened anew, which ends it one way or the other, and a
 * mark on the log tells whether it is there: so nothing is written twice, and nothing that was acknowledged is lost.
 */

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Keyed } from '../ports.ts'
import type { Connection } from './connection.ts'
import { pack, type WriteTo } from './messages.ts'
import { OUTSIDE } from './names.ts'
import { readNotes } from './notes.ts'
import { Packs } from './packed.ts'
import {
  encodeProgress,
  OUTSIDE_PROGRESS,
  placeOf,
  type Offsets,
  type Progress,
} from './progress.ts'
import { FencedError, TransactionalWriter } from './transactions.ts'

export interface OutsideWrite {
  readonly records: readonly Keyed[]
  /** Nothing will be written at or before this pipeline time any more. */
  readonly promise?: number
  /** Said with the promise: true where time follows the clock on the wall, false where it is that of a replay. */
  readonly isLive?: boolean
  /** What the producer remembers, by name. */
  readonly notes?: Readonly<Record<string, string>>
}

const MARK = 'last-write'
/** So long a write is tried; then whoever writes must begin anew from what it remembers. */
const MOST_FAILING_MS = 60_000
const BACK_OFF_MS = 100

export class OutsideWriter {
  readonly #connection: Connection
  readonly #to: WriteTo
  /** Where outside topics end, by place. */
  readonly #ends: () => Promise<Offsets>
  readonly #id = randomUUID()
  #opened: TransactionalWriter | undefined
  #written: Record<string, number> = {}
  #count = 0
  #mark = ''
  #last: Promise<unknown> = Promise.resolve()

  constructor(connection: Connection, to: WriteTo, ends: () => Promise<Offsets>) {
    this.#connection = connection
    this.#to = to
    this.#ends = ends
  }

  /**
   * Resolves when all replicas in sync have all of it. One write follows the other, in the order of calls. Rejects with
   * {@link FencedError} where another writer has taken over, and where brokers were not to be had for a minute.
   */
  write(of: OutsideWrite): Promise<void> {
    const mine = this.#last.then(() => this.#write(of))
    this.#last = mine.catch(() => undefined)
    return mine
  }

  async close(): Promise<void> {
    await this.#last
    await this.#drop()
  }

  async #write(of: OutsideWrite): Promise<void> {
    this.#count += 1
    const mark = `${this.#id} ${this.#count}`
    for (const deadline = Date.now() + MOST_FAILING_MS; ;)
      try {
        const writer = await this.#open()
        if (this.#mark !== mark) await this.#commit(writer, of, mark)
        return
      } catch (error) {
        await this.#drop()
        if (error instanceof FencedError || Date.now() > deadline) throw error
        await sleep(BACK_OFF_MS)
      }
  }

  /** From then on no other writer is heard, and no outcome is open. */
  async #open(): Promise<TransactionalWriter> {
    if (this.#opened !== undefined) return this.#opened
    const { names } = this.#to
    const writer = await TransactionalWriter.open(
      this.#connection,
      names.transactionalId(OUTSIDE, 0),
    )
    this.#opened = writer
    const notes = await readNotes(this.#connection, names.cursors)
    const mark = notes.get(MARK) ?? ''
    // Opened again after an error: whoever wrote meanwhile has taken over, and knows what this one does not.
    if (this.#isOwn(this.#mark) && !this.#isOwn(mark))
      throw new FencedError('another writer has written since')
    this.#mark = mark
    this.#written = { ...(await this.#ends()) }
    return writer
  }

  #isOwn(mark: string): boolean {
    return mark.startsWith(`${this.#id} `)
  }

  async #drop(): Promise<void> {
    const writer = this.#opened
    this.#opened = undefined
    await writer?.close().catch(() => undefined)
  }

  async #commit(
    writer: TransactionalWriter,
    { records, promise, isLive, notes = {} }: OutsideWrite,
    mark: string,
  ): Promise<void> {
    const { names } = this.#to
    const remembered = [...Object.entries(notes), [MARK, mark] as const].map(([key, value]) => ({
      ...{ topic: names.cursors, partition: 0, key, value },
    }))
    const packs = new Packs()
    for (const record of records) pack(packs, record, OUTSIDE, this.#to)
    const live = isLive === undefined ? {} : { isLive }
    const say = (places: Offsets) => this.#promise({ at: promise ?? 0, ...live }, places)
    const written = await writer.commit({
      messages: [...remembered, ...packs.all],
      ...(promise !== undefined && {
        last: { topic: names.progress, partition: OUTSIDE_PROGRESS, say },
      }),
    })
    this.#mark = mark
    this.#written = this.#outside(written)
  }

  #promise(said: Pick<Progress, 'at' | 'isLive'>, places: Offsets): { key: string; value: Buffer } {
    const value = encodeProgress({ ...said, written: this.#outside(places), handled: {} })
    return { key: OUTSIDE, value }
  }

  /** What it remembers is nobody else's business. */
  #outside(places: Offsets): Record<string, number> {
    const own = placeOf(this.#to.names.cursors, 0)
    const outside = Object.entries(places).filter(([place]) => place !== own)
    return { ...this.#written, ...Object.fromEntries(outside) }
  }
}
