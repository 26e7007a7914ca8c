import { execFileSync } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { TOPOLOGY } from '../../processors/topology.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import { StoreError } from '../../runtime/embedded/store-error.ts'
import type { Offer } from '../../runtime/ports.ts'
import { toViews } from '../../sinks/views/to-views.ts'
import { aFact, aRun, MINUTE, MONDAY } from '../support/facts.ts'
import { temporaryFolder } from '../support/temporary.ts'

const fileIn = (folder: string): string => join(folder, 'stopline.db')
const openRuntime = (folder: string): EmbeddedRuntime =>
  new EmbeddedRuntime(folder, TOPOLOGY, toViews)

const offersOf = (run: number): Offer[] => {
  const ref = aRun({ runId: String(run) })
  const start = MONDAY + run * MINUTE
  return [
    aFact(ref, 'started', start),
    aFact(ref, 'finished', start + MINUTE / 2, { startedAt: start, outcome: 'success' }),
  ].map((record) => ({ topic: 'ci.run-events.v1', record }))
}
/** Commits runs one by one from `from` on; returns how many were acknowledged before an error, and the error. */
const commitRuns = (runtime: EmbeddedRuntime, from: number, to: number) => {
  let acknowledged = from
  try {
    for (let run = from; run < to; run += 1) {
      runtime.commit(offersOf(run), MONDAY + run * MINUTE + MINUTE / 2, {
        source: 'x',
        at: run + 1,
      })
      acknowledged = run + 1
    }
  } catch (error) {
    return { acknowledged, error }
  }
  return { acknowledged, error: null }
}
const eventsIn = (runtime: EmbeddedRuntime): number =>
  [...runtime.log.read('ci.run-events.v1')].length

/** A closed store of 40 runs. */
const aStore = (): string => {
  const folder = temporaryFolder()
  const runtime = openRuntime(folder)
  commitRuns(runtime, 0, 40)
  runtime.store.settle()
  runtime.close()
  return folder
}

/** Changes one byte wherever `text` lies in the store's file. */
const damage = (folder: string, text: string): void => {
  const bytes = readFileSync(fileIn(folder))
  const places = [...bytes.toString('latin1').matchAll(new RegExp(text, 'g'))]
  expect(places.length).toBeGreaterThan(0)
  for (const { index } of places) bytes[index + 2] = 0x23
  writeFileSync(fileIn(folder), bytes)
}

