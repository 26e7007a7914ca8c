/** The small topology over the same events on the same broker: ours, then the peer's. */

import { join } from 'node:path'
import { patientClient } from '../../../runtime/kafka/client.ts'
import { writeToOf, type ClusterConfig } from '../../../runtime/kafka/cluster-config.ts'
import type { Connection } from '../../../runtime/kafka/connection.ts'
import { partitionOf } from '../../../runtime/kafka/partitioner.ts'
import { KafkaLog } from '../../../runtime/kafka/record-log.ts'
import type { Processor } from '../../../processors/processor.ts'
import { TOPOLOGY } from '../../../processors/topology.ts'
import { tasksOf } from '../../../runtime/kafka/tasks.ts'
import { ensureTopics, wantedTopics } from '../../../runtime/kafka/topic-admin.ts'
import { encoded } from '../../../runtime/engine/offered.ts'
import type { RunEvent } from '../../../schemas/events.ts'
import { startBroker } from '../../cluster/broker.ts'
import type { Figure } from '../figures.ts'
import { MB, type BenchCase } from '../setting.ts'
import { anchorEvents, peerEncoder } from './events.ts'
import { startMeasured, type Program, type Taken } from './measured.ts'
import type { OursOptions } from './ours.ts'
import { builtPeer, peerProgram, peerSpeed } from './peer.ts'
import { WATCH } from './watch.ts'

const EVENTS = 1_000_000
const QUICK_EVENTS = 50_000
export const PARTITIONS = 12
const PER_WRITE = 5_000

export const benchConfig = (connection: Connection, namespace = 'bench.'): ClusterConfig => ({
  connection,
  namespace,
  partitions: PARTITIONS,
  lanes: 3, // as it is where it is not set
  replication: 1,
  minInSync: 1,
  registry: null,
  stateFolder: null,
  sessionTimeoutMs: 30_000,
})

