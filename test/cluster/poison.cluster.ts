/** Bytes that can never be handled: each kind in the dead letters with its reason; too many of them stop the partition. */

import type { Producer } from 'kafkajs'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { TOPOLOGY } from '../../processors/topology.ts'
import { keyed } from '../../runtime/engine/stage.ts'
import { patientClient, TOPIC_RESOURCE } from '../../runtime/kafka/client.ts'
import { writeToOf, type ClusterConfig } from '../../runtime/kafka/cluster-config.ts'
import { KafkaLog } from '../../runtime/kafka/record-log.ts'
import { tasksOf } from '../../runtime/kafka/tasks.ts'
import { ensureTopics, wantedTopics } from '../../runtime/kafka/topic-admin.ts'
import { CODECS } from '../../schemas/codec.ts'
import type { DeadLetter } from '../../schemas/events.ts'
import { aFact, aRun, HOUR, MONDAY } from '../support/facts.ts'
import { hasBroker, startBroker, type TestBroker } from './broker.ts'
import { environmentOf } from './installation.ts'
import { testConfig } from './replay.ts'
import { startStopline, until, type StoplineProcess } from './stopline-process.ts'

const TOPIC = 'ci.run-events.v1'
const MB = 1 << 20
const factOf = (n: number) => aFact(aRun({ runId: String(n) }), 'started', MONDAY + n)
const bytesOf = (fact: ReturnType<typeof factOf>): Buffer => CODECS['run-event'].encode(fact)

/** A record whose `eventAt`, its second field, is 2^53 + 1. */
const beyondIntegers = (): Buffer => {
  const bytes = bytesOf({ ...factOf(1), eventId: 'x' })
  const from = 5 + 2 // magic byte and schema id; length and text of the first field
  let to = from
  while (((bytes[to] ?? 0) & 0x80) !== 0) to += 1
  const zigzag: number[] = []
  for (let left = 2n * (2n ** 53n + 1n); left > 0n; left >>= 7n)
    zigzag.push(Number(left & 0x7fn) | (left > 0x7fn ? 0x80 : 0))
  return Buffer.concat([bytes.subarray(0, from), Buffer.from(zigzag), bytes.subarray(to + 1)])
}
const POISON: Readonly<Record<string, Buffer | null>> = {
  truncated: Buffer.from([0, 0, 0]),
  'bad-magic': Buffer.concat([Buffer.from([7]), bytesOf(factOf(2)).subarray(1)]),
  'unknown-schema': Buffer.from([0, 0, 0, 0x40, 0, 7]),
  undecodable: beyondIntegers(),
  'null-value': null,
  'too-large': Buffer.concat([bytesOf(factOf(3)), Buffer.alloc(20 * MB)]),
  'future-time': bytesOf(aFact(aRun({ runId: '4' }), 'started', Date.now() + 2 * HOUR)),
}

