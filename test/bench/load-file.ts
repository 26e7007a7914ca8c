/** The load as a file, so that a measured process holds no more of it than it is about to handle. */

import { closeSync, existsSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { CODECS } from '../../schemas/codec.ts'
import type { Offer } from '../../runtime/ports.ts'
import { encodedLoad } from './load.ts'
import type { BenchCase, Setting } from './setting.ts'

/** The quick size is a model of the whole at 1:50, job by job the same. */
const EVENTS = 1_000_000
export const JOBS = 2_000
const HOURS = 6
const QUICK_SHARE = 1 / 50
const CHUNK_BYTES = 1 << 20

const fileOf = ({ shared }: Setting): string => join(shared, 'load.bin')
export const eventsOf = ({ isQuick }: Setting): number => EVENTS * (isQuick ? QUICK_SHARE : 1)

/** Frame of a record: length u32, wire bytes. */
const FRAME_BYTES = 4

/** Writes the load once for all rounds. */
export const makeLoad: BenchCase = (setting) => {
  const path = fileOf(setting)
  if (existsSync(path)) return []
  const jobs = JOBS * (setting.isQuick ? QUICK_SHARE : 1)
  const bytes = encodedLoad(eventsOf(setting), jobs, HOURS)
  const file = openSync(path, 'w')
  for (let from = 0; from < bytes.length; from += 10_000) {
    const frames = bytes.slice(from, from + 10_000).flatMap((record) => {
      const length = Buffer.alloc(FRAME_BYTES)
      length.writeUInt32LE(record.length)
      return [length, record]
    })
    writeSync(file, Buffer.concat(frames))
  }
  closeSync(file)
  return []
}

/** Wire bytes of one record after another, read a chunk at a time. Each is a piece of the chunk that was read. */
export function* wireRecords(setting: Setting): Generator<Buffer> {
  const file = openSync(fileOf(setting), 'r')
  let buffer = Buffer.alloc(0)
  let at = 0
  try {
    for (;;) {
      const isWhole =
        buffer.length - at >= FRAME_BYTES &&
        buffer.length - at >= FRAME_BYTES + buffer.readUInt32LE(at)
      if (isWhole) {
        const end = at + FRAME_BYTES + buffer.readUInt32LE(at)
        yield buffer.subarray(at + FRAME_BYTES, end)
        at = end
        continue
      }
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
      const read = readSync(file, chunk)
      if (read === 0) return
      buffer = Buffer.concat([buffer.subarray(at), chunk.subarray(0, read)])
      at = 0
    }
  } finally {
    closeSync(file)
  }
}

/** Decoded offers of the load, with the wire bytes as they were heard. */
export function* loadOffers(setting: Setting): Generator<Offer<'ci.run-events.v1'>> {
  for (const bytes of wireRecords(setting))
    yield { topic: 'ci.run-events.v1', record: CODECS['run-event'].decode(bytes), bytes }
}

/** So many offers are decoded at once, and then those up to the next instant. */
const BATCH_OFFERS = 1_000

/** Offers in batches whose last instant is whole. */
export function* batchesOf<O extends Offer>(offers: Iterable<O>): Generator<O[]> {
  let batch: O[] = []
  for (const offer of offers) {
    const isNewInstant = batch.at(-1)?.record.observedAt !== offer.record.observedAt
    if (batch.length >= BATCH_OFFERS && isNewInstant) {
      yield batch
      batch = []
    }
    batch.push(offer)
  }
  if (batch.length > 0) yield batch
}
