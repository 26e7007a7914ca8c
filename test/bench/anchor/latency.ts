/**
 * From the making of an event to its answer at a reader of committed records, at a steady rate: ours and the peer's, both fed by
 * one plain producer; and ours once more, fed as our own sources feed it, by transactions that carry what a source remembers.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { patientClient } from '../../../runtime/kafka/client.ts'
import { writeToOf, type ClusterConfig } from '../../../runtime/kafka/cluster-config.ts'
import type { FetchedMessage } from '../../../runtime/kafka/client-parts.ts'
import type { Connection } from '../../../runtime/kafka/connection.ts'
import { fromMessage } from '../../../runtime/kafka/messages.ts'
import { partitionOf } from '../../../runtime/kafka/partitioner.ts'
import { PartitionReader, type Position } from '../../../runtime/kafka/reader.ts'
import { KafkaLog } from '../../../runtime/kafka/record-log.ts'
import type { RunEvent } from '../../../schemas/events.ts'
import { CODECS } from '../../../schemas/codec.ts'
import { jobKey } from '../../../schemas/keys.ts'
import { TOPICS, type TopicName } from '../../../schemas/topics.ts'
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
const EVENTS = 'ci.run-events.v1'
const [OURS, PEER] = ['ours in to out', 'Kafka Streams in to out']
const OURS_FED = 'ours in to out, fed in transactions'

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

/** Ours on topics of its own. */
const ours = async (
  connection: Connection,
  name: string,
  feederOf: (config: ClusterConfig) => Promise<Course['send']>,
): Promise<Course> => {
  const config = benchConfig(connection, `${name}.`)
  await makeOurTopics(config)
  const { names } = writeToOf(config)
  const topics: readonly TopicName[] = ['ci.decisions.v1', 'ci.job-profiles.v1']
  const byName = new Map(topics.map((topic) => [names.topic(topic), topic]))
  return {
    connection,
    program: oursProgram({ config, topology: 'watch', until: null }),
    answers: [...byName.keys()],
    madeAt: (topic, message) =>
      fromMessage(byName.get(topic) ?? 'ci.decisions.v1', 0, message).record.record?.eventAt ?? 0,
    send: await feederOf(config),
  }
}

const ownFeed = async (connection: Connection, name: string): Promise<Course> =>
  ours(connection, name, (config) => {
    const log = new KafkaLog(connection, writeToOf(config))
    return Promise.resolve((events) =>
      log.write({ records: events.map(offerOf), promise: events.at(-1)?.observedAt ?? 0 }),
    )
  })

const plainFeed = async (connection: Connection, name: string): Promise<Course> =>
  ours(connection, name, (config) =>
    plainFeeder(connection, writeToOf(config).names.topic(EVENTS), (event) => ({
      key: jobKey(event),
      value: CODECS[TOPICS[EVENTS].schema].encode(event),
    })),
  )

const peers = async (connection: Connection, cache: string, name: string): Promise<Course> => {
  const [input, ...answers] = ['live', 'kpis', 'decisions'].map((of) => `${name}-${of}`)
  if (input === undefined) throw new Error('no input')
  await makePeerTopics(connection, [input, ...answers])
  const { brokers } = connection
  return {
    connection,
    program: peerProgram(cache, { brokers, input, prefix: name, until: 0 }),
    answers,
    madeAt: (_, { value }) => Number(value?.toString().split('|').at(-1)),
    send: await plainFeeder(connection, input, peerEncoder(cache)),
  }
}

/** A producer that knows nothing of who reads: acknowledged by all, in order, without transactions. */
const plainFeeder = async (
  connection: Connection,
  topic: string,
  encode: (event: RunEvent) => { readonly key: string; readonly value: Buffer },
): Promise<Course['send']> => {
  const producer = patientClient(connection).producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  return (events) => {
    const messages = events.map(encode).map((message) => ({
      ...message,
      partition: partitionOf(message.key, PARTITIONS),
    }))
    return producer.send({ topic, acks: -1, messages })
  }
}

const figuresOf = (name: string, latencies: readonly number[], peer?: string): Figure[] =>
  [0.5, 0.99].map((q) => ({
    name: `${name} p${100 * q}`,
    value: quantile(latencies, q),
    unit: 'ms',
    peer: peer === undefined ? undefined : `${peer} p${100 * q}`,
  }))

/**
 * A broker grows quicker in its first minute, so each of the two that are compared runs once before it counts; then who of them is
 * first changes by round.
 */
export const latency: BenchCase = async ({ isQuick, round }) => {
  const seconds = isQuick ? QUICK_SECONDS : SECONDS
  const cache = await builtPeer()
  const broker = await startBroker(true)
  try {
    const { connection } = broker
    let courses = 0
    /** Each has topics of its own. */
    const run = async (courseOf: (connection: Connection, name: string) => Promise<Course>) =>
      latenciesOf(await courseOf(connection, `course-${(courses += 1)}`), seconds)
    const ofPeer = (connection: Connection, name: string) => peers(connection, cache ?? '', name)
    await run(plainFeed)
    if (cache === null)
      return [...figuresOf(OURS, await run(plainFeed)), ...figuresOf(OURS_FED, await run(ownFeed))]
    await run(ofPeer)
    const [first, second] = round % 2 === 1 ? [plainFeed, ofPeer] : [ofPeer, plainFeed]
    const found = new Map([
      [first, await run(first)],
      [second, await run(second)],
    ])
    return [
      ...figuresOf(OURS, found.get(plainFeed) ?? [], PEER),
      ...figuresOf(PEER, found.get(ofPeer) ?? []),
      ...figuresOf(OURS_FED, await run(ownFeed)),
    ]
  } finally {
    await broker.stop()
  }
}
