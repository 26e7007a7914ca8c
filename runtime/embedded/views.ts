/** Read models in the same SQLite file. */

import type { StatementSync } from 'node:sqlite'
import type { ViewCursor, ViewRow, ViewStore, ViewWrite } from '../ports.ts'
import type { EmbeddedStore } from './store.ts'

const HIGHEST = '\u{10ffff}'
interface Row {
  readonly key: string
  readonly sort: number
  readonly value: string
}
const parse = (value: string): object => JSON.parse(value) as object

export class EmbeddedViews implements ViewStore {
  readonly #put: StatementSync
  readonly #drop: StatementSync
  readonly #get: StatementSync
  readonly #list: StatementSync

  constructor(store: EmbeddedStore) {
    const prepare = (sql: string): StatementSync => store.db.prepare(sql)
    this.#put = prepare('INSERT OR REPLACE INTO views VALUES (?, ?, ?, ?)')
    this.#drop = prepare('DELETE FROM views WHERE view = ? AND key = ?')
    this.#get = prepare('SELECT value FROM views WHERE view = ? AND key = ?')
    this.#list = prepare(
      `SELECT key, sort, value FROM views WHERE view = ? AND key >= ? AND key < ?
       AND (sort < ? OR (sort = ? AND key > ?)) ORDER BY sort DESC, key LIMIT ?`,
    )
  }

  /** Applies writes, the last one of each key winning; must run inside the store's transaction. */
  write(writes: Iterable<ViewWrite>): void {
    const last = new Map<string, ViewWrite>()
    for (const write of writes) last.set(`${write.view}\u001f${write.key}`, write)
    for (const { view, key, sort, value } of last.values())
      if (value === null) this.#drop.run(view, key)
      else this.#put.run(view, key, sort, JSON.stringify(value))
  }

  get(view: string, key: string): object | undefined {
    const row = this.#get.get(view, key)
    return row === undefined ? undefined : parse(row['value'] as string)
  }

  list(view: string, options: { prefix?: string; limit: number; after?: ViewCursor }): ViewRow[] {
    const prefix = options.prefix ?? ''
    const after = options.after ?? { sort: Number.MAX_VALUE, key: '' }
    const rows = this.#list.all(
      view,
      prefix,
      prefix + HIGHEST,
      after.sort,
      after.sort,
      after.key,
      options.limit,
    ) as unknown as Row[]
    return rows.map(({ key, sort, value }) => ({ key, sort, value: parse(value) }))
  }
}
