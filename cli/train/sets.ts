/** What a model is trained on: recorded folders, or what a store has heard. Each replays by itself. */

import { basename, resolve } from 'node:path'
import { openArchive } from '../../producers/archive/archive.ts'
import type { Processor } from '../../processors/processor.ts'
import type { Fed } from '../../runtime/ports.ts'
import { replayArchive } from '../feed.ts'
import { replayHeard } from './heard.ts'

export interface TrainingSet {
  readonly name: string
  /** Where a recorded set lies; null for what a store has heard. */
  readonly folder: string | null
  feed(runtime: Fed, processors: readonly Processor[], signal: AbortSignal): Promise<void>
}

export const archiveSet = (folder: string): TrainingSet => ({
  name: basename(resolve(folder)),
  folder,
  feed: async (runtime, _processors, signal) => {
    await replayArchive(runtime, openArchive([folder]), signal)
  },
})
/** `folder` is that of an embedded store, which may be in use. */
export const storeSet = (folder: string): TrainingSet => ({
  name: `store ${basename(resolve(folder))}`,
  folder: null,
  feed: async (runtime, processors, signal) => {
    await replayHeard(runtime, folder, processors, signal)
  },
})