describe.skipIf(!hasBroker())('poison', () => {
  let broker: TestBroker
  const running: StoplineProcess[] = []
  beforeAll(async () => {
    broker = await startBroker()
  })
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.end('SIGKILL')))
  })
  afterAll(() => broker.stop())

  const open = async (name: string) => {
    const config = testConfig(name, 1, broker.connection)
    const to = writeToOf(config)
    const topic = to.names.topic(TOPIC)
    const admin = patientClient(broker.connection).admin()
    await admin.connect()
    await ensureTopics(admin, wantedTopics(tasksOf(TOPOLOGY), { ...config, ...to }), 1)
    const largest = { name: 'max.message.bytes', value: String(32 * MB) }
    const resources = [{ type: TOPIC_RESOURCE, name: topic, configEntries: [largest] }]
    await admin.alterConfigs({ validateOnly: false, resources })
    await admin.disconnect()
    const producer = patientClient(broker.connection).producer()
    await producer.connect()
    return { config, to, topic, producer }
  }
  /** A broker takes a moment to allow records as large as its topic has been told to. */
  const put = async (producer: Producer, topic: string, value: Buffer | null) => {
    for (let tries = 0; ; tries += 1)
      try {
        return await producer.send({ topic, messages: [{ value, partition: 0 }] })
      } catch (error) {
        const isTooLarge = (error as { type?: string }).type === 'MESSAGE_TOO_LARGE'
        if (!isTooLarge || tries >= 100) throw error
        await wait(100)
      }
  }
  const startProcess = async (config: ClusterConfig): Promise<StoplineProcess> => {
    const one = await startStopline(['process'], environmentOf(config, 'redis://none'))
    running.push(one)
    return one
  }
  const letters = async (log: KafkaLog): Promise<DeadLetter[]> =>
    (await log.readAll('ci.dead-letters.v1')).flatMap(
      ({ record }) => (record as DeadLetter | null) ?? [],
    )

  it('goes to the dead letters with its reason and place, once, also where the process is killed; the rest goes on', async () => {
    const { config, to, topic, producer } = await open('matrix')
    await put(producer, topic, bytesOf(factOf(0)))
    for (const value of Object.values(POISON)) await put(producer, topic, value)
    await put(producer, topic, bytesOf(factOf(9)))
    const first = await startProcess(config)
    const log = new KafkaLog(broker.connection, to, [TOPIC])
    await log.append([keyed(TOPIC, factOf(10), MONDAY + 10)])
    await log.promise(MONDAY + HOUR)
    await until('letters', async () => (await letters(log)).length > 0)
    await first.end('SIGKILL')
    await startProcess(config)
    await log.append([keyed(TOPIC, factOf(HOUR + 11), MONDAY + HOUR + 11)])
    await log.promise(MONDAY + 2 * HOUR)
    await until('runs', async () => (await log.readAll('ci.runs.v1')).length === 4)
    const found = await letters(log)
    expect(found.map(({ reason }) => reason)).toEqual(Object.keys(POISON))
    expect(found.map(({ position }) => position)).toEqual(
      found.map((_, n) => `${TOPIC}/0@${n + 1}`),
    )
    const large = found.find(({ reason }) => reason === 'too-large')
    expect(large?.payload).toHaveLength(64 << 10)
    await Promise.all([log.close(), producer.disconnect()])
  })

  it('stops its partition past the limit: the process is not ready, and says why; started again it goes on', async () => {
    const { config, topic, producer } = await open('limit')
    const first = await startProcess(config)
    await until('ready', async () => (await first.get('/readyz')).status === 200)
    // Each at an instant of its own: what is of one instant is committed together.
    const messages = Array.from({ length: 60 }, (_, n) => ({
      value: Buffer.from('not ours'),
      partition: 0,
      headers: { at: String(MONDAY + n) },
    }))
    await producer.send({ topic, messages })
    const log = new KafkaLog(broker.connection, writeToOf(config), [TOPIC])
    await log.promise(MONDAY + HOUR)
    await until('red', async () => (await first.get('/readyz')).status === 503)
    const { text } = await first.get('/readyz')
    expect(text).toMatch(
      /runs\/0 is stopped: .*50 of the last 50 records are dead letters \(last: bad-magic\)/,
    )
    expect((await first.get('/healthz')).status).toBe(200)
    const places = (count: number) => Array.from({ length: count }, (_, n) => `${TOPIC}/0@${n}`)
    expect((await letters(log)).map(({ position }) => position)).toEqual(places(50))

    await first.end('SIGKILL')
    const second = await startProcess(config)
    await log.append([keyed(TOPIC, factOf(HOUR + 1), MONDAY + HOUR + 1)])
    await log.promise(MONDAY + 2 * HOUR)
    await until('runs', async () => (await log.readAll('ci.runs.v1')).length === 1)
    expect((await letters(log)).map(({ position }) => position)).toEqual(places(60))
    await until('ready again', async () => (await second.get('/readyz')).status === 200)
    await Promise.all([log.close(), producer.disconnect()])
  })
})
