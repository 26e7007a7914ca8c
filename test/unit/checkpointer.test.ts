import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startCheckpointer } from '../../runtime/embedded/checkpointer.ts'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stopline-checkpointer-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

/** Pages that lie in the write-ahead log alone. */
const pagesBehind = (store: EmbeddedStore): number => {
  const counts = store.db.prepare('PRAGMA wal_checkpoint(NOOP)').get()
  return (counts?.['log'] as number) - (counts?.['checkpointed'] as number)
}
const isFilled = (bytes: Uint8Array | undefined, byte: number): boolean =>
  bytes?.length === 60_000 && bytes.every((each) => each === byte)
const write = (store: EmbeddedStore, from: number): void => {
  for (let i = from; i < from + 50; i += 1)
    store.transaction(() => {
      store.saveCell('stage', `key-${i}`, 'cell', Buffer.alloc(60_000, i))
    })
}

test('brings the write-ahead log to the database beside the process that writes', async () => {
  const store = new EmbeddedStore(folder)
  const checkpointer = store.checkpointBeside()
  write(store, 0)
  await expect.poll(() => pagesBehind(store)).toBeLessThan(200)
  write(store, 50)
  await expect.poll(() => pagesBehind(store)).toBeLessThan(200)
  await checkpointer.stop()
  store.close()
  const again = new EmbeddedStore(folder)
  for (let i = 0; i < 100; i += 1)
    expect(isFilled(again.loadCell('stage', `key-${i}`, 'cell'), i)).toBe(true)
  again.close()
})

test('without it the log stays as long as SQLite lets it', async () => {
  const store = new EmbeddedStore(folder)
  write(store, 0)
  await sleep(300)
  expect(pagesBehind(store)).toBeGreaterThan(200)
  store.close()
})

test('says why it cannot go on', async () => {
  const file = join(folder, 'stopline.db')
  writeFileSync(file, 'no database')
  const failures: unknown[] = []
  const checkpointer = startCheckpointer(file, (error) => failures.push(error))
  await expect.poll(() => failures.length).toBe(1)
  expect(String(failures[0])).toContain('not a database')
  await checkpointer.stop()
})
