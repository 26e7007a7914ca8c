import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openArchive } from '../../producers/archive/archive.ts'
import { openSpill } from '../../runtime/embedded/spill.ts'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import { explain, StoreError } from '../../runtime/embedded/store-error.ts'
import { TaskState } from '../../runtime/kafka/task-state.ts'
import { archiveFolder, runLine, runsCsv } from '../support/archive-folder.ts'
import { temporaryFolder } from '../support/temporary.ts'

/** What `work` throws, which must be meant for people. */
const said = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    expect(error).toBeInstanceOf(StoreError)
    return (error as Error).message
  }
  throw new Error('nothing went wrong')
}
const SQLITE_IOERR_WRITE = 10 | (3 << 8)

describe('a store whose file cannot be used', () => {
  it.each([
    [SQLITE_IOERR_WRITE, /the disk fails to read or write x\.db: see to the disk/],
    [8, /x\.db may not be written: let the user who runs stopline write it/],
    [14, /x\.db cannot be opened: let it be a file/],
    [13, /the disk is full: free space and start again/],
  ])('says what to do at code %d of SQLite', (errcode, words) => {
    const raw = Object.assign(new Error('disk I/O error'), { errcode })
    expect(
      said(() => {
        throw explain(raw, 'x.db')
      }),
    ).toMatch(words)
  })

  it('says so where it cannot be opened', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'stopline.db'))
    expect(said(() => new EmbeddedStore(folder))).toMatch(/stopline\.db cannot be opened: /)
    const file = join(folder, 'file')
    writeFileSync(file, '')
    expect(said(() => new EmbeddedStore(join(file, 'store')))).toMatch(/store cannot be opened: /)
  })

  it('is not thrown away by a task that can get at it no more', () => {
    const folder = temporaryFolder()
    const kept = join(folder, 'stopline.db', 'kept')
    mkdirSync(kept, { recursive: true })
    expect(said(() => TaskState.open(folder, 0))).toMatch(/cannot be opened/)
    expect(existsSync(kept)).toBe(true)
  })

  it('says so where it may be read only', () => {
    const store = new EmbeddedStore(temporaryFolder())
    store.db.exec('PRAGMA query_only = ON')
    const words = /the store may not be written: /
    expect(
      said(() => {
        store.begin()
      }),
    ).toMatch(words)
    expect(
      said(() => {
        store.setText('sources', 'x')
      }),
    ).toMatch(words)
    store.close()
  })
})

describe('a disk without room for temporary files', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })
  const WORDS =
    /^the disk is full that has temporary files .*: free space there, or set SQLITE_TMPDIR/
  /** Databases that are opened from now on have so many pages at most. */
  const withPages = (pages: number): void => {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the database it is a method of
    const { exec } = DatabaseSync.prototype
    vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, sql) {
      exec.call(this, `${sql}; PRAGMA max_page_count = ${pages}`)
    })
  }

  it('ends a replay with words that say which disk', async () => {
    const lines = Array.from({ length: 2_000 }, (_, id) => runLine(id))
    const folder = archiveFolder({ 'runs.csv': runsCsv(...lines) })
    withPages(20)
    const first = openArchive([folder]).batches(0, new AbortController().signal)
    const ended = first[Symbol.asyncIterator]().next()
    await expect(ended).rejects.toThrow(WORDS)
    await expect(ended).rejects.toBeInstanceOf(StoreError)
  })

  it('ends an export so too', () => {
    withPages(10)
    const spill = openSpill()
    spill.keep('g', true)
    expect(
      said(() => {
        for (let i = 0; i < 1_000; i += 1) spill.add('part', 'g', Buffer.alloc(1_000))
      }),
    ).toMatch(WORDS)
    spill.close()
  })
})
