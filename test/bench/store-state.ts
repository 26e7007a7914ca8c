/** State cells in SQLite: written over in batches, and read at random, beside a Map. */

import { join } from 'node:path'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import { random } from './load.ts'
import { timed, type BenchCase, type Setting } from './setting.ts'
import { RECORD_BYTES } from './store-append.ts'

const CELLS = 200_000
const OPERATIONS = 200_000
const QUICK_CELLS = 10_000
const QUICK_OPERATIONS = 50_000
const BATCH = 1_000

const keyOf = (index: number): string => `bench:org/repo-${index % 20}:job-${index}`

/** Writes the cells named by `order` over, in batches. */
const putAll = (store: EmbeddedStore, keys: readonly string[], order: Uint32Array): void => {
  const bytes = Buffer.alloc(RECORD_BYTES, 7)
  for (let from = 0; from < order.length; from += BATCH)
    store.transaction(() => {
      for (const index of order.subarray(from, from + BATCH))
        store.saveCell('stage', keys[index] ?? '', 'cell', bytes)
    })
}

/** Reads the cells named by `order`; throws where one is missing. */
const getAll = (
  get: (key: string) => Uint8Array | undefined,
  keys: readonly string[],
  order: Uint32Array,
): void => {
  for (const index of order)
    if (get(keys[index] ?? '')?.length !== RECORD_BYTES) throw new Error('a cell was lost')
}

export const state: BenchCase = async ({ folder, isQuick }: Setting) => {
  const cells = isQuick ? QUICK_CELLS : CELLS
  const operations = isQuick ? QUICK_OPERATIONS : OPERATIONS
  const keys = Array.from({ length: cells }, (_, index) => keyOf(index))
  const chance = random(1)
  const order = Uint32Array.from({ length: operations }, () => Math.floor(chance() * cells))
  const map = new Map(keys.map((key) => [key, Buffer.alloc(RECORD_BYTES, 7)]))
  const store = new EmbeddedStore(join(folder, 'state'))
  putAll(store, keys, Uint32Array.from(keys.keys()))
  const puts = await timed(() => {
    putAll(store, keys, order)
  })
  const gets = await timed(() => {
    getAll((key) => store.loadCell('stage', key, 'cell'), keys, order)
  })
  const mapGets = await timed(() => {
    getAll((key) => map.get(key), keys, order)
  })
  store.close()
  const speed = (name: string, { seconds }: { seconds: number }, peer?: string) => ({
    name,
    value: operations / seconds,
    unit: 'cells/s',
    peer,
  })
  return [
    speed('get from a Map', mapGets),
    speed('get from SQLite', gets, 'get from a Map'),
    speed('put into SQLite, batches of 1,000', puts),
  ]
}
