/** A replay of the demo by processes on Kafka while a test disturbs them, checked against the embedded run. */

import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'vitest'
import { TOPOLOGY } from '../../processors/topology.ts'
import { keyed } from '../../runtime/engine/stage.ts'
import { patientClient } from '../../runtime/kafka/client.ts'
import { writeToOf, type ClusterConfig } from '../../runtime/kafka/cluster-config.ts'
import { ProgressBoard } from '../../runtime/kafka/progress-board.ts'
import { KafkaLog } from '../../runtime/kafka/record-log.ts'
import { tasksOf } from '../../runtime/kafka/tasks.ts'
import { ensureTopics, wantedTopics } from '../../runtime/kafka/topic-admin.ts'
import { openRegistry } from '../../runtime/registry.ts'
import { startProcess, untilReached, type TaskProcess } from './processes.ts'
import { embeddedOutputs, firstDifference, OUTPUTS, type World } from './worlds.ts'

const PLANS = tasksOf(TOPOLOGY)

export interface Replay {
  readonly config: ClusterConfig
  readonly world: World
  readonly expected: ReturnType<typeof embeddedOutputs>
  /** How many processes begin. */
  readonly processes: number
  /** Pause after each hour of facts, so that there is something to do for as long as the disturbance lasts. */
  readonly pauseMs: number
  /** May end processes and begin others: those in the list at the end are ended by the test. */
  readonly disturb: (processes: TaskProcess[], stage: Stage) => Promise<void>
}
interface Stage {
  readonly start: () => TaskProcess
  readonly board: ProgressBoard
}

/** Writes the facts, runs processes, lets `disturb` have its way with them, and compares all that was said. */
export const replay = async ({ config, world, disturb, ...rest }: Replay): Promise<void> => {
  const { connection } = config
  const to = writeToOf(config)
  const admin = patientClient(connection).admin()
  await admin.connect()
  await ensureTopics(admin, wantedTopics(PLANS, { ...config, ...to }), config.replication)
  await admin.disconnect()
  const registry = config.registry && openRegistry(config.registry)
  await registry?.register(to.names.topic)
  const log = await KafkaLog.open(connection, { ...to, registry }, ['ci.run-events.v1'])
  const board = new ProgressBoard(connection, to.names)
  await board.open()
  const start = (): TaskProcess => startProcess(config)
  const processes = Array.from({ length: rest.processes }, start)
  try {
    await Promise.all([write(log, world, rest.pauseMs), disturb(processes, { start, board })])
    await untilReached(board, PLANS, config.partitions, world.end)
    await compare(log, rest.expected)
  } finally {
    await Promise.all(processes.map((each) => each.end('SIGKILL')))
    await Promise.all([board.close(), log.close()])
  }
}

const compare = async (log: KafkaLog, expected: Replay['expected']): Promise<void> => {
  for (const topic of OUTPUTS) {
    const found = await log.readAll(topic)
    expect(firstDifference(topic, expected.get(topic) ?? [], found)).toBeNull()
  }
}

/** Appends the facts hour by hour, with a pause after each. */
const write = async (log: KafkaLog, { batches, end }: World, pauseMs: number): Promise<void> => {
  for (const offers of batches) {
    await log.append(offers.map(({ topic, record }) => keyed(topic, record, record.observedAt)))
    await log.promise(offers.at(-1)?.record.observedAt ?? 0)
    await wait(pauseMs)
  }
  await log.promise(end)
}

/** A given broker may hold the topics of an earlier run. */
const started = Date.now()

/** One broker, short sessions, and topics of its own. */
export const testConfig = (
  name: string,
  partitions: number,
  connection: ClusterConfig['connection'],
): ClusterConfig => ({
  connection,
  namespace: `${name}-${started}.`,
  partitions,
  replication: 1,
  minInSync: 1,
  registry: null,
  sessionTimeoutMs: 3_000,
})
