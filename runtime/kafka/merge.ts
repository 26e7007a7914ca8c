/**
 * Merges the inputs of a task by time. A record is handed out once each writer of each input is known to have said
 * everything up to its time: by a later record of that writer, or by its progress.
 */

import type { Keyed } from '../ports.ts'
import type { Offsets, Progress } from './progress.ts'
import { Promises } from './promises.ts'

const HOUR_MS = 3_600_000

/** A place that is read, and who writes to it. What others write there is passed over. */
export interface Source {
  readonly place: string
  readonly writers: readonly string[]
  /** True for a table: it delays what is read by hours, never by instants. */
  readonly isTable: boolean
}
/** What is merged, by its pipeline time. */
interface Timed {
  readonly at: number
}
/** A record as it was read. `at` never falls within a writer and a place. */
interface Waiting<R> extends Timed {
  readonly offset: number
  readonly record: R
}
/** One writer at one place. */
interface Strand<R> {
  readonly source: Source
  readonly writer: string
  readonly waiting: Waiting<R>[]
  /** How many of them `next` gave: more may have been read since, rows of a table of the same time among them. */
  given: number
  /** Everything it said here up to this time has been read. */
  bound: number
  lastAt: number
  /** Offset of the first record that was not handed out. */
  handled: number
}
export interface Merged<R = Keyed> {
  readonly horizon: number
  /** Rows of tables that belong to the time already reached. */
  readonly rows: readonly R[]
  /** Inputs and rows of tables up to the horizon, in order of time. */
  readonly records: readonly R[]
}

export class InputMerge<R extends Timed = Keyed> {
  readonly #strands: readonly Strand<R>[]
  readonly #byWriter: ReadonlyMap<string, readonly Strand<R>[]>
  readonly #byPlace = new Map<string, Map<string, Strand<R>>>()
  readonly #read = new Map<string, number>()
  readonly #promises = new Promises()
  #now: number

