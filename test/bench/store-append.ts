/** Durable appends: SQLite in write-ahead mode beside a bare file, one flush to disk a batch. */

import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import type { Figure } from './figures.ts'
import { timed, type BenchCase, type Setting } from './setting.ts'

export const RECORD_BYTES = 200
const RECORDS = 500_000
const QUICK_RECORDS = 50_000
const BATCHES = [1_000, 10_000] as const

/** As the log keeps them: the records of a batch are one row. */
const segments = (folder: string, batches: number, batchSize: number) => {
  const store = new EmbeddedStore(join(folder, `segments-${batchSize}`))
  store.db.exec(
    'CREATE TABLE log (topic TEXT, base INTEGER, count INTEGER, bytes BLOB, PRIMARY KEY (topic, base))',
  )
  const add = store.db.prepare('INSERT INTO log VALUES (?, ?, ?, ?)')
  const bytes = Buffer.alloc(batchSize * RECORD_BYTES, 7)
  return {
    run: () => {
      for (let batch = 0; batch < batches; batch += 1)
        store.transaction(() => add.run('t', batch * batchSize, batchSize, bytes))
    },
    close: () => {
      store.close()
    },
  }
}
/** One row a record. */
const rows = (folder: string, batches: number, batchSize: number) => {
  const store = new EmbeddedStore(join(folder, `rows-${batchSize}`))
  store.db.exec('CREATE TABLE log (position INTEGER PRIMARY KEY, bytes BLOB)')
  const add = store.db.prepare('INSERT INTO log VALUES (?, ?)')
  const bytes = Buffer.alloc(RECORD_BYTES, 7)
  return {
    run: () => {
      for (let batch = 0; batch < batches; batch += 1)
        store.transaction(() => {
          for (let i = 0; i < batchSize; i += 1) add.run(batch * batchSize + i, bytes)
        })
    },
    close: () => {
      store.close()
    },
  }
}
const bareFile = (folder: string, batches: number, batchSize: number) => {
  const file = openSync(join(folder, `file-${batchSize}`), 'a')
  const bytes = Buffer.alloc(batchSize * RECORD_BYTES, 7)
  return {
    run: () => {
      for (let batch = 0; batch < batches; batch += 1) {
        writeSync(file, bytes)
        fdatasyncSync(file)
      }
    },
    close: () => {
      closeSync(file)
    },
  }
}
const WAYS = { 'file + fdatasync': bareFile, 'SQLite segments': segments, 'SQLite rows': rows }

export const append: BenchCase = async ({ folder, isQuick }: Setting) => {
  const records = isQuick ? QUICK_RECORDS : RECORDS
  const figures: Figure[] = []
  for (const batchSize of BATCHES)
    for (const [way, open] of Object.entries(WAYS)) {
      const { run, close } = open(folder, records / batchSize, batchSize)
      const { seconds } = await timed(run)
      close()
      const ofBatch = `, batches of ${batchSize.toLocaleString('en')}`
      figures.push({
        name: `append ${way}${ofBatch}`,
        value: records / seconds,
        unit: 'records/s',
        peer: open === bareFile ? undefined : `append file + fdatasync${ofBatch}`,
      })
    }
  return figures
}
