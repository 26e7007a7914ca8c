/** The embedded runtime's one SQLite file: log segments, state cells, timers, cursors and views. */

import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import type { StateStore, StoredTimer } from '../ports.ts'
import { startCheckpointer, type Checkpointer } from './checkpointer.ts'
import { lockOf } from './lock.ts'
import { explain, explained, StoreError, undamaged } from './store-error.ts'
import { IN_MEMORY, LOG_PAGES, openFile } from './store-file.ts'
import { WriteBehind, type TableBehind } from './write-behind.ts'

/** How much lies in memory that has not reached its table: read back when a process starts. */
const CELLS_BEHIND_BYTES = 32 << 20
const TIMERS_BEHIND_BYTES = 4 << 20
/** Pages of the file that are kept in memory. */
const CACHE_KIB = 32 << 10
/** Pages of the write-ahead log beyond which a commit brings it to the database where a thread does it: 128 MB. */
const LOG_PAGES_BESIDE = 16_000

export class EmbeddedStore implements StateStore {
  readonly db: DatabaseSync
  readonly isReadOnly: boolean
  readonly #file: string
  readonly #loadCell: StatementSync
  readonly #cells: WriteBehind
  readonly #cellTable: TableBehind
  readonly #timers: WriteBehind
  readonly #timerTable: TableBehind
  readonly #behind: WriteBehind[] = []
  readonly #lastWork: (() => void)[] = []
  readonly #takenBack: (() => void)[] = []
  readonly #timerAt: StatementSync
  readonly #timersBetween: StatementSync
  readonly #getMeta: StatementSync
  readonly #setMeta: StatementSync

  readonly #lock: DatabaseSync | undefined

