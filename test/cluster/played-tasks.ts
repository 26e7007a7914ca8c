/** Says what processors would say, and how far they have come, in their place: where a test is about what reads it. */

import { setTimeout as wait } from 'node:timers/promises'
import { TOPOLOGY } from '../../processors/topology.ts'
import { writeToOf, type ClusterConfig } from '../../runtime/kafka/cluster-config.ts'
import { taskName } from '../../runtime/kafka/names.ts'
import { encodeProgress } from '../../runtime/kafka/progress.ts'
import { tasksOf, writersOf } from '../../runtime/kafka/tasks.ts'
import { TransactionalWriter } from '../../runtime/kafka/transactions.ts'
import type { Keyed } from '../../runtime/ports.ts'
import { messageOf } from '../support/kafka-message.ts'

const PLANS = tasksOf(TOPOLOGY)
const MOST_TRIES = 20

/** Writes records of tasks, then the promise of all tasks that nothing comes at or before `at` any more. */
export type PlayTasks = (records: readonly Keyed[], at: number) => Promise<void>

export const playedTasks = (config: ClusterConfig): PlayTasks => {
  const to = writeToOf(config)
  const id = to.names.transactionalId('played', 0)
  const writerOf = ({ topic }: Keyed): string => writersOf(PLANS, topic).writers[0] ?? ''
  const tasks = PLANS.flatMap(({ name }) =>
    Array.from({ length: config.partitions }, (_, partition) => taskName(name, partition)),
  )
  let written: Readonly<Record<string, number>> = {}
  const once = async (records: readonly Keyed[], at: number): Promise<void> => {
    const writer = await TransactionalWriter.open(config.connection, id)
    const messages = records.map((record) => messageOf(record, taskName(writerOf(record), 0), to))
    try {
      if (messages.length > 0) written = { ...written, ...(await writer.commit({ messages })) }
      const value = encodeProgress({ at, written, handled: {} })
      const place = { topic: to.names.progress, partition: 0 }
      await writer.commit({ messages: tasks.map((key) => ({ ...place, key, value })) })
    } finally {
      await writer.close()
    }
  }
  return async (records, at) => {
    for (let tries = 1; ; tries += 1)
      try {
        await once(records, at)
        return
      } catch (error) {
        // Topics that were just made may have no leader yet; what is said twice has the same ids.
        if (tries === MOST_TRIES) throw error
        await wait(200)
      }
  }
}
