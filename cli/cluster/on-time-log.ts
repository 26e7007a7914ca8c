/** A log in order of time for some work beside the producer: opened with all that it needs, and closed with it. */

import { TOPOLOGY } from '../../processors/topology.ts'
import { writeToOf } from '../../runtime/kafka/cluster-config.ts'
import { ProgressBoard } from '../../runtime/kafka/progress-board.ts'
import { tasksOf, writersOf } from '../../runtime/kafka/tasks.ts'
import { openTimeLog, type TimeLog } from '../../runtime/kafka/time-log.ts'
import { joinRegistry } from '../../runtime/registry.ts'
import type { TopicName } from '../../schemas/topics.ts'
import type { ClusterSettings } from './settings.ts'

const PLANS = tasksOf(TOPOLOGY)

/** What is read, and where that begins: see {@link openTimeLog}. */
export interface Wanted {
  readonly topics: readonly TopicName[]
  readonly from?: number | null
}

/**
 * Works on the log, once it holds what is there already, until the signal. Where the log cannot be read any more the work is ended
 * before this rejects.
 */
export const onTimeLog = async (
  cluster: ClusterSettings,
  { topics, ...where }: Wanted,
  signal: AbortSignal,
  work: (log: TimeLog, until: AbortSignal) => Promise<unknown>,
): Promise<void> => {
  const ended = new AbortController()
  const until = AbortSignal.any([signal, ended.signal])
  const { connection } = cluster
  const to = writeToOf(cluster)
  const board = new ProgressBoard(connection, to.names)
  let log: TimeLog | undefined
  let working: Promise<unknown> | undefined
  try {
    await board.open()
    const registry = await joinRegistry(cluster.registry, to.names.topic)
    const written = topics.map((topic) => writersOf(PLANS, topic))
    const opened = await openTimeLog({
      ...to,
      ...where,
      ...{ connection, board, registry, topics: written },
    })
    log = opened
    await opened.caughtUp()
    working = work(opened, until)
    await Promise.race([opened.run(until), board.failed, working])
  } finally {
    ended.abort()
    await Promise.allSettled([working])
    await Promise.allSettled([log?.close(), board.close()])
  }
}