  /**
   * Opens or makes `stopline.db` in the folder; `:memory:` keeps it in memory. One process may write: a second one is
   * refused. With `readOnly` a store is read beside the process that writes it. Where a process has many, each has a `share` of
   * the memory that one alone would take.
   */
  constructor(folder: string, { readOnly = false, share = 1 } = {}) {
    this.isReadOnly = readOnly
    const isMemory = folder === IN_MEMORY
    const file = isMemory ? folder : join(folder, 'stopline.db')
    this.#file = file
    if (readOnly && !existsSync(file))
      throw new StoreError(`there is no store in ${folder}: name its folder with --store`)
    if (!isMemory && !readOnly) explained(() => mkdirSync(folder, { recursive: true }), folder)
    this.#lock = isMemory || readOnly ? undefined : lockOf(folder)
    try {
      this.db = openFile(file, { readOnly, cacheKiB: Math.ceil(CACHE_KIB * share) })
    } catch (error) {
      this.#lock?.close()
      throw error
    }
    const prepare = (sql: string): StatementSync => this.db.prepare(sql)
    this.#loadCell = prepare(
      'SELECT crc, bytes FROM cells WHERE stage = ? AND key = ? AND cell = ?',
    )
    const writeCell = prepare('INSERT OR REPLACE INTO cells VALUES (?, ?, ?, ?, ?)')
    const dropCell = prepare('DELETE FROM cells WHERE stage = ? AND key = ? AND cell = ?')
    this.#cellTable = {
      write: (stage, key, cell, bytes) => writeCell.run(stage, key, cell, crc32(bytes), bytes),
      remove: (stage, key, cell) => dropCell.run(stage, key, cell),
    }
    this.#cells = this.writeBehind('cells', CELLS_BEHIND_BYTES * share, this.#cellTable)
    const writeTimer = prepare('INSERT OR REPLACE INTO timers VALUES (?, ?, ?, ?)')
    const dropTimer = prepare('DELETE FROM timers WHERE stage = ? AND key = ? AND timer = ?')
    this.#timerTable = {
      write: (stage, key, timer, bytes) => writeTimer.run(stage, key, timer, dueIn(bytes)),
      remove: (stage, key, timer) => dropTimer.run(stage, key, timer),
    }
    this.#timers = this.writeBehind('timers', TIMERS_BEHIND_BYTES * share, this.#timerTable)
    this.#timerAt = prepare(
      'SELECT due FROM timers WHERE stage = ? AND due > ? ORDER BY due LIMIT 1 OFFSET ?',
    )
    this.#timersBetween = prepare(
      'SELECT key, timer, due FROM timers WHERE stage = ? AND due > ? AND due <= ?',
    )
    this.#getMeta = prepare('SELECT value FROM meta WHERE name = ?')
    this.#setMeta = prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)')
  }

  /** A table of this file that is written behind: its changes become durable with each transaction. */
  writeBehind(name: string, limitBytes: number, table: TableBehind): WriteBehind {
    const made = explained(() => new WriteBehind(this.db, name, table, limitBytes))
    this.#behind.push(made)
    return made
  }

  /** Runs `work` in every transaction, as the last of it. */
  beforeCommit(work: () => void): void {
    this.#lastWork.push(work)
  }

  /** Runs `work` after every transaction that was taken back: what it left in memory is to be forgotten. */
  afterRollback(work: () => void): void {
    this.#takenBack.push(work)
  }

  /** Runs `work` in one transaction: all of it lasts, or none. */
  transaction<T>(work: () => T): T {
    this.begin()
    const result = this.attempt(work)
    this.commit()
    return result
  }

  /** Opens a transaction, which lasts only with {@link commit}. */
  begin(): void {
    explained(() => {
      this.db.exec('BEGIN IMMEDIATE')
    })
  }

  /** Runs `work` in the open transaction; where it fails, all of the transaction is taken back, in memory too. */
  attempt<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      explained(() => {
        this.#takeBack()
      })
      throw explain(error, 'the store')
    }
  }

  #takeBack(): void {
    if (this.db.isTransaction) this.db.exec('ROLLBACK')
    for (const work of this.#takenBack) work()
    for (const behind of this.#behind) behind.reload()
  }

  commit(): void {
    this.attempt(() => {
      for (const work of this.#lastWork) work()
      for (const behind of this.#behind) behind.seal()
      this.db.exec('COMMIT')
    })
  }

  getNumber(name: string): number | undefined {
    const value = this.#valueOf(name)
    return typeof value === 'number' ? value : undefined
  }
  getText(name: string): string | undefined {
    const value = this.#valueOf(name)
    return typeof value === 'string' ? value : undefined
  }
  #valueOf(name: string): unknown {
    return explained(() => this.#getMeta.get(name)?.['value'])
  }
  setText(name: string, value: string): void {
    explained(() => this.#setMeta.run(name, value))
  }
  setNumber(name: string, value: number): void {
    explained(() => this.#setMeta.run(name, value))
  }

  loadCell(stage: string, key: string, cell: string): Uint8Array | undefined {
    const changed = this.#cells.get(stage, key, cell)
    if (changed !== undefined) return changed ?? undefined
    const row = this.#loadCell.get(stage, key, cell)
    return row === undefined ? undefined : undamaged(row, `cell ${cell} of ${key} in ${stage}`)
  }
  saveCell(stage: string, key: string, cell: string, bytes: Uint8Array | null): void {
    this.#cells.put(stage, key, cell, bytes)
  }
  *recentTimers(stage: string): Iterable<StoredTimer> {
    for (const { second, third, bytes } of this.#timers.changes(stage))
      if (bytes !== null) yield { key: second, timer: third, due: dueIn(bytes) }
  }
  isRecentTimer(stage: string, key: string, timer: string): boolean {
    return this.#timers.has(stage, key, timer)
  }
  loadTimers(
    stage: string,
    after: number,
    limit: number,
  ): { timers: StoredTimer[]; until: number } {
    const last = this.#timerAt.get(stage, floor(after), limit - 1)?.['due']
    const until = typeof last === 'number' ? last : Infinity
    const rows = this.#timersBetween.all(stage, floor(after), ceiling(until))
    const timers = (rows as unknown as StoredTimer[]).filter(
      ({ key, timer }) => !this.#timers.has(stage, key, timer),
    )
    return { timers, until }
  }
  nextTimer(stage: string, after: number): number {
    const due = this.#timerAt.get(stage, floor(after), 0)?.['due']
    return typeof due === 'number' ? due : Infinity
  }
  saveTimer(stage: string, key: string, timer: string, due: number | null): void {
    if (due !== null) DUE.writeDoubleLE(due)
    this.#timers.put(stage, key, timer, due === null ? null : DUE)
  }

  /** As {@link saveCell} and {@link saveTimer}, straight to the tables: for much at once, where nothing older of these names is held. */
  fillCell(stage: string, key: string, cell: string, bytes: Uint8Array | null): void {
    if (bytes === null) this.#cellTable.remove(stage, key, cell)
    else this.#cellTable.write(stage, key, cell, bytes)
  }
  fillTimer(stage: string, key: string, timer: string, due: number | null): void {
    if (due !== null) DUE.writeDoubleLE(due)
    if (due === null) this.#timerTable.remove(stage, key, timer)
    else this.#timerTable.write(stage, key, timer, DUE)
  }

  /** Brings all changes to their tables. */
  settle(): void {
    this.transaction(() => {
      for (const behind of this.#behind) behind.settle()
    })
  }

  /**
   * From now on a thread of its own brings the write-ahead log to the database, so that no commit waits for that. It must be
   * stopped before the store is closed.
   */
  checkpointBeside(): Checkpointer {
    this.#checkpointAt(LOG_PAGES_BESIDE)
    return startCheckpointer(this.#file, () => {
      if (this.db.isOpen) this.#checkpointAt(LOG_PAGES)
    })
  }

  /** Another number after each commit of another process. */
  get commits(): number {
    return this.db.prepare('PRAGMA data_version').get()?.['data_version'] as number
  }

  /** Size of the database and its write-ahead log on disk. */
  get bytes(): number {
    const pages = this.db.prepare('PRAGMA page_count').get()?.['page_count'] as number
    const size = this.db.prepare('PRAGMA page_size').get()?.['page_size'] as number
    return pages * size
  }

  close(): void {
    this.db.close()
    this.#lock?.close()
  }

  #checkpointAt(pages: number): void {
    this.db.exec(`PRAGMA wal_autocheckpoint = ${pages}`)
  }
}

const DUE = Buffer.alloc(8)
const dueIn = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat64(0, true)

/** SQLite's integers end at 2^63; times are far below. */
const floor = (time: number): number => Math.max(time, -Number.MAX_SAFE_INTEGER)
const ceiling = (time: number): number => Math.min(time, Number.MAX_SAFE_INTEGER)
