/** The file of a store: its tables, which version they are of, and how it is opened. */

import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { explain, explained, StoreError } from './store-error.ts'

/** Version of the tables below. A file of another version is refused, never misread. */
const STORE_VERSION = 6
/** The version before it is taken over: nothing in it is packed, and it is read as it is. */
const UNPACKED_VERSION = 5
const APPLICATION_ID = 0x53544f50 // 'STOP'
export const IN_MEMORY = ':memory:'
/** Pages of the write-ahead log beyond which a commit brings it to the database: 16 MB. */
export const LOG_PAGES = 2_000

const TABLES = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
  CREATE TABLE segments (topic TEXT, base INTEGER, crc INTEGER, last_at INTEGER, bytes BLOB, PRIMARY KEY (topic, base));
  CREATE TABLE changes (name TEXT, seq INTEGER, crc INTEGER, bytes BLOB, PRIMARY KEY (name, seq));
  CREATE TABLE latest (topic TEXT, key TEXT, position INTEGER, crc INTEGER, bytes BLOB, PRIMARY KEY (topic, key)) WITHOUT ROWID;
  CREATE TABLE cells (stage TEXT, key TEXT, cell TEXT, crc INTEGER, bytes BLOB, PRIMARY KEY (stage, key, cell)) WITHOUT ROWID;
  CREATE TABLE timers (stage TEXT, key TEXT, timer TEXT, due INTEGER, PRIMARY KEY (stage, key, timer)) WITHOUT ROWID;
  CREATE INDEX timers_by_due ON timers (stage, due, key, timer);
  CREATE TABLE views (view TEXT, key TEXT, sort REAL, at REAL, value, PRIMARY KEY (view, key));
  CREATE INDEX views_by_sort ON views (view, sort DESC, key) WHERE sort IS NOT NULL;
  CREATE INDEX deleted_views ON views (at) WHERE NOT (value IS NOT NULL OR sort IS NOT NULL);
  CREATE TABLE history (view TEXT, sort REAL, key TEXT, topic TEXT, position INTEGER, PRIMARY KEY (view, sort DESC, key)) WITHOUT ROWID;
`

/** Opens a file, or makes it, with so much of it kept in memory. Throws {@link StoreError} where it is none of ours, or of another version. */
export const openFile = (
  file: string,
  { readOnly, cacheKiB }: { readonly readOnly: boolean; readonly cacheKiB: number },
): DatabaseSync => {
  const isFresh = file === IN_MEMORY || !existsSync(file)
  const db = explained(() => new DatabaseSync(file, { readOnly }), file)
  try {
    if (readOnly) check(db, file, readOnly)
    else prepare(db, file, isFresh, cacheKiB)
    return db
  } catch (error) {
    db.close()
    throw explain(error, file)
  }
}

const prepare = (db: DatabaseSync, file: string, isFresh: boolean, cacheKiB: number): void => {
  db.exec(
    `PRAGMA page_size = 8192; PRAGMA cache_size = -${cacheKiB}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ` +
      `PRAGMA wal_autocheckpoint = ${LOG_PAGES}`,
  )
  db.exec('BEGIN EXCLUSIVE')
  if (isFresh) create(db)
  else check(db, file, false)
  db.exec('COMMIT')
}

const create = (db: DatabaseSync): void => {
  db.exec(TABLES)
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${STORE_VERSION}`)
}

const check = (db: DatabaseSync, file: string, readOnly: boolean): void => {
  const id = db.prepare('PRAGMA application_id').get()?.['application_id']
  const version = db.prepare('PRAGMA user_version').get()?.['user_version']
  const isEmpty = (): boolean =>
    db.prepare('SELECT count(*) n FROM sqlite_schema').get()?.['n'] === 0
  if (id === 0 && version === 0 && isEmpty()) {
    create(db) // made by a process that died before its first commit
    return
  }
  if (id !== APPLICATION_ID)
    throw new StoreError(`${file} is not a Stopline store: name another folder with --store`)
  if (version === UNPACKED_VERSION) {
    if (!readOnly) db.exec(`PRAGMA user_version = ${STORE_VERSION}`)
  } else if (version !== STORE_VERSION)
    throw new StoreError(
      `${file} has store version ${String(version)}, this program reads ${STORE_VERSION}: use the program that wrote it, or name another folder with --store`,
    )
}
