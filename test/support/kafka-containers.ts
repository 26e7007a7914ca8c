/** Kafka of one or three brokers in containers, on ports of this machine that are free. */

import { GenericContainer, Network, Wait, type StartedTestContainer } from 'testcontainers'
import { ownLabels } from './own-containers.ts'
import { PATIENCE_MS } from './patience.ts'
import { freePort } from './ports.ts'

const IMAGE = 'apache/kafka:4.1.2'
const START_MS = PATIENCE_MS

/** One broker of a cluster, which is its own controller too. Where clients find it is known before it starts, and stays after a restart. */
class KafkaContainer extends GenericContainer {
  constructor(id: number, port: number, ids: readonly number[], isLongLived: boolean) {
    super(IMAGE)
    const count = ids.length
    const nameOf = (of: number): string => (count === 1 ? 'localhost' : `kafka-${of}`)
    const isr = Math.max(1, count - 1)
    this.withExposedPorts({ container: 9092, host: port })
      .withLabels(ownLabels())
      .withEnvironment({
        KAFKA_NODE_ID: String(id),
        KAFKA_PROCESS_ROLES: 'broker,controller',
        KAFKA_LISTENERS: 'OUTSIDE://:9092,INSIDE://:9094,CONTROLLER://:9093',
        KAFKA_ADVERTISED_LISTENERS: `OUTSIDE://127.0.0.1:${port},INSIDE://${nameOf(id)}:9094`,
        KAFKA_LISTENER_SECURITY_PROTOCOL_MAP:
          'OUTSIDE:PLAINTEXT,INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT',
        KAFKA_INTER_BROKER_LISTENER_NAME: 'INSIDE',
        KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
        KAFKA_CONTROLLER_QUORUM_VOTERS: ids.map((each) => `${each}@${nameOf(each)}:9093`).join(),
        KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: String(count),
        KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '3',
        KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: String(count),
        KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: String(isr),
        KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS: '3',
        KAFKA_MIN_INSYNC_REPLICAS: String(isr),
        KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
        KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: '1000',
        KAFKA_BROKER_SESSION_TIMEOUT_MS: '3000',
        // Tests write records of any date: nothing is deleted by age, and transactions end soon.
        KAFKA_LOG_RETENTION_MS: '-1',
        KAFKA_TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS: '1000',
        KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
        KAFKA_HEAP_OPTS: '-Xms256m -Xmx256m',
        // What a second compiler and parallel collection give comes later than after the seconds of a test.
        ...(!isLongLived && {
          KAFKA_JVM_PERFORMANCE_OPTS: '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC',
        }),
      })
      .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
      .withStartupTimeout(START_MS)
  }
}

export interface KafkaContainers {
  /** `host:port` of each broker. */
  readonly brokers: readonly string[]
  /** Of each container, in full. */
  readonly ids: readonly string[]
  readonly remove: () => Promise<void>
}

/** Resolves when every broker has started. What was begun is removed where one does not. */
export const startKafkaContainers = async (
  count: 1 | 3,
  isLongLived = false,
): Promise<KafkaContainers> => {
  const ids = Array.from({ length: count }, (_, index) => index + 1)
  const ports = await Promise.all(ids.map(() => freePort()))
  const network = count === 1 ? undefined : await new Network().start()
  const started: StartedTestContainer[] = []
  const remove = async (): Promise<void> => {
    await Promise.all(started.map((each) => each.stop({ remove: true, removeVolumes: true })))
    await network?.stop()
  }
  const results = await Promise.allSettled(
    ids.map(async (id, index) => {
      const container = new KafkaContainer(id, ports[index] ?? 0, ids, isLongLived)
      if (network !== undefined) container.withNetwork(network).withNetworkAliases(`kafka-${id}`)
      started.push(await container.start())
    }),
  )
  const failed = results.find((result) => result.status === 'rejected')
  if (failed !== undefined) {
    await remove()
    throw failed.reason
  }
  return {
    brokers: ports.map((port) => `127.0.0.1:${port}`),
    ids: started.map((each) => each.getId()),
    remove,
  }
}
