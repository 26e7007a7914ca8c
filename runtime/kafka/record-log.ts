/** The log as producers write it and anyone reads it: acknowledged by all replicas, read only once committed. */

import type { TopicName } from '../../schemas/topics.ts'
import type { Keyed } from '../ports.ts'
import type { Registry } from '../registry.ts'
import type { FetchedMessage } from './client-parts.ts'
import type { Connection } from './connection.ts'
import { fromMessage, type WriteTo } from './messages.ts'
import { OutsideWriter, type OutsideWrite } from './outside-writer.ts'
import { placeOf, type Offsets } from './progress.ts'
import { PartitionReader, type Position } from './reader.ts'

/** A record as one partition of the log holds it. */
export interface PartitionRecord extends Keyed {
  readonly partition: number
  readonly offset: number
}
/** Where it lies, and who knows the schemas of other writers. */
export interface LogPlace extends WriteTo {
  readonly registry?: Registry | null
}
const POLL_MS = 100

export class KafkaLog {
  readonly #connection: Connection
  readonly #to: LogPlace
  readonly #writer: OutsideWriter

  /** `outside` are the topics whose records come from outside: what lies there already is part of each promise. */
  constructor(connection: Connection, to: LogPlace, outside: readonly TopicName[] = []) {
    this.#connection = connection
    this.#to = to
    this.#writer = new OutsideWriter(connection, to, () => this.#ends(outside))
  }

  /** Writes records, notes and a promise, all or nothing. See {@link OutsideWriter.write}. */
  write(of: OutsideWrite): Promise<void> {
    return this.#writer.write(of)
  }

  /** Appends records, those of a partition in the given order. Resolves when all replicas in sync have them. */
  append(records: readonly Keyed[]): Promise<void> {
    return this.write({ records })
  }

  /** Promises that nothing will be appended at or before pipeline time `at` any more. */
  promise(at: number): Promise<void> {
    return this.write({ records: [], promise: at })
  }

  /** All committed records of a topic from its beginning to its end as of now, in order within each partition. */
  async readAll(topic: TopicName): Promise<PartitionRecord[]> {
    const records: PartitionRecord[] = []
    for await (const record of this.read(topic)) records.push(record)
    return records
  }

  /** As {@link readAll}, a record at a time. */
  async *read(topic: TopicName): AsyncGenerator<PartitionRecord> {
    const reader = new PartitionReader(this.#connection)
    let read: PartitionRecord[] = []
    const take = ({ partition }: Position, messages: readonly FetchedMessage[]): void => {
      for (const message of messages)
        read.push({
          ...fromMessage(topic, partition, message).record,
          partition,
          offset: message.offset,
        })
    }
    const prepare = (_: Position, messages: readonly FetchedMessage[]) =>
      this.#to.registry?.prepare(topic, messages)
    try {
      await reader.open(placesOf(topic, this.#to), () => 0)
      while (!reader.isAtEnd) {
        await reader.poll(POLL_MS, take, { prepare })
        yield* read
        read = []
      }
    } finally {
      await reader.close()
    }
  }

  async close(): Promise<void> {
    await this.#writer.close()
  }

  async #ends(topics: readonly TopicName[]): Promise<Offsets> {
    const reader = new PartitionReader(this.#connection)
    const places = topics.flatMap((topic) => placesOf(topic, this.#to))
    try {
      await reader.open(places, () => 0)
      return Object.fromEntries(
        reader.states.map((state) => [placeOf(state.topic, state.partition), state.end]),
      )
    } finally {
      await reader.close()
    }
  }
}

const placesOf = (topic: TopicName, { names, partitionsOf }: WriteTo): Position[] =>
  Array.from({ length: partitionsOf(topic) }, (_, partition) => ({
    topic: names.topic(topic),
    partition,
  }))
