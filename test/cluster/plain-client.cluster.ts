/**
 * What the guard of our writers is for: one broker of three stands still while a request lies with all of them, the others take
 * over what it led, then it dies. kafkajs as it is released resolves, having lost records; our writer has each once. Values are
 * compared, not offsets.
 */

import kafkajs from 'kafkajs'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { patientClient } from '../../runtime/kafka/client.ts'
import type { Connection } from '../../runtime/kafka/connection.ts'
import { TransactionalWriter } from '../../runtime/kafka/transactions.ts'
import { hasBroker } from './broker.ts'
import { startBrokers, type Brokers } from './brokers.ts'
import { coordinatorOf } from './coordinators.ts'

const PARTITIONS = 6
/** Records of one request: ten on each partition. */
const BATCH = 60
const LONG_MS = 600_000

type Send = (ids: readonly number[]) => Promise<unknown>
interface Sender {
  /** Resolves when it takes the records to be acknowledged. */
  readonly send: Send
  readonly close: () => Promise<unknown>
}
interface Found {
  /** Numbers that were acknowledged and are not there; numbers that are there more than once. */
  readonly lost: number
  readonly doubled: number
}

const messagesOf = (ids: readonly number[]) =>
  ids.map((id) => ({ partition: id % PARTITIONS, value: String(id) }))

/** kafkajs with what it does by itself: its retries and its idempotence. */
const plainSender = async ({ brokers }: Connection, topic: string): Promise<Sender> => {
  const client = new kafkajs.Kafka({
    brokers: [...brokers],
    logLevel: kafkajs.logLevel.NOTHING,
  })
  const producer = client.producer({ idempotent: true })
  await producer.connect()
  const send: Send = (ids) => producer.send({ topic, messages: messagesOf(ids) })
  return { send, close: () => producer.disconnect() }
}

/** Ours: no retry inside a transaction; after an error the next writer of the id begins, and writes all of it again. */
const ourSender = async (
  connection: Connection,
  topic: string,
  transactionalId: string,
): Promise<Sender> => {
  let writer = await TransactionalWriter.open(connection, transactionalId)
  const again = async (): Promise<void> => {
    await writer.close()
    for (;;)
      try {
        writer = await TransactionalWriter.open(connection, transactionalId)
        return
      } catch {
        await wait(100)
      }
  }
  const send: Send = async (ids) => {
    const messages = messagesOf(ids).map((message) => ({ ...message, topic }))
    for (;;)
      try {
        return await writer.commit({ messages })
      } catch {
        // Its end was not reached: what failed here failed at a send, before the commit was asked for.
        await again()
      }
  }
  return { send, close: () => writer.close() }
}

describe.skipIf(!hasBroker())('a broker that stands still, then dies', () => {
  let brokers: Brokers
  beforeAll(async () => {
    brokers = await startBrokers({ count: 3 })
  }, LONG_MS)
  afterAll(() => brokers.remove(), LONG_MS)

  const valuesIn = async (topic: string): Promise<string[]> => {
    const client = patientClient(brokers.connection)
    const admin = client.admin()
    await admin.connect()
    const ends = await admin.fetchTopicOffsets(topic)
    await admin.disconnect()
    const left = new Map(ends.map(({ partition, high }) => [partition, Number(high)]))
    const values: string[] = []
    const consumer = client.consumer({ groupId: `values of ${topic}` })
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    const done = Promise.withResolvers<undefined>()
    await consumer.run({
      eachBatch: ({ batch }) => {
        for (const { value } of batch.messages) values.push(value?.toString() ?? '')
        if (Number(batch.lastOffset()) + 1 >= (left.get(batch.partition) ?? 0))
          left.delete(batch.partition)
        if (left.size === 0) done.resolve(undefined)
        return Promise.resolve()
      },
    })
    await done.promise
    await consumer.disconnect()
    return values
  }

  /** Waits until others lead what the broker led. */
  const untilOthersLead = async (topic: string, frozen: number): Promise<void> => {
    const admin = patientClient({
      ...brokers.connection,
      brokers: brokers.connection.brokers.filter((_, index) => brokers.ids[index] !== frozen),
    }).admin()
    await admin.connect()
    const isLed = async (): Promise<boolean> => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
      return (topics[0]?.partitions ?? []).every(
        ({ isr, leader }) => leader !== frozen && !isr.includes(frozen),
      )
    }
    while (!(await isLed())) await wait(100)
    await admin.disconnect()
  }

  const through = async (
    topic: string,
    open: (transactionalId: string) => Promise<Sender>,
  ): Promise<Found> => {
    const admin = patientClient(brokers.connection).admin()
    await admin.connect()
    const row = { topic, numPartitions: PARTITIONS, replicationFactor: 3 }
    await admin.createTopics({ topics: [row], waitForLeaders: true })
    await admin.disconnect()
    const { send, close } = await open(topic)
    const ids = Array.from({ length: 2 * BATCH }, (_, id) => id)
    await send(ids.slice(0, BATCH))
    // Who coordinates transactions goes on: it is the leader of records that is lost here.
    const coordinator = await coordinatorOf(brokers.connection, 'transactions', topic)
    const victim = brokers.ids.find((id) => id !== coordinator) ?? 0
    await brokers.freeze(victim)
    const sent = send(ids.slice(BATCH))
    await untilOthersLead(topic, victim)
    await wait(1_000) // what waited for the broker is answered
    await brokers.kill(victim)
    await sent
    await brokers.up(victim)
    await brokers.inSync()
    await close()
    const values = await valuesIn(topic)
    const times = new Map<string, number>()
    for (const value of values) times.set(value, (times.get(value) ?? 0) + 1)
    const found = {
      lost: ids.filter((id) => !times.has(String(id))).length,
      doubled: [...times.values()].filter((count) => count > 1).length,
    }
    console.log(
      `${topic}: of ${ids.length} acknowledged ${found.lost} lost, ${found.doubled} doubled`,
    )
    return found
  }

  it(
    'makes the plain client lose what it takes for acknowledged',
    async () => {
      const { lost } = await through('plain', () => plainSender(brokers.connection, 'plain'))
      expect(lost).toBeGreaterThan(0)
    },
    LONG_MS,
  )

  it(
    'takes nothing from our writer, and doubles nothing',
    async () => {
      const found = await through('ours', (id) => ourSender(brokers.connection, 'ours', id))
      expect(found).toEqual({ lost: 0, doubled: 0 })
    },
    LONG_MS,
  )
})
