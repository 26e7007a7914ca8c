/** Whether what was acknowledged is kept: numbered records are written while brokers are killed, and compared by value. */

import { setTimeout as wait } from 'node:timers/promises'
import { TOPOLOGY } from '../../processors/topology.ts'
import { keyed } from '../../runtime/engine/stage.ts'
import { patientClient } from '../../runtime/kafka/client.ts'
import { writeToOf, type ClusterConfig } from '../../runtime/kafka/cluster-config.ts'
import { ProgressBoard } from '../../runtime/kafka/progress-board.ts'
import { runTasks } from '../../runtime/kafka/process-tasks.ts'
import { KafkaLog } from '../../runtime/kafka/record-log.ts'
import { tasksOf } from '../../runtime/kafka/tasks.ts'
import { ensureTopics, wantedTopics } from '../../runtime/kafka/topic-admin.ts'
import type { TopicName } from '../../schemas/topics.ts'
import { aFact, aRun, MONDAY } from '../support/facts.ts'
import { untilReached } from './processes.ts'
import type { Brokers } from './brokers.ts'

const PLANS = tasksOf(TOPOLOGY)
const INPUT = 'ci.run-events.v1'
/** Records of one request; they lie on all partitions. */
const BATCH = 30
/** Requests between two kills, so that there is something acknowledged before and after each. */
const REQUESTS = 20

interface Kept {
  /** Records that were acknowledged have the numbers below it. */
  readonly written: number
  /** Numbers that the log holds, and those that processors have spoken of, in order. */
  readonly heard: readonly number[]
  readonly said: readonly number[]
  /** Milliseconds from each kill until 600 records more were acknowledged and handled. */
  readonly recoveries: readonly number[]
}
/** So that somebody who waits for many kills sees that it goes on. */
const TELL_EVERY = 10

const factOf = (id: number) =>
  keyed(
    INPUT,
    aFact(aRun({ job: `job-${id % BATCH}`, runId: String(id) }), 'started', MONDAY + id),
    MONDAY + id,
  )
const batchFrom = (first: number) => Array.from({ length: BATCH }, (_, n) => factOf(first + n))

const openTopics = async (config: ClusterConfig) => {
  const to = writeToOf(config)
  const admin = patientClient(config.connection).admin()
  await admin.connect()
  await ensureTopics(admin, wantedTopics(PLANS, { ...config, ...to }), config.replication)
  await admin.disconnect()
  return to
}

/** Kills brokers in turn while our producer writes and our processors read, and gives what was there at the end. */
export const keepAcknowledged = async (
  brokers: Brokers,
  config: ClusterConfig,
  kills: number,
): Promise<Kept> => {
  const to = await openTopics(config)
  const { connection, partitions, lanes } = config
  const log = new KafkaLog(connection, to, [INPUT])
  const board = new ProgressBoard(connection, to.names)
  await board.open()
  const stop = new AbortController()
  const first = PLANS.slice(0, 1)
  const assigned = first.flatMap((plan) =>
    Array.from({ length: partitions }, (_, partition) => ({ plan, partition })),
  )
  const settings = { ...to, connection, board, lanes, registry: null, stateFolder: null }
  const running = runTasks(assigned, settings, { signal: stop.signal })
  let written = 0
  const writeOn = async (): Promise<void> => {
    for (let request = 0; request < REQUESTS; request += 1) {
      await log.append(batchFrom(written))
      written += BATCH
      await log.promise(MONDAY + written - 1)
      await wait(20)
    }
  }
  const tasks = running.catch((error: unknown) => Promise.reject(error as Error))
  const handled = () => untilReached(board, first, partitions, MONDAY + written - 1)
  const recoveries: number[] = []
  const killOne = async (id: number): Promise<void> => {
    const killed = wait(137)
      .then(() => brokers.kill(id))
      .then(() => performance.now())
    await Promise.all([writeOn(), killed])
    await handled()
    recoveries.push(performance.now() - (await killed))
  }
  try {
    await writeOn()
    for (let kill = 0; kill < kills; kill += 1) {
      const id = brokers.ids[kill % brokers.ids.length] ?? 1
      await Promise.race([tasks, killOne(id)])
      await brokers.up(id)
      await writeOn()
      await brokers.inSync()
      if ((kill + 1) % TELL_EVERY === 0)
        console.warn(`${new Date().toISOString()} ${kill + 1} of ${kills} kills of brokers`)
    }
    await handled()
    const [heard, said] = [await idsIn(log, INPUT), await idsIn(log, 'ci.runs.v1')]
    return { written, heard, said, recoveries }
  } finally {
    stop.abort()
    await tasks.catch(() => undefined)
    await Promise.all([board.close(), log.close()])
  }
}

const idsIn = async (log: KafkaLog, topic: TopicName): Promise<number[]> => {
  const ids: number[] = []
  for await (const { record } of log.read(topic))
    ids.push(Number((record as { runId: string } | null)?.runId))
  return ids.sort((a, b) => a - b)
}
