/** Sorts offers by time with bounded memory, in a temporary database that the system removes with its last handle. */

import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import type { Offer } from '../ports.ts'
import { CODECS } from '../../schemas/codec.ts'
import { TOPICS, type RecordOf } from '../../schemas/topics.ts'
import { eachOnTemporary, onTemporary } from './store-error.ts'

type ArchiveTopic =
  | 'ci.run-events.v1'
  | 'ci.test-results.v1'
  | 'ci.tab-states.v1'
  | 'ci.log-excerpts.v1'
  | 'ci.pull-events.v1'
  | 'ci.dead-letters.v1'

/** What order of one instant a run's own course gives: it is queued before it starts, and its tests are over at its end. */
export const RANKS = {
  queued: 0,
  started: 1,
  stepStarted: 2,
  stepFinished: 3,
  test: 4,
  finished: 5,
  deadLetter: 6,
  tabState: 7,
  pullOpened: 8,
  pullEnded: 9,
  excerpt: 10,
} as const

const CACHE_KIB = 32_768
const DDL = `
  PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -${CACHE_KIB}; PRAGMA temp_store = FILE;
  CREATE TABLE offers (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, rank INTEGER NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL);
  CREATE TABLE runs (name TEXT PRIMARY KEY, said TEXT NOT NULL) WITHOUT ROWID;
  BEGIN;`

const TOPIC_OF: Readonly<Record<number, ArchiveTopic>> = {
  [RANKS.test]: 'ci.test-results.v1',
  [RANKS.deadLetter]: 'ci.dead-letters.v1',
  [RANKS.tabState]: 'ci.tab-states.v1',
  [RANKS.pullOpened]: 'ci.pull-events.v1',
  [RANKS.pullEnded]: 'ci.pull-events.v1',
  [RANKS.excerpt]: 'ci.log-excerpts.v1',
}
const topicOf = (rank: number): ArchiveTopic => TOPIC_OF[rank] ?? 'ci.run-events.v1'

const encode = (rank: number, record: RecordOf<ArchiveTopic>): Buffer =>
  CODECS[TOPICS[topicOf(rank)].schema].encode(record as never)

const decode = (row: Record<string, SQLOutputValue>): Offer => {
  const rank = Number(row['rank'])
  const topic = topicOf(rank)
  const body = row['body'] as Uint8Array
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const at = Number(row['at'])
  if (topic === 'ci.dead-letters.v1')
    return {
      topic,
      record: { ...CODECS['dead-letter'].decode(bytes), eventAt: at, observedAt: at },
    }
  return { topic, record: CODECS[TOPICS[topic].schema].decode(bytes) }
}

/** A record with its instant and its order at that instant. */
export interface Sortable {
  readonly rank: number
  readonly at: number
  readonly record: RecordOf<ArchiveTopic>
}

/** A sorter, empty. Close it to give its disk space back. */
export const openSorter = () => {
  const db = new DatabaseSync('')
  db.exec(DDL)
  const insert = db.prepare('INSERT INTO offers (at, rank, id, body) VALUES (?, ?, ?, ?)')
  const saidBy = db.prepare('SELECT said FROM runs WHERE name = ?')
  const sayFirst = db.prepare('INSERT OR IGNORE INTO runs VALUES (?, ?)')
  const say = db.prepare('UPDATE runs SET said = ?2 WHERE name = ?1')
  return {
    /** Adds all of them, or none: throws an UnencodableError for the first that its schema cannot hold. */
    add: onTemporary((all: readonly Sortable[]): void => {
      const bodies = all.map(({ rank, record }) => encode(rank, record))
      for (const [index, { rank, at, record }] of all.entries())
        insert.run(at, rank, record.eventId, bodies[index] ?? null)
    }),
    /** What rows read so far said about a run, as JSON text. */
    said: onTemporary(
      (run: string): string | undefined => saidBy.get(run)?.['said'] as string | undefined,
    ),
    /** Keeps what the first row of a run says; false where the run was there before. */
    sayFirst: onTemporary(
      (run: string, said: string): boolean => sayFirst.run(run, said).changes === 1,
    ),
    say: onTemporary((run: string, said: string): void => {
      say.run(run, said)
    }),
    /** How many offers were added; those without a known instant are placed at the first one. */
    finish: onTemporary((unplaced: number): number => {
      db.prepare(
        'UPDATE offers SET at = coalesce((SELECT min(at) FROM offers WHERE at <> ?1), 0) WHERE at = ?1',
      ).run(unplaced)
      return Number(db.prepare('SELECT count(*) AS n FROM offers').get()?.['n'])
    }),
    /** Offers in order of time, rank and id, without the first `from`. */
    sorted: eachOnTemporary(function* (from: number): Generator<Offer> {
      const query = db.prepare(
        'SELECT at, rank, body FROM offers ORDER BY at, rank, id, seq LIMIT -1 OFFSET ?',
      )
      for (const row of query.iterate(from)) yield decode(row)
    }),
    close(): void {
      db.close()
    },
  }
}
export type Sorter = ReturnType<typeof openSorter>
