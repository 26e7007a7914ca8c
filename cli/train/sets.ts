/** What a model is trained on: recorded folders, or what was heard, by a store or on Kafka. Each replays by itself. */

import { basename, resolve } from 'node:path'
import { openArchive } from '../../producers/archive/archive.ts'
import type { Processor } from '../../processors/processor.ts'
import { EmbeddedLog } from '../../runtime/embedded/log.ts'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import type { ClusterConfig } from '../../runtime/kafka/cluster-config.ts'
import { inTimeOrder } from '../../runtime/kafka/in-time-order.ts'
import type { Fed } from '../../runtime/ports.ts'
import { nameOfTopics, placeOfTopics } from '../cluster/topics.ts'
import { printProblems } from '../commands/replay.ts'
import { replayArchive } from '../feed.ts'
import { inOrderHeard, outsideOf, replayHeard } from './heard.ts'

export interface TrainingSet {
  readonly name: string
  /** Where a recorded set lies; null for what was heard. */
  readonly folder: string | null
  feed(runtime: Fed, processors: readonly Processor[], signal: AbortSignal): Promise<void>
}

export const archiveSet = (folder: string): TrainingSet => ({
  name: basename(resolve(folder)),
  folder,
  feed: async (runtime, _processors, signal) => {
    const archive = openArchive([folder])
    await replayArchive(runtime, archive, signal)
    const summary = archive.summary()
    if (summary.problems.length > 0) printProblems(summary)
  },
})
/** `folder` is that of an embedded store, which may be in use. */
export const storeSet = (folder: string): TrainingSet => ({
  name: `store ${basename(resolve(folder))}`,
  folder: null,
  feed: async (runtime, processors, signal) => {
    const store = new EmbeddedStore(folder, { readOnly: true })
    try {
      const heard = inOrderHeard(new EmbeddedLog(store), outsideOf(processors))
      await replayHeard(runtime, heard, signal)
    } finally {
      store.close()
    }
  },
})
/** What the topics of an installation hold when they are replayed. */
export const topicsSet = (cluster: ClusterConfig): TrainingSet => ({
  name: nameOfTopics(cluster),
  folder: null,
  feed: async (runtime, processors, signal) => {
    const place = await placeOfTopics(cluster)
    const heard = inTimeOrder(cluster.connection, place, outsideOf(processors))
    await replayHeard(runtime, heard, signal)
  },
})
