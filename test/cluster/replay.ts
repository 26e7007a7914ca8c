/** A replay of the demo by processes on Kafka while a test disturbs them, checked against the embedded run. */

import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'vitest'
import { TOPOLOGY } from '../../processors/topology.ts'
import { encoded, stamped } from '../../runtime/engine/offered.ts'
import { patientClient } from '../../runtime/kafka/client.ts'
import { writeToOf, type ClusterConfig } from '../../runtime/kafka/cluster-config.ts'
import { ProgressBoard } from '../../runtime/kafka/progress-board.ts'
import { KafkaLog } from '../../runtime/kafka/record-log.ts'
import { tasksOf } from '../../runtime/kafka/tasks.ts'
import { ensureTopics, wantedTopics } from '../../runtime/kafka/topic-admin.ts'
import { joinRegistry } from '../../runtime/registry.ts'
import type { TopicName } from '../../schemas/topics.ts'
import { Digests } from './digests.ts'
import { startProcess, untilReached, type TaskProcess } from './processes.ts'
import type { Expected, World } from './worlds.ts'

const PLANS = tasksOf(TOPOLOGY)
/** Topics whose records are written from outside. */
const OUTSIDE_TOPICS: readonly TopicName[] = [
  'ci.run-events.v1',
  'ci.test-results.v1',
  'ci.pull-events.v1',
  'ci.dead-letters.v1',
]

export interface Replay {
  readonly config: ClusterConfig
  readonly world: World
  readonly expected: Expected
  /** How many processes begin. */
  readonly processes: number
  /** Awaited before each step is written: so there is something to do for as long as the disturbance lasts. */
  readonly pace: (step: number, isOver: () => boolean) => Promise<void>
  /** Awaited before time goes on past the last fact, when only timers are due. */
  readonly beforeEnd?: () => Promise<void>
  /** May end processes and begin others: those in the list at the end are ended by the test. */
  readonly disturb: (processes: TaskProcess[], stage: Stage) => Promise<void>
}
export interface Stage {
  /** Where states are kept in folders, that of the process of this index: it may have been another's before. */
  readonly start: (index?: number) => TaskProcess
  readonly board: ProgressBoard
  /** Pipeline time up to which everything has been written. */
  readonly writtenAt: () => number
}

const LOOK_MS = 50
/** A pause after each step, longer after each, until the disturbance is over: however slow the machine, there is something to do. */
export const pauses =
  (ms: number): Replay['pace'] =>
  async (step, isOver) => {
    for (let left = ms * step; left > 0 && !isOver(); left -= LOOK_MS) await wait(LOOK_MS)
  }

/** Writes the facts, runs processes, lets `disturb` have its way with them, and compares all that was said. */
export const replay = async ({ config, world, disturb, ...rest }: Replay): Promise<void> => {
  const { connection } = config
  const to = writeToOf(config)
  const admin = patientClient(connection).admin()
  await admin.connect()
  await ensureTopics(admin, wantedTopics(PLANS, { ...config, ...to }), config.replication)
  await admin.disconnect()
  const registry = await joinRegistry(config.registry, to.names.topic)
  const log = new KafkaLog(connection, { ...to, registry }, OUTSIDE_TOPICS)
  const board = new ProgressBoard(connection, to.names)
  await board.open()
  const { stateFolder } = config
  const start = (index = 0): TaskProcess =>
    startProcess(
      stateFolder === null
        ? config
        : { ...config, stateFolder: join(stateFolder, `process-${index}`) },
    )
  const processes = Array.from({ length: rest.processes }, (_, index) => start(index))
  let writtenAt = 0
  let isOver = false
  const write = async (): Promise<void> => {
    for (let step = 0; step < world.steps; step += 1) {
      await rest.pace(step, () => isOver)
      const records = stamped(world.step(step), writtenAt).map(encoded)
      await log.write({ records, promise: world.endOf(step) })
      writtenAt = world.endOf(step)
    }
    await rest.beforeEnd?.()
    await log.promise(world.end)
    writtenAt = world.end
  }
  try {
    const stage = { start, board, writtenAt: () => writtenAt }
    const disturbed = disturb(processes, stage).finally(() => {
      isOver = true
    })
    await Promise.all([write(), disturbed])
    await untilReached(board, PLANS, config.partitions, world.end)
    await compare(log, rest.expected)
  } catch (error) {
    console.error(processes.map(lastOf).join('\n'))
    throw error
  } finally {
    await Promise.all(processes.map((each) => each.end('SIGKILL')))
    await Promise.all([board.close(), log.close()])
  }
}

/** So much of what a process said last is shown of a replay that failed. */
const SHOWN = 60

const lastOf = (process: TaskProcess, index: number): string =>
  [
    `process ${index + 1}${process.hasEnded() ? ', which has ended' : ''}, said last:`,
    ...process.said.slice(-SHOWN).map((one) => JSON.stringify(one).slice(0, 300)),
  ].join('\n')

const compare = async (log: KafkaLog, { outputs }: Expected): Promise<void> => {
  const found = new Digests(outputs.topics)
  for (const topic of outputs.topics) for await (const record of log.read(topic)) found.note(record)
  expect(outputs.differences(found)).toEqual([])
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
  lanes: Math.min(6, partitions),
  replication: 1,
  minInSync: 1,
  registry: null,
  stateFolder: null,
  sessionTimeoutMs: 3_000,
})
