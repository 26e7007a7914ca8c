/** Groups records by name with bounded memory, in a temporary database that the system removes with its last handle. */

import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { eachOnTemporary, onTemporary } from './store-error.ts'

const CACHE_KIB = 32_768
const DDL = `
  PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -${CACHE_KIB}; PRAGMA temp_store = FILE;
  CREATE TABLE groups (name TEXT PRIMARY KEY, id INTEGER NOT NULL, is_kept INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE records (part TEXT, id INTEGER, seq INTEGER, bytes BLOB, PRIMARY KEY (part, id, seq)) WITHOUT ROWID;
  BEGIN;`

export interface Spill {
  /** Remembers a group with `isKept` where it is new; returns what it was remembered with. */
  keep(group: string, isKept: boolean): boolean
  /** Adds a record to a part of a group that was remembered as kept; for others it does nothing. */
  add(part: string, group: string, bytes: Uint8Array): void
  /** Records of a part, group by group in the order the groups were first heard of, each in the order it was added. */
  groups(part: string): Iterable<readonly Buffer[]>
  close(): void
}

/** An empty spill. Close it to give its disk space back. */
export const openSpill = (): Spill => {
  const db = new DatabaseSync('')
  db.exec(DDL)
  const find = db.prepare('SELECT id, is_kept FROM groups WHERE name = ?')
  const insertGroup = db.prepare('INSERT INTO groups VALUES (?, ?, ?)')
  const insert = db.prepare('INSERT INTO records VALUES (?, ?, ?, ?)')
  let groups = 0
  let records = 0
  return {
    keep: onTemporary((group, isKept) => {
      const known = find.get(group)
      if (known !== undefined) return known['is_kept'] === 1
      insertGroup.run(group, ++groups, isKept ? 1 : 0)
      return isKept
    }),
    add: onTemporary((part, group, bytes) => {
      const known = find.get(group)
      if (known?.['is_kept'] === 1) insert.run(part, known['id'] ?? 0, ++records, bytes)
    }),
    groups: eachOnTemporary((part) =>
      grouped(
        db.prepare('SELECT id, bytes FROM records WHERE part = ? ORDER BY part, id, seq'),
        part,
      ),
    ),
    close() {
      db.close()
    },
  }
}

function* grouped(query: StatementSync, part: string): Generator<readonly Buffer[]> {
  let group: Buffer[] = []
  let current: unknown = null
  for (const { id, bytes } of query.iterate(part)) {
    if (id !== current && group.length > 0) {
      yield group
      group = []
    }
    current = id
    const { buffer, byteOffset, byteLength } = bytes as Uint8Array
    group.push(Buffer.from(buffer, byteOffset, byteLength))
  }
  if (group.length > 0) yield group
}
