/** A folder of recordings as one source of offers, in order of time. */

import { resolve } from 'node:path'
import type { OfferBatch, OfferSource } from '../../runtime/ports.ts'
import type { Batch } from '../polling/session.ts'
import { recordedSources, sourceFolder } from './folder.ts'
import { replaySource } from './replayer.ts'

/** Batches of several recordings, each in order, as one; of one instant the first comes first. */
async function* merged(recordings: readonly AsyncGenerator<Batch>[]): AsyncGenerator<Batch> {
  const heads = await Promise.all(recordings.map((recording) => recording.next()))
  for (;;) {
    let first = -1
    for (const [index, head] of heads.entries()) {
      const best = heads[first]
      if (
        head.done !== true &&
        (best === undefined || best.done === true || head.value.at < best.value.at)
      )
        first = index
    }
    const [head, recording] = [heads[first], recordings[first]]
    if (head === undefined || head.done === true || recording === undefined) return
    yield head.value
    heads[first] = await recording.next()
  }
}

/** Batches with what is of one instant put together; the cursor is their count. */
async function* counted(batches: AsyncIterable<Batch>): AsyncGenerator<OfferBatch> {
  let open: Batch | null = null
  let cursor = 0
  for await (const batch of batches) {
    if (open !== null && open.at === batch.at) {
      open = { at: open.at, offers: [...open.offers, ...batch.offers] }
      continue
    }
    if (open !== null) yield { offers: open.offers, cursor: (cursor += 1) }
    open = batch
  }
  if (open !== null) yield { offers: open.offers, cursor: cursor + 1 }
}

/** What the sources of a folder told when they were recorded, with the stamps it had then. */
export const openRecording = (folder: string): OfferSource => ({
  name: `the recording ${resolve(folder)}`,
  async *batches(from, signal) {
    const sources = recordedSources(folder)
    const replays = sources.map((one) => replaySource(one, sourceFolder(folder, one.source.name)))
    for await (const batch of counted(merged(replays))) {
      signal.throwIfAborted()
      if (batch.cursor > from) yield batch
    }
  },
})
