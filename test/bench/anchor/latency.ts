/** From the making of an event to its answer at a reader of committed records, at a steady rate: ours, then the peer's. */

import { setTimeout as sleep } from 'node:timers/promises'
import { patientClient } from '../../../runtime/kafka/client.ts'
import { writeToOf } from '../../../runtime/kafka/cluster-config.ts'
import type { FetchedMessage } from '../../../runtime/kafka/client-parts.ts'
import type { Connection } from '../../../runtime/kafka/connection.ts'
import { fromMessage } from '../../../runtime/kafka/messages.ts'
import { partitionOf } from '../../../runtime/kafka/partitioner.ts'
import { PartitionReader, type Position } from '../../../runtime/kafka/reader.ts'
import { KafkaLog } from '../../../runtime/kafka/record-log.ts'
import type { RunEvent } from '../../../schemas/events.ts'
import type { TopicName } from '../../../schemas/topics.ts'
import { startBroker } from '../../cluster/broker.ts'
import { quantile, type Figure } from '../figures.ts'
import type { BenchCase } from '../setting.ts'
import { anchorEvents, peerEncoder } from './events.ts'
import { startMeasured, type Program } from './measured.ts'
import { builtPeer, peerProgram } from './peer.ts'
import {
  benchConfig,
  makeOurTopics,
  makePeerTopics,
  offerOf,
  oursProgram,
  PARTITIONS,
} from './throughput.ts'

const RATE = 5_000
const [SECONDS, QUICK_SECONDS] = [20, 5]
/** Until the first answer is there events go at the rate too; then so long is not counted. */
const WARM_MS = 5_000
const MOST_WAIT_MS = 120_000
const TICK_MS = 5

interface Course {
  readonly connection: Connection
  readonly program: Program
  /** Topics of answers by their names on the cluster. */
  readonly answers: readonly string[]
  /** When the event was made that a message answers. */
  readonly madeAt: (topic: string, message: FetchedMessage) => number
  readonly send: (events: readonly RunEvent[]) => Promise<unknown>
}

/** Milliseconds of each answer that counts, in ascending order. */
const latenciesOf = async (
  { connection, program, answers, madeAt, send }: Course,
  seconds: number,
): Promise<number[]> => {
  const running = startMeasured(program)
  const reader = new PartitionReader(connection)
  const places = answers.flatMap((topic): Position[] =>
    Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition })),
  )
  await reader.open(places, () => 0)
  const found: number[] = []
  let countFrom = Infinity
  let isOver = false
  const read = async (): Promise<void> => {
    while (!isOver)
      await reader.poll(50, ({ topic }, messages) => {
        const now = Date.now()
        if (messages.length > 0) countFrom = Math.min(countFrom, now + WARM_MS)
        for (const message of messages) {
          const made = madeAt(topic, message)
          if (made >= countFrom) found.push(now - made)
        }
      })
  }
  const reading = read()
  const source = anchorEvents(Number.MAX_SAFE_INTEGER)
  const began = performance.now()
  let sent = 0
  while (Date.now() < countFrom + seconds * 1000) {
    if (countFrom === Infinity && performance.now() - began > MOST_WAIT_MS)
      throw new Error(`no answer from ${program.command}`)
    const due = Math.floor(((performance.now() - began) / 1000) * RATE) - sent
    const events = Array.from({ length: due }, () => nextOf(source))
    sent += due
    if (due > 0) await send(events)
    await sleep(TICK_MS)
  }
  await sleep(1_000)
  isOver = true
  await reading
  await reader.close()
  running.stop()
  await running.ended
  return found.sort((a, b) => a - b)
}

/** The next event, made now. */
const nextOf = (source: Generator<RunEvent>): RunEvent => {
  const { value } = source.next() as { value: RunEvent }
  const now = Date.now()
  return { ...value, eventAt: now, observedAt: now }
}

const ours = async (connection: Connection): Promise<Course> => {
  const config = benchConfig(connection)
  await makeOurTopics(config)
  const to = writeToOf(config)
  const log = new KafkaLog(connection, to)
  const topics: readonly TopicName[] = ['ci.decisions.v1', 'ci.job-profiles.v1']
  const byName = new Map(topics.map((topic) => [to.names.topic(topic), topic]))
  return {
    connection,
    program: oursProgram({ config, topology: 'watch', until: null }),
    answers: [...byName.keys()],
    madeAt: (topic, message) =>
      fromMessage(byName.get(topic) ?? 'ci.decisions.v1', 0, message).record.record?.eventAt ?? 0,
    send: (events) =>
      log.write({ records: events.map(offerOf), promise: events.at(-1)?.observedAt ?? 0 }),
  }
}

const peers = async (connection: Connection, cache: string): Promise<Course> => {
  await makePeerTopics(connection, ['live', 'l-kpis', 'l-decisions'])
  const encode = peerEncoder(cache)
  const producer = patientClient(connection).producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  const { brokers } = connection
  return {
    connection,
    program: peerProgram(cache, { brokers, input: 'live', prefix: 'l', until: 0 }),
    answers: ['l-kpis', 'l-decisions'],
    madeAt: (_, { value }) => Number(value?.toString().split('|').at(-1)),
    send: (events) => {
      const messages = events.map(encode).map((message) => ({
        ...message,
        partition: partitionOf(message.key, PARTITIONS),
      }))
      return producer.send({ topic: 'live', acks: -1, messages })
    },
  }
}

const figuresOf = (name: string, latencies: readonly number[], peer?: string): Figure[] =>
  [0.5, 0.99].map((q) => ({
    name: `${name} p${100 * q}`,
    value: quantile(latencies, q),
    unit: 'ms',
    peer: peer === undefined ? undefined : `${peer} p${100 * q}`,
  }))

export const latency: BenchCase = async ({ isQuick }) => {
  const seconds = isQuick ? QUICK_SECONDS : SECONDS
  const cache = await builtPeer()
  const broker = await startBroker(true)
  try {
    const { connection } = broker
    const mine = await latenciesOf(await ours(connection), seconds)
    if (cache === null) return figuresOf('ours in to out', mine)
    const theirs = await latenciesOf(await peers(connection, cache), seconds)
    return [
      ...figuresOf('ours in to out', mine, 'Kafka Streams in to out'),
      ...figuresOf('Kafka Streams in to out', theirs),
    ]
  } finally {
    await broker.stop()
  }
}
