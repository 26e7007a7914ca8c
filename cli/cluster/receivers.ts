/** Tells receivers of incidents beside the producer: the one that feeds is the one that tells, so each is told once. */

import { setTimeout as wait } from 'node:timers/promises'
import { TOPOLOGY } from '../../processors/topology.ts'
import { systemClock } from '../../runtime/clock.ts'
import { writeToOf } from '../../runtime/kafka/cluster-config.ts'
import { ProgressBoard } from '../../runtime/kafka/progress-board.ts'
import { tasksOf } from '../../runtime/kafka/tasks.ts'
import { openTimeLog, type TimeLog } from '../../runtime/kafka/time-log.ts'
import type { Metrics } from '../../runtime/metrics.ts'
import { joinRegistry } from '../../runtime/registry.ts'
import { runOutbox } from '../../sinks/notify/outbox.ts'
import type { DeadLetter } from '../../schemas/events.ts'
import type { Receivers } from '../notify.ts'
import type { KafkaTarget } from './kafka-target.ts'
import { say } from './options.ts'
import type { ClusterSettings } from './settings.ts'

const TOPIC = 'ci.incidents.v1'
const WRITERS = tasksOf(TOPOLOGY)
  .filter(({ outputs }) => outputs.includes(TOPIC))
  .map(({ name }) => name)
/** Topics may not be there yet: processors make them. */
const TRY_AGAIN_MS = 5_000

/**
 * Runs until the signal; does nothing without receivers. Where a receiver goes on, and the threads of its incidents, lie with the
 * cursors of sources. A topic that cannot be read is tried again: sources are fed all the same.
 */
export const tellReceiversOnKafka = async (
  cluster: ClusterSettings,
  target: KafkaTarget,
  { all, close }: Receivers,
  metrics: Metrics,
  signal: AbortSignal,
): Promise<void> => {
  try {
    while (all.length > 0 && !signal.aborted)
      try {
        await tellFrom(cluster, target, all, metrics, signal)
      } catch (error) {
        say(`receivers are told again in ${TRY_AGAIN_MS / 1000} s: ${(error as Error).message}`)
        await wait(TRY_AGAIN_MS, undefined, { signal }).catch(() => undefined)
      }
  } finally {
    await close()
  }
}

const tellFrom = async (
  cluster: ClusterSettings,
  target: KafkaTarget,
  all: Receivers['all'],
  metrics: Metrics,
  signal: AbortSignal,
): Promise<void> => {
  const { connection } = cluster
  const to = writeToOf(cluster)
  const board = new ProgressBoard(connection, to.names)
  const registry = await joinRegistry(cluster.registry, to.names.topic)
  const ended = new AbortController()
  const until = AbortSignal.any([signal, ended.signal])
  let log: TimeLog | undefined
  try {
    await board.open()
    const opened = await openTimeLog(TOPIC, {
      ...to,
      connection,
      board,
      registry,
      writers: WRITERS,
    })
    log = opened
    await opened.caughtUp()
    const deps = {
      ...{ log: opened, clock: systemClock, metrics, onCommit: opened.onRecords },
      ...{ loadText: target.loadText, saveText: target.saveText },
      loadCursor: (name: string) => numberOf(target.loadText(name)),
      saveCursor: (name: string, offset: number) => {
        target.saveText(name, String(offset))
      },
      offerDeadLetter: (record: DeadLetter) => {
        const offered = target.fed.commit([{ topic: 'ci.dead-letters.v1', record }], target.fed.now)
        Promise.resolve(offered).catch(() => undefined) // the target says that itself
      },
    }
    const outboxes = all.map((receiver) => runOutbox(receiver, deps, until))
    await Promise.race([opened.run(until), board.failed, ...outboxes])
  } finally {
    ended.abort()
    await Promise.allSettled([log?.close(), board.close()])
  }
}

const numberOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text)
