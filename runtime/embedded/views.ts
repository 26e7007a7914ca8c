/** Read models in the same SQLite file. A deleted row stays as an empty one for a while, so that an older write cannot bring it back. */

import type { StatementSync } from 'node:sqlite'
import type { ViewCursor, ViewRow, ViewStore, ViewWrite } from '../ports.ts'
import type { EmbeddedStore } from './store.ts'

export class EmbeddedViews implements ViewStore {
  readonly #put: StatementSync
  readonly #get: StatementSync
  readonly #list: StatementSync
  readonly #count: StatementSync
  readonly #purge: StatementSync
  readonly #expire: StatementSync

  constructor(store: EmbeddedStore) {
    const prepare = (sql: string): StatementSync => store.db.prepare(sql)
    this.#put = prepare(
      `INSERT INTO views VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
       SET sort = excluded.sort, at = excluded.at, value = excluded.value WHERE excluded.at >= at`,
    )
    this.#get = prepare('SELECT value FROM views WHERE view = ? AND key = ?')
    this.#list = prepare(
      `SELECT key, sort, value AS json FROM views WHERE view = ? AND value IS NOT NULL
       AND sort <= ? AND (sort < ? OR key > ?) ORDER BY sort DESC, key LIMIT ?`,
    )
    this.#count = prepare('SELECT count(*) n FROM views WHERE view = ? AND value IS NOT NULL')
    this.#purge = prepare('DELETE FROM views WHERE at < ? AND value IS NULL')
    this.#expire = prepare('DELETE FROM views WHERE at < ?')
  }

  /** Applies writes; of each row the newest wins. Must run inside the store's transaction. */
  write(writes: Iterable<ViewWrite>): void {
    const newest = new Map<string, ViewWrite>()
    for (const write of writes) {
      const id = `${write.view}\u001f${write.key}`
      if ((newest.get(id)?.at ?? -Infinity) <= write.at) newest.set(id, write)
    }
    for (const { view, key, sort, at, value } of newest.values())
      this.#put.run(view, key, sort, at, value === null ? null : JSON.stringify(value))
  }

  get(view: string, key: string): string | undefined {
    return (this.#get.get(view, key)?.['value'] as string | null | undefined) ?? undefined
  }

  list(view: string, options: { limit: number; after?: ViewCursor }): ViewRow[] {
    const after = options.after ?? { sort: Number.MAX_VALUE, key: '' }
    const rows = this.#list.all(view, after.sort, after.sort, after.key, options.limit)
    return rows as unknown as ViewRow[]
  }

  count(view: string): number {
    return this.#count.get(view)?.['n'] as number
  }

  /** Drops the marks of rows that were deleted before `time`. */
  purge(time: number): void {
    this.#purge.run(time)
  }

  /** Drops rows that were last written before `time`. */
  expire(time: number): void {
    this.#expire.run(time)
  }
}
