/** Many tasks on Kafka say what one process on one file says, however often they are killed. */

import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TOPOLOGY } from '../../processors/topology.ts'
import { keyed } from '../../runtime/engine/stage.ts'
import { patientClient } from '../../runtime/kafka/client.ts'
import { ProgressBoard } from '../../runtime/kafka/progress-board.ts'
import { KafkaLog } from '../../runtime/kafka/record-log.ts'
import { tasksOf } from '../../runtime/kafka/tasks.ts'
import { ensureTopics, wantedTopics } from '../../runtime/kafka/topic-admin.ts'
import { hasBroker, startBroker, type TestBroker } from './broker.ts'
import type { ProcessOrder } from './task-process.ts'
import { startProcess, untilReached, type TaskProcess } from './processes.ts'
import { writeToOf } from './write-to.ts'
import { demoFacts, embeddedOutputs, firstDifference, OUTPUTS, type World } from './worlds.ts'

const PARTITIONS = 3
const HOURS = Number(process.env['STOPLINE_CLUSTER_HOURS'] ?? 26)
const KILLS = Number(process.env['STOPLINE_CLUSTER_KILLS'] ?? 5)
const plans = tasksOf(TOPOLOGY)
/** A given broker may hold the topics of an earlier run. */
const started = Date.now()

describe.skipIf(!hasBroker())('the topology on Kafka', () => {
  let broker: TestBroker
  let world: World
  let expected: ReturnType<typeof embeddedOutputs>
  beforeAll(async () => {
    broker = await startBroker()
    world = await demoFacts(HOURS)
    expected = embeddedOutputs(world)
  })
  afterAll(() => broker.stop())

  /** Writes the facts, runs two processes, lets `disturb` have its way with them, and compares all that was said. */
  const replay = async (
    namespace: string,
    pauseMs: number,
    disturb: (processes: TaskProcess[], orders: readonly ProcessOrder[]) => Promise<void>,
  ): Promise<void> => {
    const brokers = broker.addresses
    const order = { brokers, namespace, partitions: PARTITIONS }
    const to = writeToOf(order)
    const admin = patientClient(brokers).admin()
    await admin.connect()
    await ensureTopics(admin, wantedTopics(plans, { ...to, replication: 1, minInSync: 1 }), 1)
    await admin.disconnect()
    const log = await KafkaLog.open(brokers, to, ['ci.run-events.v1'])
    const board = new ProgressBoard(brokers, to.names)
    await board.open()
    const orders = [[0, 1], [2]].map((mine) => ({ ...order, mine }))
    const processes = orders.map(startProcess)
    try {
      await Promise.all([write(log, world, pauseMs), disturb(processes, orders)])
      await untilReached(board, plans, PARTITIONS, world.end)
      // A process that came after a kill had something left to do.
      for (const each of processes) expect(each.commits()).toBeGreaterThan(0)
      for (const topic of OUTPUTS) {
        const found = await log.readAll(topic)
        expect(firstDifference(topic, expected.get(topic) ?? [], found)).toBeNull()
      }
    } finally {
      await Promise.all(processes.map((each) => each.kill('SIGKILL')))
      await Promise.all([board.close(), log.close()])
    }
  }

  it('says what the embedded runtime says', async () => {
    const facts = world.batches.flat().length
    expect(facts).toBeGreaterThan(600 * HOURS)
    for (const topic of OUTPUTS)
      if (!['ci.incidents.v1', 'ci.dead-letters.v1'].includes(topic))
        expect(expected.get(topic)?.length).toBeGreaterThan(0)
    await replay(`calm-${started}.`, 0, () => Promise.resolve())
  })

  it(`says the same after ${KILLS} kills`, async () => {
    let kills = 0
    const deadline = Date.now() + 200_000
    await replay(`killed-${started}.`, 400, async (processes, orders) => {
      for (; kills < KILLS; kills += 1) {
        const index = kills % processes.length
        const [victim, order] = [processes[index], orders[index]]
        if (victim === undefined || order === undefined) break
        while (victim.commits() < 5 && Date.now() < deadline) await wait(20)
        await wait(50 + 137 * kills)
        await victim.kill('SIGKILL')
        processes[index] = startProcess(order)
      }
    })
    expect(kills).toBe(KILLS)
  })
})

/** Appends the facts hour by hour, with a pause after each. */
const write = async (log: KafkaLog, { batches, end }: World, pauseMs: number): Promise<void> => {
  for (const offers of batches) {
    await log.append(offers.map(({ topic, record }) => keyed(topic, record, record.observedAt)))
    await log.promise(offers.at(-1)?.record.observedAt ?? 0)
    await wait(pauseMs)
  }
  await log.promise(end)
}
