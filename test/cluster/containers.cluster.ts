/** Three brokers in containers: what the tests of clusters stand on. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { patientClient } from '../../runtime/kafka/client.ts'
import { plainConnection } from '../../runtime/kafka/connection.ts'
import { docker, hasDocker } from '../support/docker.ts'
import { startKafkaContainers, type KafkaContainers } from '../support/kafka-containers.ts'

const LONG_MS = 300_000

describe.skipIf(!hasDocker())('three brokers in containers', () => {
  let cluster: KafkaContainers
  beforeAll(async () => {
    cluster = await startKafkaContainers(3)
  }, LONG_MS)
  afterAll(async () => {
    await cluster.remove()
  }, LONG_MS)

  it(
    'are one cluster, keep records three times, and leave nothing behind',
    async () => {
      const client = patientClient(plainConnection(cluster.brokers))
      const admin = client.admin()
      await admin.connect()
      await expect
        .poll(async () => (await admin.describeCluster()).brokers.length, { timeout: 60_000 })
        .toBe(3)
      const topic = { topic: 'kept', numPartitions: 3, replicationFactor: 3 }
      await admin.createTopics({ topics: [topic], waitForLeaders: false })
      // A broker may be asked that has not heard of it yet.
      const replicas = async () => {
        const { topics } = await admin.fetchTopicMetadata({ topics: ['kept'] })
        return topics[0]?.partitions.map((each) => [...each.isr].sort())
      }
      const all = [1, 2, 3]
      await expect
        .poll(() => replicas().catch(() => []), { timeout: 60_000 })
        .toEqual([all, all, all])
      const producer = client.producer({ transactionalId: 'kept', idempotent: true })
      await producer.connect()
      const transaction = await producer.transaction()
      await transaction.send({ topic: 'kept', messages: [{ key: 'a', value: 'b' }] })
      await transaction.commit()
      // The record and the mark of its commit, once the followers have them and the leader has heard of that.
      const ends = async () =>
        (await admin.fetchTopicOffsets('kept')).map(({ high }) => Number(high)).sort()
      await expect.poll(ends, { timeout: 60_000 }).toEqual([0, 0, 2])
      await Promise.all([producer.disconnect(), admin.disconnect()])
      const session = process.env['STOPLINE_TEST_SESSION'] ?? ''
      // Other tests of the session may have containers beside these.
      const labelled = [
        'ps',
        '-aq',
        '--no-trunc',
        '--filter',
        `label=stopline.test-session=${session}`,
      ]
      expect(cluster.ids).toHaveLength(3)
      expect((await docker(labelled)).split('\n')).toEqual(expect.arrayContaining([...cluster.ids]))
      await cluster.remove()
      const left = (await docker(labelled)).split('\n')
      expect(left.filter((id) => cluster.ids.includes(id))).toEqual([])
      cluster = { ...cluster, remove: () => Promise.resolve() }
    },
    LONG_MS,
  )
})