describe('the store', () => {
  it('refuses a second process on the same folder, and lets it read', () => {
    const folder = aStore()
    const runtime = openRuntime(folder)
    const script = `
      import { EmbeddedStore } from './runtime/embedded/store.ts'
      const reader = new EmbeddedStore(${JSON.stringify(folder)}, { readOnly: true })
      console.log(reader.getNumber('cursor/x'))
      try { new EmbeddedStore(${JSON.stringify(folder)}) } catch (error) { console.log(error.name, error.message) }`
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    })
    expect(said).toBe(
      `40\nStoreError ${folder} is in use by another process: stop it, or name another folder with --store\n`,
    )
    expect(commitRuns(runtime, 40, 41)).toEqual({ acknowledged: 41, error: null })
    runtime.close()
  })

  it('refuses a store of another version and leaves it as it was', () => {
    const folder = aStore()
    const db = new DatabaseSync(fileIn(folder))
    db.exec('PRAGMA user_version = 99')
    db.close()
    expect(() => openRuntime(folder)).toThrow(/has store version 99, this program reads \d+: use/)
    const again = new DatabaseSync(fileIn(folder))
    expect(again.prepare('SELECT count(*) n FROM segments').get()?.['n']).toBeGreaterThan(0)
    again.close()
  })

  it('takes over a store of the version before, whose segments are not packed', () => {
    const folder = aStore()
    const db = new DatabaseSync(fileIn(folder))
    db.exec('PRAGMA user_version = 5')
    db.close()
    const reader = new EmbeddedStore(folder, { readOnly: true })
    expect(reader.getNumber('cursor/x')).toBe(40)
    reader.close()
    const runtime = openRuntime(folder)
    expect(commitRuns(runtime, 40, 41)).toEqual({ acknowledged: 41, error: null })
    expect(eventsIn(runtime)).toBe(82)
    runtime.close()
    const again = new DatabaseSync(fileIn(folder))
    expect(again.prepare('PRAGMA user_version').get()?.['user_version']).toBe(6)
    again.close()
  })

  it('refuses cells that another version wrote, names whose they are, and takes them where they are read as they were written', () => {
    const folder = aStore()
    const [changed, ...rest] = TOPOLOGY
    if (changed === undefined) throw new Error('there are no processors')
    const more = { type: 'record', name: 'More', fields: [{ name: 'more', type: 'long' }] }
    const later = [{ ...changed, cells: { ...changed.cells, more } }, ...rest]
    expect(() => new EmbeddedRuntime(folder, later, toViews)).toThrow(
      `the store holds cells of another version (${changed.name}): use the program that wrote it, or name another folder with --store`,
    )
    const again = openRuntime(folder)
    expect(commitRuns(again, 40, 41)).toEqual({ acknowledged: 41, error: null })
    again.close()
  })

  it('refuses a database that is not ours, and a file that is no database', () => {
    const foreign = temporaryFolder()
    const db = new DatabaseSync(fileIn(foreign))
    db.exec('CREATE TABLE theirs (x)')
    db.close()
    expect(() => openRuntime(foreign)).toThrow(/is not a Stopline store/)
    const text = temporaryFolder()
    writeFileSync(
      fileIn(text),
      'not a database at all, but quite long enough to be one\n'.repeat(99),
    )
    expect(() => openRuntime(text)).toThrow(StoreError)
    expect(() => openRuntime(text)).toThrow(/damaged or not a database: restore it from a copy/)
  })

  it('says so when the bytes of a change have changed on disk that has not reached its table', () => {
    const folder = temporaryFolder()
    const before = openRuntime(folder)
    commitRuns(before, 0, 3)
    before.close()
    const db = new DatabaseSync(fileIn(folder))
    db.exec(`UPDATE changes SET bytes = zeroblob(length(bytes)) WHERE name = 'cells' AND seq = 2`)
    db.close()
    expect(() => openRuntime(folder)).toThrow(/change 2 of cells is damaged on disk: restore/)
  })

  it('finishes a file whose process died before its first commit', () => {
    const folder = temporaryFolder()
    new DatabaseSync(fileIn(folder)).close()
    writeFileSync(fileIn(folder), '')
    const runtime = openRuntime(folder)
    expect(commitRuns(runtime, 0, 1).error).toBeNull()
    runtime.close()
  })

  it('says so when the bytes of a record have changed on disk', () => {
    const folder = aStore()
    damage(folder, 'unit/7/1/finished')
    const runtime = openRuntime(folder)
    expect(() => eventsIn(runtime)).toThrow(StoreError)
    expect(() => eventsIn(runtime)).toThrow(
      /segment \d+ of ci.run-events.v1 is damaged on disk: restore/,
    )
    runtime.close()
  })

  it('says so when the bytes of a cell have changed on disk, before anything rests on them', () => {
    const folder = aStore()
    const db = new DatabaseSync(fileIn(folder))
    db.exec(
      `UPDATE cells SET bytes = zeroblob(length(bytes)) WHERE stage = 'runs' AND cell = 'run/7#1'`,
    )
    db.close()
    const runtime = openRuntime(folder)
    const late = aFact(aRun({ runId: '7' }), 'stepStarted', MONDAY + 60 * MINUTE, { step: 'x' })
    expect(() => {
      runtime.commit([{ topic: 'ci.run-events.v1', record: late }], late.eventAt)
    }).toThrow(/cell run\/7#1 of test:acme\/shop:unit in runs is damaged on disk/)
    runtime.close()
  })

  it('says so when a page of the file is overwritten', () => {
    const folder = aStore()
    const bytes = readFileSync(fileIn(folder))
    writeFileSync(fileIn(folder), bytes.fill(0xa5, 8192))
    expect(() => {
      const runtime = openRuntime(folder)
      try {
        eventsIn(runtime)
      } finally {
        runtime.close()
      }
    }).toThrow(StoreError)
  })

  it('stops on a full disk, keeps what was acknowledged, and goes on once there is room', () => {
    const folder = temporaryFolder()
    const runtime = openRuntime(folder)
    const pages = runtime.store.db.prepare('PRAGMA page_count').get()?.['page_count'] as number
    runtime.store.db.exec(`PRAGMA max_page_count = ${pages + 20}`)
    const full = commitRuns(runtime, 0, 2_000)
    expect(full.error).toBeInstanceOf(StoreError)
    expect(String(full.error)).toMatch(/the disk is full: free space and start again/)
    expect(full.acknowledged).toBeGreaterThan(0)
    runtime.close()

    const again = openRuntime(folder)
    expect(again.cursor('x')).toBe(full.acknowledged)
    expect(eventsIn(again)).toBe(2 * full.acknowledged)
    expect(commitRuns(again, full.acknowledged, full.acknowledged + 5).error).toBeNull()
    again.close()
  })

  it('takes no further commit after one that failed', () => {
    const folder = aStore()
    const runtime = openRuntime(folder)
    runtime.store.db.exec(`PRAGMA max_page_count = 1`)
    const failed = commitRuns(runtime, 40, 5_000)
    expect(failed.error).toBeInstanceOf(StoreError)
    runtime.store.db.exec(`PRAGMA max_page_count = 1000000`)
    expect(commitRuns(runtime, failed.acknowledged, 5_001).error).toMatchObject({
      message: expect.stringMatching(
        /an earlier commit failed .* start the process again/,
      ) as string,
    })
    runtime.close()
    const again = openRuntime(folder)
    expect(commitRuns(again, failed.acknowledged, failed.acknowledged + 1).error).toBeNull()
    again.close()
  })

  it('can be copied while nothing runs', () => {
    const folder = aStore()
    const copy = temporaryFolder()
    copyFileSync(fileIn(folder), fileIn(copy))
    const store = new EmbeddedStore(copy)
    expect(store.getNumber('cursor/x')).toBe(40)
    store.close()
  })
})