/** As `npx stopline process` runs it, with `--cpu-prof` where STOPLINE_BENCH_PROFILE names a folder. */
export const oursProgram = (options: OursOptions): Program => {
  const folder = process.env['STOPLINE_BENCH_PROFILE']
  return {
    command: process.execPath,
    args: [
      '--max-semi-space-size=16',
      ...(folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`]),
      join(import.meta.dirname, 'ours.ts'),
      JSON.stringify(options),
    ],
    cwd: process.cwd(),
  }
}

function* piecesOf<T>(all: Iterable<T>, size: number): Generator<readonly T[]> {
  let piece: T[] = []
  for (const each of all) {
    piece.push(each)
    if (piece.length < size) continue
    yield piece
    piece = []
  }
  if (piece.length > 0) yield piece
}

/** Makes the topics of our topology. */
export const makeOurTopics = async (
  config: ClusterConfig,
  processors: readonly Processor[] = [WATCH],
): Promise<void> => {
  const admin = patientClient(config.connection).admin()
  await admin.connect()
  const plans = tasksOf(processors)
  await ensureTopics(admin, wantedTopics(plans, { ...config, ...writeToOf(config) }), 1)
  await admin.disconnect()
}
export const makePeerTopics = async (
  connection: Connection,
  names: readonly string[],
): Promise<void> => {
  const admin = patientClient(connection).admin()
  await admin.connect()
  const topics = names.map((topic) => ({
    topic,
    numPartitions: PARTITIONS,
    replicationFactor: 1,
  }))
  await admin.createTopics({ topics, waitForLeaders: true })
  await admin.disconnect()
}

export const offerOf = (record: RunEvent) => encoded({ topic: 'ci.run-events.v1', record })

/** The events where our runtime reads them, with the promise that there are no more. Resolves to the time of the last one. */
export const preloadOurs = async (config: ClusterConfig, events: number): Promise<number> => {
  const log = new KafkaLog(config.connection, writeToOf(config))
  let promise = 0
  for (const piece of piecesOf(anchorEvents(events), PER_WRITE)) {
    promise = piece.at(-1)?.observedAt ?? promise
    await log.write({ records: piece.map(offerOf), promise })
  }
  await log.close()
  return promise
}

/** The same events where the peer reads them. */
const preloadPeer = async (
  connection: Connection,
  topic: string,
  events: number,
  encode: ReturnType<typeof peerEncoder>,
): Promise<void> => {
  await makePeerTopics(connection, [topic])
  const producer = patientClient(connection).producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  for (const piece of piecesOf(anchorEvents(events), PER_WRITE)) {
    const messages = piece.map(encode).map((message) => ({
      ...message,
      partition: partitionOf(message.key, PARTITIONS),
    }))
    await producer.send({ topic, acks: -1, messages })
  }
  await producer.disconnect()
}

const figuresOf = (
  name: string,
  events: number,
  perSecond: number,
  { peakBytes, cpuSeconds }: Taken,
  peer?: string,
): Figure[] =>
  (
    [
      ['', perSecond, 'events/s'],
      [' per CPU second', events / cpuSeconds, 'events/s'],
      [' peak memory', peakBytes / MB, 'MB'],
    ] as const
  ).map(([kind, value, unit]) => ({
    name: name + kind,
    value,
    unit,
    peer: peer === undefined ? undefined : peer + kind,
  }))

/** What {@link oursProgram} says at its end. */
interface Said {
  /** Records of all tasks. */
  readonly handled: number
  readonly seconds: number
}
/** Events per second of a topology that is one task. Throws where it ended before it had handled all of them. */
const ourSpeed = (said: string, events: number): number => {
  const { handled, seconds } = JSON.parse(said) as Said
  if (handled !== events) throw new Error(`ended after ${handled} of ${events} events`)
  return events / seconds
}

/** A broker grows quicker in its first minute: all is written before either is measured, and who of them is first changes by round. */
export const throughput: BenchCase = async ({ isQuick, round }) => {
  const events = isQuick ? QUICK_EVENTS : EVENTS
  const cache = await builtPeer()
  const broker = await startBroker(true)
  try {
    const { connection } = broker
    const config = benchConfig(connection)
    await makeOurTopics(config)
    const until = await preloadOurs(config, events)
    const mine = (): Promise<Taken> =>
      startMeasured(oursProgram({ config, topology: 'watch', until })).ended
    if (cache === null) {
      const ours = await mine()
      return figuresOf('ours', events, ourSpeed(ours.said, events), ours)
    }
    await preloadPeer(connection, 'peer', events, peerEncoder(cache))
    await makePeerTopics(connection, ['p-kpis', 'p-decisions'])
    const { brokers } = connection
    const options = { brokers, input: 'peer', prefix: 'p', until: events }
    const theirs = (): Promise<Taken> => startMeasured(peerProgram(cache, options)).ended
    const isPeerFirst = round % 2 === 0
    const first = isPeerFirst ? await theirs() : await mine()
    const second = isPeerFirst ? await mine() : await theirs()
    const [ours, peer] = isPeerFirst ? [second, first] : [first, second]
    return [
      ...figuresOf('ours', events, ourSpeed(ours.said, events), ours, 'Kafka Streams'),
      ...figuresOf('Kafka Streams', events, peerSpeed(peer.said), peer),
    ]
  } finally {
    await broker.stop()
  }
}

const ALL_EVENTS = 200_000
const QUICK_ALL_EVENTS = 5_000

/** All processors of ours over as many of the events as take a while. */
export const wholeTopology: BenchCase = async ({ isQuick }) => {
  const events = isQuick ? QUICK_ALL_EVENTS : ALL_EVENTS
  const broker = await startBroker(true)
  try {
    const config = benchConfig(broker.connection)
    await makeOurTopics(config, TOPOLOGY)
    const until = await preloadOurs(config, events)
    const ours = await startMeasured(oursProgram({ config, topology: 'all', until })).ended
    const { seconds } = JSON.parse(ours.said) as Said
    const perSecond = events / seconds
    return figuresOf('all processors', events, perSecond, ours)
  } finally {
    await broker.stop()
  }
}
