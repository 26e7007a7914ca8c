/** What whoever starts reads of progress and cursors is bounded, however long they have been overwritten. */

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { patientClient } from '../../runtime/kafka/client.ts'
import { newestConfig } from '../../runtime/kafka/own-topics.ts'
import { PartitionReader } from '../../runtime/kafka/reader.ts'
import { ensureTopics } from '../../runtime/kafka/topic-admin.ts'
import { TransactionalWriter } from '../../runtime/kafka/transactions.ts'
import { hasBroker, startBroker, type TestBroker } from './broker.ts'

const topic = `compaction-${Date.now()}`
const KEYS = 100
const ROUNDS = 300
const VALUE = Buffer.alloc(1_000)

describe.skipIf(!hasBroker())('a topic that is overwritten all the time', () => {
  let broker: TestBroker
  beforeAll(async () => {
    broker = await startBroker()
  })
  afterAll(() => broker.stop())

  const write = async (writer: TransactionalWriter, round: number): Promise<void> => {
    const messages = Array.from({ length: KEYS }, (_, key) => ({
      ...{ topic, partition: 0, key: `runs/${key}`, value: VALUE },
      headers: { round: String(round) },
    }))
    await writer.commit({ messages })
  }

  /** Records from the beginning to the end, and the newest round by key. */
  const readWhole = async () => {
    const reader = new PartitionReader(broker.connection)
    const newest = new Map<string, string | undefined>()
    let records = 0
    await reader.open([{ topic, partition: 0 }], () => 0)
    while (!reader.isAtEnd)
      await reader.poll(100, (_, messages) => {
        records += messages.length
        for (const { key, headers } of messages) newest.set(String(key), headers['round'])
      })
    await reader.close()
    return { records, newest }
  }

  it('is soon as short as its newest records and one segment, and read to its end', async () => {
    const admin = patientClient(broker.connection).admin()
    await admin.connect()
    // The smallest segments that brokers take, so that some thousand records fill many.
    const config = { ...newestConfig(1), 'segment.bytes': String(1 << 20) }
    expect(await ensureTopics(admin, [{ topic, partitions: 1, config }], 1)).toEqual([])
    expect(await ensureTopics(admin, [{ topic, partitions: 1, config }], 1)).toEqual([])
    await admin.disconnect()
    // Two writers, one after the other: brokers keep an empty batch for the one that ended.
    for (const [who, from] of [0, ROUNDS / 2].entries()) {
      const writer = await TransactionalWriter.open(broker.connection, `${topic}-${who}`)
      for (let round = from; round < from + ROUNDS / 2; round += 1) await write(writer, round)
      await writer.close()
    }
    const deadline = Date.now() + 200_000
    let { records, newest } = await readWhole()
    while (records > (ROUNDS * KEYS) / 10 && Date.now() < deadline) {
      await sleep(1_000)
      ;({ records, newest } = await readWhole())
    }
    expect(records).toBeLessThanOrEqual((ROUNDS * KEYS) / 10)
    expect(newest.size).toBe(KEYS)
    expect(new Set(newest.values())).toEqual(new Set([String(ROUNDS - 1)]))
  })
})