  /** Goes on where `progress` of this task ended; tables are read anew. */
  constructor(sources: readonly Source[], progress: Progress) {
    this.#now = progress.at
    this.#strands = sources.flatMap((source) =>
      source.writers.map((writer) => ({
        source,
        writer,
        waiting: [],
        given: 0,
        bound: source.isTable ? 0 : progress.at,
        lastAt: 0,
        handled: source.isTable ? 0 : (progress.handled[source.place]?.[writer] ?? 0),
      })),
    )
    this.#byWriter = Map.groupBy(this.#strands, ({ writer }) => writer)
    for (const strand of this.#strands) {
      const writers = this.#byPlace.get(strand.source.place) ?? new Map<string, Strand<R>>()
      this.#byPlace.set(strand.source.place, writers.set(strand.writer, strand))
    }
  }

  /** Takes a record that was read at a place; false where nothing of its writer is expected there. */
  take(place: string, writer: string, offset: number, record: R): boolean {
    const strand = this.#byPlace.get(place)?.get(writer)
    if (strand === undefined) return false
    if (offset < strand.handled) return true
    strand.lastAt = Math.max(strand.lastAt, record.at)
    strand.bound = Math.max(strand.bound, strand.lastAt - 1)
    const at = strand.lastAt
    strand.waiting.push({ offset, at, record: at === record.at ? record : { ...record, at } })
    return true
  }

  /** Notes that a place has been read up to an offset (that of the next record). */
  reached(place: string, offset: number): void {
    this.#read.set(place, offset)
    for (const writer of this.#byPlace.get(place)?.keys() ?? []) this.#settle(writer)
  }

  /** True where something of this writer's is waited for. */
  hears(writer: string): boolean {
    return this.#byWriter.has(writer)
  }

  /** Notes what a writer says of its progress. */
  promise(writer: string, progress: Progress): void {
    this.#promises.add(writer, progress)
    this.#settle(writer)
  }

  /**
   * All that may be handled now: about `limit` records, whole instants. `nextDue` is a time before which no timer of
   * the task is due: where nothing happens no table is waited for.
   */
  next(limit: number, nextDue: number): Merged<R> {
    const complete = this.#horizon(nextDue)
    const { records, until } = this.#inputs(complete, limit)
    const horizon = Math.max(this.#now, until)
    const rows = this.#rows(horizon)
    for (const strand of this.#strands) strand.given = countUpTo(strand.waiting, horizon)
    const isNew = ({ at }: Timed): boolean => at > this.#now
    const late = rows.filter(isNew)
    const upTo = late.length === 0 ? records : [...records, ...late].sort((a, b) => a.at - b.at)
    return {
      horizon,
      rows: rows.filter((row) => !isNew(row)).map(({ record }) => record),
      records: upTo.map(({ record }) => record),
    }
  }

  /** Forgets what `next` gave up to a time, its horizon or an earlier one: it has been handled. */
  done(horizon: number): void {
    this.#now = horizon
    for (const strand of this.#strands) {
      const count = Math.min(strand.given, countUpTo(strand.waiting, horizon))
      const last = strand.waiting[count - 1]
      if (last !== undefined) strand.handled = last.offset + 1
      strand.waiting.splice(0, count)
      strand.given = 0
    }
  }

  /** Where each input would have to be read on, if `next` up to the horizon is handled. */
  handledBy(horizon: number): Record<string, Offsets> {
    const handled: Record<string, Record<string, number>> = {}
    for (const { source, writer, waiting, handled: sofar } of this.#strands) {
      if (source.isTable) continue
      const last = waiting.findLast(({ at }) => at <= horizon)
      ;(handled[source.place] ??= {})[writer] = last === undefined ? sofar : last.offset + 1
    }
    return handled
  }

  /**
   * True where reading on at a place would only fill memory: it has much, and is ahead of what holds the others back, or there
   * is something to be handled first.
   */
  isAhead(place: string, most: number): boolean {
    const strands = [...(this.#byPlace.get(place)?.values() ?? [])]
    if (strands.reduce((sum, { waiting }) => sum + waiting.length, 0) < most) return false
    const lowest = Math.min(...this.#strands.map(({ bound }) => bound))
    if (strands.every(({ bound }) => bound > lowest)) return true
    const horizon = this.#horizon(Infinity)
    return this.#strands.some(
      ({ source, waiting }) => !source.isTable && (waiting[0]?.at ?? Infinity) <= horizon,
    )
  }

  #settle(writer: string): void {
    const strands = this.#byWriter.get(writer) ?? []
    for (const strand of strands) {
      const { place } = strand.source
      const read = this.#read.get(place) ?? 0
      for (const { at, written } of this.#promises.of(writer)) {
        if ((written[place] ?? 0) > read) break
        strand.bound = Math.max(strand.bound, at)
      }
    }
    this.#promises.forget(writer, ({ at }) => strands.every(({ bound }) => bound >= at))
  }

  #horizon(nextDue: number): number {
    let inputs = Infinity
    let tables = Infinity
    let first = nextDue
    for (const { source, bound, waiting } of this.#strands)
      if (source.isTable) tables = Math.min(tables, bound)
      else {
        inputs = Math.min(inputs, bound)
        first = Math.min(first, waiting[0]?.at ?? Infinity)
      }
    // Rows of a full hour are seen by what comes after it.
    const known = Math.floor(tables / HOUR_MS) * HOUR_MS + HOUR_MS
    return Math.min(inputs, Math.max(tables === Infinity ? Infinity : known, first - 1))
  }

  /** Inputs up to a time in order, about `limit` of them and whole instants; and up to when they are all. */
  #inputs(
    complete: number,
    limit: number,
  ): { readonly records: Waiting<R>[]; readonly until: number } {
    const strands = this.#strands.filter(
      ({ source, waiting }) => !source.isTable && waiting.length > 0,
    )
    const next = strands.map(() => 0)
    const records: Waiting<R>[] = []
    for (;;) {
      let strand = -1
      let first = Infinity
      for (let index = 0; index < strands.length; index += 1) {
        const at = strands[index]?.waiting[next[index] ?? 0]?.at ?? Infinity
        if (at < first) [strand, first] = [index, at]
      }
      if (first > complete) return { records, until: complete }
      const last = records.at(-1)
      if (records.length >= limit && last !== undefined && first > last.at)
        return { records, until: last.at }
      const from = next[strand] ?? 0
      const found = strands[strand]?.waiting[from]
      if (found !== undefined) records.push(found)
      next[strand] = from + 1
    }
  }

  #rows(until: number): Waiting<R>[] {
    return this.#strands
      .filter(({ source, waiting }) => source.isTable && waiting.length > 0)
      .flatMap(({ waiting }) => waiting.slice(0, countUpTo(waiting, until)))
      .sort((a, b) => a.at - b.at)
  }
}

const countUpTo = (waiting: readonly Timed[], until: number): number => {
  let count = 0
  while ((waiting[count]?.at ?? Infinity) <= until) count += 1
  return count
}
