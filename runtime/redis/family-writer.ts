/**
 * Writes rows of one family of views from one partition of a topic. The family holds its position, and the script that
 * writes rows moves it: whoever writes from another position than the one that is there has been overtaken, or the rows
 * are gone, and must look again.
 */

import { viewTtlMs, VIEW_FEEDS, type ViewName } from '../../schemas/views.ts'
import type { ToViews, ViewWrite } from '../ports.ts'
import type { RedisClient } from './client.ts'
import { GoneError } from './generations.ts'
import { viewKeys, type ViewKeys } from './keys.ts'

/** A family stands somewhere else than where this writer left it. */
export class MovedError extends Error {
  override name = 'MovedError'
}

/** An older record must not bring a deleted row back: no rebuild takes longer. */
const TOMBSTONE_MS = 24 * 3_600_000
/** Rows written by one script: a millisecond or two, in which Redis does nothing else. */
const MOST_ROWS = 200

export interface WriterSettings {
  readonly redis: RedisClient
  readonly space: string
  readonly generation: number
  readonly toViews: ToViews
}
/** What the record at an offset writes. */
export interface Said {
  readonly offset: number
  readonly writes: readonly ViewWrite[]
}
interface Piece {
  readonly writes: readonly ViewWrite[]
  readonly to: number
}

export class FamilyWriter {
  readonly #redis: RedisClient
  readonly #keys: ViewKeys
  readonly #family: string
  readonly #field: string
  readonly #ttlMs: string
  #position: number | null

  private constructor(settings: WriterSettings, family: string, field: string, at: number | null) {
    this.#redis = settings.redis
    this.#keys = viewKeys(settings.space, settings.generation)
    this.#family = family
    this.#field = field
    this.#ttlMs = String(ttlOf(family))
    this.#position = at
  }

  /** Goes on at the position that is there. */
  static async open(
    settings: WriterSettings,
    family: string,
    field: string,
  ): Promise<FamilyWriter> {
    const keys = viewKeys(settings.space, settings.generation)
    const found = await settings.redis.hget(keys.positions(family), field)
    return new FamilyWriter(settings, family, field, found === null ? null : Number(found))
  }

  /** Next offset wanted. */
  get next(): number {
    return this.#position ?? 0
  }

  /** Writes what is new of it, in order, and moves on to offset `to`. Throws {@link MovedError}, and what Redis throws. */
  async write(said: readonly Said[], to: number): Promise<void> {
    if (this.#position !== null && to <= this.#position) return
    const isNew = ({ offset }: Said): boolean => offset >= this.next
    for (const piece of piecesOf(said.filter(isNew), to)) await this.#run(piece)
  }

  /** Throws {@link GoneError} where the family has less than was written: nothing else tells that while nothing is to be written. */
  async check(): Promise<void> {
    if (this.#position === null) return
    const found = await this.#redis.hget(this.#keys.positions(this.#family), this.#field)
    if (Number(found ?? -1) < this.#position)
      throw new GoneError(
        `${this.#family} had ${this.#field} up to ${this.#position}, and has it up to ${found ?? 'nothing'}`,
      )
  }

  async #run({ writes, to }: Piece): Promise<void> {
    const from = this.#position === null ? '' : String(this.#position)
    const keys = [this.#keys.positions(this.#family)]
    const values = [this.#field, from, String(to), String(TOMBSTONE_MS)]
    for (const { view, key, sort, at, value } of writes) {
      keys.push(this.#keys.row(view, key), this.#keys.order(view))
      const json = value === null ? '' : JSON.stringify(value)
      values.push(key, String(at), sort === null ? '-' : String(sort), this.#ttlMs, json)
    }
    const found = await this.#redis.stoplineApply(keys.length, ...keys, ...values)
    if (found !== null)
      throw new MovedError(`${this.#family} is at '${found}' of ${this.#field}, not at '${from}'`)
    this.#position = to
  }
}

const isKnown = (family: string): family is ViewName => family in VIEW_FEEDS
/** 0: for ever. */
const ttlOf = (family: string): number => (isKnown(family) ? (viewTtlMs(family) ?? 0) : 0)

/** Cuts between records, so that each piece moves the position past whole ones. */
function* piecesOf(said: readonly Said[], to: number): Iterable<Piece> {
  let writes: ViewWrite[] = []
  for (const { offset, writes: more } of said) {
    writes.push(...more)
    if (writes.length < MOST_ROWS) continue
    yield { writes, to: offset + 1 }
    writes = []
  }
  yield { writes, to }
}
