/** One broker: its answers are lost, its records go before they were handled. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TOPOLOGY } from '../../processors/topology.ts'
import { keyed } from '../../runtime/engine/stage.ts'
import { patientClient } from '../../runtime/kafka/client.ts'
import { writeToOf, type ClusterConfig } from '../../runtime/kafka/cluster-config.ts'
import { OUTSIDE } from '../../runtime/kafka/names.ts'
import { plainConnection } from '../../runtime/kafka/connection.ts'
import { runTasks } from '../../runtime/kafka/process-tasks.ts'
import { ProgressBoard } from '../../runtime/kafka/progress-board.ts'
import { KafkaLog } from '../../runtime/kafka/record-log.ts'
import type { TaskEvent } from '../../runtime/kafka/task-events.ts'
import { tasksOf } from '../../runtime/kafka/tasks.ts'
import { ensureTopics, wantedTopics } from '../../runtime/kafka/topic-admin.ts'
import { aFact, aRun, HOUR, MINUTE, MONDAY } from '../support/facts.ts'
import { hasBroker } from './broker.ts'
import { startBrokers, type Brokers } from './brokers.ts'
import { environmentOf } from './installation.ts'
import { startLossyKafka, type LossyKafka } from './lossy-kafka.ts'
import { untilReached } from './processes.ts'
import { testConfig } from './replay.ts'
import { startStopline, until as untilAsked } from './stopline-process.ts'

const TOPIC = 'ci.run-events.v1'
const PLANS = tasksOf(TOPOLOGY)
const FIRST = PLANS.slice(0, 1)

describe.skipIf(!hasBroker())('a broker alone', () => {
  let broker: Brokers
  let proxy: LossyKafka
  beforeAll(async () => {
    let target = 0
    proxy = await startLossyKafka(() => target)
    broker = await startBrokers({ count: 1, advertisedPort: proxy.port })
    target = Number(broker.connection.brokers[0]?.split(':')[1])
  })
  afterAll(async () => {
    await broker.remove()
    await proxy.close()
  })
  const connection = () => plainConnection([`127.0.0.1:${proxy.port}`])
  const open = async (name: string) => {
    const config = testConfig(name, 1, connection())
    const to = writeToOf(config)
    const admin = patientClient(config.connection).admin()
    await admin.connect()
    await ensureTopics(admin, wantedTopics(PLANS, { ...config, ...to }), 1)
    const log = new KafkaLog(config.connection, to, [TOPIC])
    return { config, to, admin, log }
  }
  const factOf = (n: number) =>
    keyed(
      TOPIC,
      aFact(aRun({ runId: String(n) }), 'started', MONDAY + n * MINUTE),
      MONDAY + n * MINUTE,
    )

  it('loses the answer to the end of a transaction: the next has a new epoch, and nothing is lost or doubled', async () => {
    const { config, to, admin, log } = await open('answers')
    const board = new ProgressBoard(config.connection, to.names)
    await board.open()
    const events: TaskEvent[] = []
    const stop = new AbortController()
    const assigned = FIRST.map((plan) => ({ plan, partition: 0 }))
    const settings = {
      ...to,
      connection: config.connection,
      board,
      lanes: config.lanes,
      registry: null,
      stateFolder: null,
    }
    const onEvent = (event: TaskEvent): void => {
      events.push(event)
    }
    const running = runTasks(assigned, settings, { signal: stop.signal, onEvent })
    const count = (kind: TaskEvent['kind']): number =>
      events.filter((event) => event.kind === kind).length
    let n = 0
    const tell = async (): Promise<void> => {
      n += 1
      await log.append([factOf(n)])
      await log.promise(MONDAY + n * MINUTE)
    }
    await tell()
    await untilReached(board, FIRST, 1, MONDAY + n * MINUTE)
    const [lane, outside] = [
      to.names.transactionalId('lane', 0),
      to.names.transactionalId(OUTSIDE, 0),
    ]
    for (const [how, id] of [
      ['with its connection', lane],
      ['silently', lane],
      ['with its connection', outside],
      ['silently', outside],
    ] as const) {
      const [failed, epochs] = [count('failed'), proxy.epochs()]
      proxy.loseNext(how, id)
      await tell()
      await untilReached(board, FIRST, 1, MONDAY + n * MINUTE)
      await tell()
      await untilReached(board, FIRST, 1, MONDAY + n * MINUTE)
      expect(count('failed') > failed).toBe(id === lane)
      expect(proxy.epochs()).toBeGreaterThan(epochs)
    }
    expect(proxy.lost()).toBe(4)
    const heard = (await log.readAll(TOPIC)).map(({ at }) => (at - MONDAY) / MINUTE)
    expect(heard).toEqual(Array.from({ length: n }, (_, index) => index + 1))
    const said = (await log.readAll('ci.runs.v1')).map(
      ({ record }) => (record as { runId: string }).runId,
    )
    expect(said).toEqual(Array.from({ length: n }, (_, index) => String(index + 1)))
    stop.abort()
    await running
    await Promise.all([board.close(), log.close(), admin.disconnect()])
  })

  it('has deleted records that a process was away for: it says so loudly, and is not ready', async () => {
    const { config, to, admin, log } = await open('away')
    const start = (of: ClusterConfig) =>
      startStopline(['process'], environmentOf(of, 'redis://none'))
    const before = await start(config)
    await log.append([factOf(1)])
    await log.promise(MONDAY + HOUR)
    await untilAsked('it has spoken', async () => (await log.readAll('ci.runs.v1')).length === 1)
    await before.end('SIGTERM')
    await log.append([factOf(61), factOf(62), factOf(63)])
    await log.promise(MONDAY + 2 * HOUR)
    await admin.deleteTopicRecords({
      topic: to.names.topic(TOPIC),
      partitions: [{ partition: 0, offset: '3' }],
    })
    const after = await start(config)
    const isLoud = async (): Promise<boolean> =>
      (await after.get('/readyz')).text.includes(
        'records 1 to 2 went by retention before they were handled',
      )
    await untilAsked('it says so', isLoud)
    expect(after.said()).toMatch(/runs\/0 failed: .*went by retention/)
    expect((await log.readAll('ci.runs.v1')).length).toBe(1)
    await after.end('SIGKILL')
    await Promise.all([log.close(), admin.disconnect()])
  })
})
