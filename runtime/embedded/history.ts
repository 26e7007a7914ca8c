/** Rows of read models that are records of the log, in order: a row says where its record lies, not what it says. */

import type { StatementSync } from 'node:sqlite'
import type { TopicName } from '../../schemas/topics.ts'
import type { LogRecord, ViewCursor, ViewWrite } from '../ports.ts'
import type { EmbeddedLog } from './log.ts'
import type { EmbeddedStore } from './store.ts'

export interface HistoryRow {
  readonly key: string
  readonly sort: number
  readonly record: LogRecord
}

/** A row goes with its record: what is past the topic's retention is no longer listed. */
const IS_KEPT = 'position >= (SELECT min(base) FROM segments WHERE segments.topic = history.topic)'

export class EmbeddedHistory {
  readonly #log: EmbeddedLog
  readonly #add: StatementSync
  readonly #get: StatementSync
  readonly #list: StatementSync
  readonly #count: StatementSync
  readonly #expire: StatementSync

  constructor(store: EmbeddedStore, log: EmbeddedLog) {
    const prepare = (sql: string): StatementSync => store.db.prepare(sql)
    this.#log = log
    this.#add = prepare('INSERT OR REPLACE INTO history VALUES (?, ?, ?, ?, ?)')
    this.#get = prepare(
      `SELECT topic, position FROM history WHERE view = ? AND key = ? AND ${IS_KEPT}`,
    )
    this.#list = prepare(
      `SELECT sort, key, topic, position FROM history WHERE view = ?1 AND sort <= ?2
       AND (sort < ?2 OR key > ?3) AND ${IS_KEPT} ORDER BY sort DESC, key LIMIT ?4`,
    )
    this.#count = prepare(`SELECT count(*) n FROM history WHERE view = ? AND ${IS_KEPT}`)
    this.#expire = prepare(`DELETE FROM history WHERE (${IS_KEPT}) IS NOT TRUE`)
  }

  /** Must run inside the store's transaction, as the record's appending does. */
  add({ view, key, sort }: ViewWrite, { topic, offset }: LogRecord): void {
    this.#add.run(view, sort, key, topic, offset)
  }

  get(view: string, key: string): LogRecord | undefined {
    const row = this.#get.get(view, key)
    return row === undefined ? undefined : this.#recordOf(row)
  }

  /** Rows by falling sort, then key, after the cursor. */
  list(view: string, after: ViewCursor, limit: number): HistoryRow[] {
    return this.#list.all(view, after.sort, after.key, limit).flatMap((row) => {
      const record = this.#recordOf(row)
      if (record === undefined) return []
      return [{ key: row['key'] as string, sort: row['sort'] as number, record }]
    })
  }

  count(view: string): number {
    return this.#count.get(view)?.['n'] as number
  }

  /** Drops rows whose records are gone. */
  expire(): void {
    this.#expire.run()
  }

  #recordOf(row: Record<string, unknown>): LogRecord | undefined {
    return this.#log.at(row['topic'] as TopicName, row['position'] as number)
  }
}
