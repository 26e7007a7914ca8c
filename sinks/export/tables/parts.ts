/** Rows on their way into files: those of a day and source, in the order of their log. */

import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { RecordOf, TopicName } from '../../../schemas/topics.ts'
import { FORMATS, type FormatName } from './formats.ts'

/** Rows in memory at most: the fullest part is then written. */
const MAX_ROWS = 50_000

interface Part {
  readonly inside: string
  /** Offset of its first row. */
  readonly first: number
  readonly rows: RecordOf<TopicName>[]
}
/** Names of folders: nothing that leads elsewhere. */
const safe = (text: string): string => encodeURIComponent(text).replaceAll('.', '%2E')
const insideOf = (record: RecordOf<TopicName>): string => {
  const day = new Date(record.observedAt).toISOString().slice(0, 10)
  const source = 'source' in record && typeof record.source === 'string' ? record.source : 'all'
  return join(`day=${day}`, `source=${safe(source)}`)
}

export class Parts {
  readonly #folder: string
  readonly #topic: TopicName
  readonly #format: FormatName
  readonly #prefix: string
  readonly #parts = new Map<string, Part>()
  #held = 0
  #files = 0

  /** Files of a topic below `folder`; `prefix` stands before the offset in their names. */
  constructor(folder: string, topic: TopicName, format: FormatName, prefix: string) {
    this.#folder = join(folder, topic)
    this.#topic = topic
    this.#format = format
    this.#prefix = prefix
  }

  /** Files written so far. */
  get files(): number {
    return this.#files
  }
  get isFull(): boolean {
    return this.#held >= MAX_ROWS
  }

  add(record: RecordOf<TopicName>, offset: number): void {
    const inside = insideOf(record)
    const part = this.#parts.get(inside) ?? { inside, first: offset, rows: [] }
    this.#parts.set(inside, part)
    part.rows.push(record)
    this.#held += 1
  }

  /** Writes the part with the most rows. */
  async writeFullest(): Promise<void> {
    const [fullest] = [...this.#parts.values()].sort((a, b) => b.rows.length - a.rows.length)
    if (fullest !== undefined) await this.#write(fullest)
  }

  async writeAll(): Promise<void> {
    for (const part of [...this.#parts.values()]) await this.#write(part)
  }

  async #write({ inside, first, rows }: Part): Promise<void> {
    const { extension, write } = FORMATS[this.#format]
    const folder = join(this.#folder, inside)
    const path = join(folder, `${this.#prefix}${String(first).padStart(12, '0')}.${extension}`)
    await mkdir(folder, { recursive: true })
    await write(`${path}.new`, this.#topic, rows)
    await rename(`${path}.new`, path)
    this.#parts.delete(inside)
    this.#held -= rows.length
    this.#files += 1
  }
}
