/**
 * Read models in the same SQLite file. A deleted row stays as an empty one for a while, so that an older write cannot
 * bring it back. What the log holds anyway is not written twice: such a row has no value, or lies in the history, and
 * its value is made of the record again when it is asked for.
 */

import type { StatementSync } from 'node:sqlite'
import type { TopicName } from '../../schemas/topics.ts'
import { HISTORY_VIEWS, TABLE_VIEWS } from '../../schemas/views.ts'
import type { LogRecord, ToViews, ViewCursor, ViewRow, ViewStore, ViewWrite } from '../ports.ts'
import { EmbeddedHistory, type HistoryRow } from './history.ts'
import type { EmbeddedLog } from './log.ts'
import { StoreError, type EmbeddedStore } from './store.ts'

const TABLE_OF: ReadonlyMap<string, TopicName> = new Map(Object.entries(TABLE_VIEWS))
const FIRST: ViewCursor = { sort: Number.MAX_VALUE, key: '' }

const isHistory = (view: string): boolean =>
  HISTORY_VIEWS.some((name) => view.startsWith(name) && view[name.length] === '/')

export class EmbeddedViews implements ViewStore {
  readonly #log: EmbeddedLog
  readonly #history: EmbeddedHistory
  readonly #toViews: ToViews
  readonly #put: StatementSync
  readonly #update: StatementSync
  readonly #get: StatementSync
  readonly #getAll = new Map<number, StatementSync>()
  readonly #prepare: (sql: string) => StatementSync
  readonly #list: StatementSync
  readonly #count: StatementSync
  readonly #purge: StatementSync
  readonly #expire: StatementSync

  constructor(store: EmbeddedStore, log: EmbeddedLog, toViews: ToViews) {
    const prepare = (sql: string): StatementSync => store.db.prepare(sql)
    this.#prepare = prepare
    this.#log = log
    this.#history = new EmbeddedHistory(store, log)
    this.#toViews = toViews
    this.#put = prepare(
      `INSERT INTO views VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
       SET sort = excluded.sort, at = excluded.at, value = excluded.value WHERE excluded.at >= at`,
    )
    this.#update = prepare(
      'UPDATE views SET at = ?4, value = ?5 WHERE view = ?1 AND key = ?2 AND sort = ?3 AND at <= ?4',
    )
    this.#get = prepare('SELECT sort, value FROM views WHERE view = ? AND key = ?')
    this.#list = prepare(
      `SELECT key, sort, value AS json FROM views WHERE view = ?1 AND sort <= ?2
       AND (sort < ?2 OR key > ?3) ORDER BY sort DESC, key LIMIT ?4`,
    )
    this.#count = prepare('SELECT count(sort) n FROM views WHERE view = ?')
    this.#purge = prepare('DELETE FROM views WHERE at < ? AND sort IS NULL')
    this.#expire = prepare('DELETE FROM views WHERE at < ?')
  }

  /** Applies what a commit published to the read models. Must run inside the store's transaction, after the log. */
  publish(records: readonly LogRecord[]): void {
    const writes: ViewWrite[] = []
    for (const record of records)
      for (const write of this.#toViews(record))
        if (isHistory(write.view)) this.#history.add(write, record)
        else writes.push(write)
    this.write(writes)
  }

  /** Applies writes; of each row the newest wins. Must run inside the store's transaction. */
  write(writes: Iterable<ViewWrite>): void {
    const newest = new Map<string, ViewWrite>()
    for (const write of writes) {
      const id = `${write.view}\u001f${write.key}`
      if ((newest.get(id)?.at ?? -Infinity) <= write.at) newest.set(id, write)
    }
    for (const write of newest.values()) this.#write(write)
  }

  get(view: string, key: string): string | undefined {
    if (isHistory(view)) {
      const record = this.#history.get(view, key)
      return record && this.#valueIn(record, view, key)
    }
    const row = this.#get.get(view, key)
    return row === undefined || row['sort'] === null
      ? undefined
      : ((row['value'] as string | null) ?? this.#tableValue(view, key))
  }

  getAll(views: readonly string[], key: string): (string | undefined)[] {
    const rows = this.#getAllOf(views.length).all(key, ...views)
    return views.map((view) => {
      const row = rows.find((found) => found['view'] === view)
      if (row === undefined) return isHistory(view) ? this.get(view, key) : undefined
      return (row['value'] as string | null) ?? this.#tableValue(view, key)
    })
  }

  list(view: string, options: { limit: number; after?: ViewCursor }): ViewRow[] {
    const { limit, after = FIRST } = options
    if (isHistory(view))
      return this.#history.list(view, after, limit).map((row) => this.#historyRow(view, row))
    const rows = this.#list.all(view, after.sort, after.key, limit)
    return TABLE_OF.has(view)
      ? rows.map((row) => this.#tableRow(view, row['key'] as string, row['sort'] as number))
      : (rows as unknown as ViewRow[])
  }

  count(view: string): number {
    return isHistory(view) ? this.#history.count(view) : (this.#count.get(view)?.['n'] as number)
  }

  /** Drops the marks of rows that were deleted before `time`. */
  purge(time: number): void {
    this.#purge.run(time)
  }

  /** Drops rows that were last written before `time`, and those whose records the log has dropped. */
  expire(time: number): void {
    this.#expire.run(time)
    this.#history.expire()
  }

  /** A statement that reads a key in so many views. */
  #getAllOf(count: number): StatementSync {
    const known = this.#getAll.get(count)
    if (known !== undefined) return known
    const marks = Array.from({ length: count }, () => '?').join()
    const made = this.#prepare(
      `SELECT view, value FROM views WHERE key = ? AND view IN (${marks}) AND sort IS NOT NULL`,
    )
    this.#getAll.set(count, made)
    return made
  }

  #write({ view, key, sort, at, value }: ViewWrite): void {
    const json = value === null || TABLE_OF.has(view) ? null : JSON.stringify(value)
    if (value === null) this.#put.run(view, key, null, at, null)
    // A sort that is not the instant itself is mostly the old one, and then the index need not be touched.
    else if (sort === at || this.#update.run(view, key, sort, at, json).changes === 0)
      this.#put.run(view, key, sort, at, json)
  }

  #valueIn(record: LogRecord, view: string, key: string): string {
    const write = this.#toViews(record).find((made) => made.view === view && made.key === key)
    return JSON.stringify(write?.value ?? null)
  }

  /** Throws {@link StoreError} where the record is not there. */
  #tableValue(view: string, key: string): string {
    const topic = TABLE_OF.get(view)
    const record = topic && this.#log.newest(topic, key)
    if (record !== undefined) return this.#valueIn(record, view, key)
    throw new StoreError(
      `the record of ${key} in ${view} is missing: restore the store from a copy`,
    )
  }

  /** Reads its record only when asked for its value: a filter by key passes over many rows. */
  #tableRow(view: string, key: string, sort: number): ViewRow {
    const read = (): string => this.#tableValue(view, key)
    let json: string | undefined
    return {
      key,
      sort,
      get json() {
        return (json ??= read())
      },
    }
  }

  #historyRow(view: string, { key, sort, record }: HistoryRow): ViewRow {
    return { key, sort, json: this.#valueIn(record, view, key) }
  }
}
