/** What a record costs a task on Kafka beside the broker: from fetched bytes to those of a request. */

import { TopologyEngine } from '../../../runtime/engine/topology.ts'
import { readBatches } from '../../../runtime/kafka/batch-reading.ts'
import { writeProduce } from '../../../runtime/kafka/batch-writing.ts'
import { toChangelog } from '../../../runtime/kafka/changelog.ts'
import { committedOf } from '../../../runtime/kafka/committed.ts'
import { InputMerge } from '../../../runtime/kafka/merge.ts'
import { pack, received, type Received } from '../../../runtime/kafka/messages.ts'
import { namesIn, OUTSIDE, taskName } from '../../../runtime/kafka/names.ts'
import { Group, Packs } from '../../../runtime/kafka/packed.ts'
import { Pieces } from '../../../runtime/kafka/pieces.ts'
import { NO_PROGRESS } from '../../../runtime/kafka/progress.ts'
import { TaskState } from '../../../runtime/kafka/task-state.ts'
import { piecesOf, type Placed, type Sent } from '../../../runtime/kafka/transaction-parts.ts'
import { MB, peakBytes, timed, type BenchCase } from '../setting.ts'
import { anchorEvents } from './events.ts'
import { offerOf, PARTITIONS } from './throughput.ts'
import { WATCH } from './watch.ts'

const EVENTS = 300_000
const QUICK_EVENTS = 20_000
/** So many events are written together, and so many of a partition handled in a commit. */
const PER_WRITE = 5_000
const PER_COMMIT = 6_000
const TOPIC = 'ci.run-events.v1'
const TO = { names: namesIn(''), partitionsOf: () => PARTITIONS }
/** Of a request to one partition of a topic without a name: what stands before its batch. */
const HEAD_BYTES = 26

/** A request of messages to one partition. */
const requestOf = (messages: Iterable<Sent>, now: number): Buffer => {
  const group = new Group<Placed>()
  for (const message of messages) group.add(message)
  const partitions = [{ partition: 0, firstSequence: 0, messages: group }]
  return writeProduce({ acks: -1, timeout: 0, topicData: [{ topic: '', partitions }] }, now)
}

/** The events as they lie on the partitions: batches, one after the other. */
const batchesOf = (events: number): { readonly last: number; readonly batches: Buffer[][] } => {
  const batches = Array.from({ length: PARTITIONS }, (): Buffer[] => [])
  const counts = new Float64Array(PARTITIONS)
  let packs = new Packs()
  let last = 0
  const write = (): void => {
    for (const packed of packs.all) {
      const batch = requestOf([packed], last).subarray(HEAD_BYTES)
      batch.writeBigInt64BE(BigInt(counts[packed.partition] ?? 0))
      counts[packed.partition] = (counts[packed.partition] ?? 0) + packed.count
      batches[packed.partition]?.push(batch)
    }
    packs = new Packs()
  }
  let written = 0
  for (const event of anchorEvents(events)) {
    pack(packs, offerOf(event), OUTSIDE, TO)
    last = event.observedAt
    written += 1
    if (written % PER_WRITE === 0) write()
  }
  write()
  return { last, batches }
}

/** A task without a broker: what it fetches is there, and what it says goes nowhere. */
class Unplugged {
  readonly #batches: Buffer[]
  readonly #state = TaskState.open(null, 0)
  readonly #engine = new TopologyEngine([WATCH], this.#state, 0)
  readonly #merge: InputMerge<Received>
  readonly #pieces: Pieces
  readonly #partition: number

  constructor(partition: number, batches: readonly Buffer[]) {
    this.#partition = partition
    this.#batches = [...batches]
    const source = { place: TOPIC, writers: [OUTSIDE], isTable: false }
    this.#merge = new InputMerge<Received>([source], NO_PROGRESS)
    this.#pieces = new Pieces(this.#engine, partition, taskName(WATCH.name, partition), TO)
  }

  /** Reads batches up to about as many records as a commit has. */
  async read(last: number): Promise<void> {
    for (let read = 0; read < PER_COMMIT && this.#batches.length > 0;) {
      // A copy of its own, as what comes from a socket.
      const bytes = Buffer.from(this.#batches.shift() ?? [])
      for (const message of committedOf(await readBatches(bytes, () => null), null)) {
        const record = received(TOPIC, this.#partition, message)
        this.#merge.take(TOPIC, record.writer, message.offset, record)
        read += 1
      }
    }
    if (this.#batches.length === 0)
      this.#merge.promise(OUTSIDE, { at: last, written: {}, handled: {} })
  }

  /** Handles what it has. Returns how many records. */
  handle(): number {
    const merged = this.#merge.next(PER_COMMIT, Infinity)
    const { horizon, records } = merged
    const { packs } = this.#pieces.handle(merged)
    this.#engine.flush()
    const place = { topic: 'changelog', partition: 0 }
    const changes = this.#state
      .takeChanges()
      .map((change) => ({ ...toChangelog(change, horizon), ...place }))
    for (const piece of piecesOf([...changes, ...packs.all])) requestOf(piece, horizon)
    this.#state.keep({ next: 0, at: horizon }, 0)
    this.#merge.done(horizon)
    return records.length
  }
}

/** The second half of the events, once the first has warmed everything up. */
export const records: BenchCase = async ({ isQuick }) => {
  const events = isQuick ? QUICK_EVENTS : EVENTS
  const { last, batches } = batchesOf(events)
  const tasks = batches.map((ofPartition, partition) => new Unplugged(partition, ofPartition))
  let handled = 0
  const handleUpTo = async (most: number): Promise<void> => {
    while (handled < most) {
      const sofar = handled
      for (const task of tasks) {
        await task.read(last)
        handled += task.handle()
      }
      if (handled === sofar) throw new Error(`ended after ${handled} of ${events} events`)
    }
  }
  await handleUpTo(events / 2)
  const before = handled
  const time = await timed(() => handleUpTo(events))
  const counted = handled - before
  return [
    { name: 'CPU of all threads', value: (time.cpuSeconds / counted) * 1e6, unit: 'µs per event' },
    {
      name: 'of the main thread',
      value: (time.threadSeconds / counted) * 1e6,
      unit: 'µs per event',
    },
    { name: 'peak memory', value: peakBytes() / MB, unit: 'MB' },
  ]
}
