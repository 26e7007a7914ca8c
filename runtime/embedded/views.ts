/**
 * Read models in the same SQLite file. A deleted row stays as an empty one for a while, so that an older write cannot
 * bring it back. What the log holds anyway is not written twice: such a row has no value, or lies in the history, and
 * its value is made of the record again when it is asked for.
 */

import type { StatementSync } from 'node:sqlite'
import { HISTORY_VIEWS, VIEW_NAMES, viewTtlMs } from '../../schemas/views.ts'
import type { LogRecord, ToViews, ViewCursor, ViewRow, ViewStore, ViewWrite } from '../ports.ts'
import { EmbeddedHistory } from './history.ts'
import type { EmbeddedLog } from './log.ts'
import type { EmbeddedStore } from './store.ts'
import { createViewValues, isText, type StoredValue, type ViewValues } from './view-values.ts'

const HISTORY: ReadonlySet<string> = new Set(HISTORY_VIEWS)
/** A row that has not been deleted: one without a value is listed, one that is not listed has a value. */
const IS_THERE = '(value IS NOT NULL OR sort IS NOT NULL)'
/** Views and families whose rows live as long as a compacted topic has them: until a tombstone, however long nothing is said. */
const KEPT = VIEW_NAMES.filter((view) => viewTtlMs(view) === null)
  .map((view) => `'${view}'`)
  .join()
const FIRST: ViewCursor = { sort: Number.MAX_VALUE, key: '' }

/** A family's view is named `family/subject`. */
const isHistory = (view: string): boolean => {
  const slash = view.indexOf('/')
  return slash > 0 && HISTORY.has(view.slice(0, slash))
}

export class EmbeddedViews implements ViewStore {
  readonly #history: EmbeddedHistory
  readonly #values: ViewValues
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
    this.#values = createViewValues(log, toViews)
    this.#history = new EmbeddedHistory(store, log)
    this.#toViews = toViews
    this.#put = prepare(
      `INSERT INTO views VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
       SET sort = excluded.sort, at = excluded.at, value = excluded.value WHERE excluded.at >= at`,
    )
    this.#update = prepare(
      'UPDATE views SET at = ?4, value = ?5 WHERE view = ?1 AND key = ?2 AND sort IS ?3 AND at <= ?4',
    )
    this.#get = prepare(`SELECT value FROM views WHERE view = ? AND key = ? AND ${IS_THERE}`)
    this.#list = prepare(
      `SELECT key, sort, value AS json FROM views WHERE view = ?1 AND sort <= ?2
       AND (sort < ?2 OR key > ?3) ORDER BY sort DESC, key LIMIT ?4`,
    )
    this.#count = prepare('SELECT count(*) n FROM views WHERE view = ? AND sort IS NOT NULL')
    this.#purge = prepare(`DELETE FROM views WHERE at < ? AND NOT ${IS_THERE}`)
    this.#expire = prepare(
      `DELETE FROM views WHERE at < ? AND substr(view, 1, instr(view || '/', '/') - 1) NOT IN (${KEPT})`,
    )
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
      return record && this.#values.ofRecord(view, key, record)
    }
    const row = this.#get.get(view, key)
    return row && this.#values.ofStored(view, key, row['value'] as StoredValue)
  }

  getAll(views: readonly string[], key: string): (string | undefined)[] {
    const values = Object.values(this.#getAllOf(views.length).get(key, ...views) ?? {})
    return views.map((view, index) => {
      const stored = values[index] as StoredValue
      if (stored !== null) return this.#values.ofStored(view, key, stored)
      return isText(view) && !isHistory(view) ? undefined : this.get(view, key)
    })
  }

  list(view: string, { limit, after = FIRST }: { limit: number; after?: ViewCursor }): ViewRow[] {
    if (isHistory(view))
      return this.#history.list(view, after, limit).map(({ key, sort, record }) => ({
        key,
        sort,
        json: this.#values.ofRecord(view, key, record),
      }))
    const rows = this.#list.all(view, after.sort, after.key, limit)
    return isText(view) ? (rows as unknown as ViewRow[]) : rows.map((row) => this.#row(view, row))
  }

  count(view: string): number {
    return isHistory(view) ? this.#history.count(view) : (this.#count.get(view)?.['n'] as number)
  }

  /** Drops the marks of rows that were deleted before `time`. */
  purge(time: number): void {
    this.#purge.run(time)
  }

  /** Drops rows that were last written before `time`, but for those of compacted topics, and rows whose records the log has dropped. */
  expire(time: number): void {
    this.#expire.run(time)
    this.#history.expire()
  }

  /** A statement that gives the values of a key in so many views as columns; null where there is none in the row. */
  #getAllOf(count: number): StatementSync {
    const known = this.#getAll.get(count)
    if (known !== undefined) return known
    const columns = Array.from(
      { length: count },
      (_, index) => `(SELECT value FROM views WHERE view = ?${index + 2} AND key = ?1) v${index}`,
    )
    const made = this.#prepare(`SELECT ${columns.join()}`)
    this.#getAll.set(count, made)
    return made
  }

  #write({ view, key, sort, at, value }: ViewWrite): void {
    if (value === null) {
      this.#put.run(view, key, null, at, null)
      return
    }
    const stored = this.#values.toStored(view, value, sort !== null)
    // A sort that is not the instant itself is mostly the old one, and then the index need not be touched.
    if (sort === at || this.#update.run(view, key, sort, at, stored).changes === 0)
      this.#put.run(view, key, sort, at, stored)
  }

  /** A row that makes its text when asked for it: a filter by key passes over many rows. */
  #row(view: string, row: Record<string, unknown>): ViewRow {
    const key = row['key'] as string
    const make = (): string => this.#values.ofStored(view, key, row['json'] as StoredValue)
    let json: string | undefined
    return {
      key,
      sort: row['sort'] as number,
      get json() {
        return (json ??= make())
      },
    }
  }
}
