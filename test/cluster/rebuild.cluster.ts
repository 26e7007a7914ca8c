/**
 * How long an empty Redis takes to be filled from the topics.
 * STOPLINE_REBUILD_VIEWS=1000000 npm run test:cluster -- rebuild
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TOPOLOGY } from '../../processors/topology.ts'
import { keyed } from '../../runtime/engine/stage.ts'
import { patientClient } from '../../runtime/kafka/client.ts'
import { writeToOf, type ClusterConfig } from '../../runtime/kafka/cluster-config.ts'
import { taskName } from '../../runtime/kafka/names.ts'
import { encodeProgress, placeOf, type Offsets } from '../../runtime/kafka/progress.ts'
import { KafkaLog } from '../../runtime/kafka/record-log.ts'
import { tasksOf } from '../../runtime/kafka/tasks.ts'
import { ensureTopics, wantedTopics } from '../../runtime/kafka/topic-admin.ts'
import { TransactionalWriter } from '../../runtime/kafka/transactions.ts'
import { openRedis, type RedisClient } from '../../runtime/redis/client.ts'
import { toViews } from '../../sinks/views/to-views.ts'
import { hasRedis, startRedis, type TestRedis } from '../support/redis-server.ts'
import { NOON, sampleRun } from '../support/sample-records.ts'
import { hasBroker, startBroker, type TestBroker } from './broker.ts'
import { environmentOf } from './installation.ts'
import { testConfig } from './replay.ts'
import { startStopline, until } from './stopline-process.ts'

const ROWS = Number(process.env['STOPLINE_REBUILD_VIEWS'] ?? 30_000)
const PARTITIONS = 12
const PER_COMMIT = 5_000
const PLANS = tasksOf(TOPOLOGY)

/** Every run of another job: no two share a row. */
const runAt = (index: number) =>
  keyed(
    'ci.runs.v1',
    sampleRun({
      eventId: `rebuild-${index}`,
      job: `job-${index % 20_000}`,
      runId: String(1_839_000_000 + index),
    }),
    NOON,
  )
const ROWS_PER_RUN = toViews(runAt(0)).length
const RUNS = Math.ceil(ROWS / ROWS_PER_RUN)

describe.skipIf(!hasBroker() || !hasRedis())('the views of a Redis that is empty', () => {
  let broker: TestBroker
  let server: TestRedis
  let redis: RedisClient
  beforeAll(async () => {
    broker = await startBroker()
    server = await startRedis()
    redis = await openRedis(server.address)
  })
  afterAll(async () => {
    redis.disconnect()
    await Promise.all([broker.stop(), server.stop()])
  })

  it(`are there again: ${RUNS.toLocaleString('en')} runs`, async () => {
    const config = testConfig('rebuild', PARTITIONS, broker.connection)
    await makeTopics(config)
    await sayRuns(config)
    const began = performance.now()
    const rebuild = await startStopline(['rebuild', 'views'], environmentOf(config, server.address))
    await until('views', () => rebuild.said().includes('is shown'), 1_200_000)
    const seconds = (performance.now() - began) / 1000
    const rows = await redis.dbsize()
    console.log(
      `${rows.toLocaleString('en')} keys of views in ${seconds.toFixed(1)} s with the start of the process; it says: ${rebuild.said().trim()}`,
    )
    expect(rows).toBeGreaterThanOrEqual(RUNS)
    expect(rebuild.said()).toContain(`${RUNS.toLocaleString('en')} records`)
    await rebuild.end('SIGTERM')
  }, 2_400_000)
})

const makeTopics = async (config: ClusterConfig): Promise<void> => {
  const admin = patientClient(config.connection).admin()
  await admin.connect()
  await ensureTopics(admin, wantedTopics(PLANS, { ...config, ...writeToOf(config) }), 1)
  await admin.disconnect()
}

/** The runs, and then of every task that it has spoken up to their time. */
const sayRuns = async ({ connection, ...config }: ClusterConfig): Promise<void> => {
  const to = writeToOf(config)
  const log = new KafkaLog(connection, to)
  for (let from = 0; from < RUNS; from += PER_COMMIT) {
    const count = Math.min(PER_COMMIT, RUNS - from)
    await log.append(Array.from({ length: count }, (_, index) => runAt(from + index)))
  }
  await log.promise(NOON)
  await log.close()
  const topic = to.names.topic('ci.runs.v1')
  const admin = patientClient(connection).admin()
  await admin.connect()
  const ends = await admin.fetchTopicOffsets(topic)
  await admin.disconnect()
  const written = Object.fromEntries(
    ends.map(({ partition, high }) => [placeOf(topic, partition), Number(high)]),
  )
  const writer = await TransactionalWriter.open(connection, 'rebuild')
  await writer.commit({ messages: progressOf(to.names.progress, written) })
  await writer.close()
}

const progressOf = (topic: string, written: Offsets) =>
  PLANS.flatMap(({ name }) =>
    Array.from({ length: PARTITIONS }, (_, partition) => ({
      ...{ topic, partition: 0, key: taskName(name, partition) },
      value: encodeProgress({
        at: NOON,
        written: name === 'runs' && partition === 0 ? written : {},
        handled: {},
      }),
    })),
  )
