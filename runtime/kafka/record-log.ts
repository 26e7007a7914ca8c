/** The log as producers write it and anyone reads it: acknowledged by all replicas, read only once committed. */

import type { Producer, RecordMetadata } from 'kafkajs'
import type { TopicName } from '../../schemas/topics.ts'
import type { Keyed } from '../ports.ts'
import type { Registry } from '../registry.ts'
import type { FetchedMessage } from './client-parts.ts'
import { patientClient } from './client.ts'
import type { Connection } from './connection.ts'
import { fromMessage, toMessage, type WriteTo } from './messages.ts'
import { OUTSIDE } from './names.ts'
import { encodeProgress, placeOf } from './progress.ts'
import { PartitionReader, type Position } from './reader.ts'
import { piecesOf, UnansweredError, type Placed } from './transactions.ts'

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
  readonly #producer: Producer
  /** Offsets after what was written from outside, by place. */
  readonly #written: Record<string, number>

  private constructor(
    connection: Connection,
    to: LogPlace,
    producer: Producer,
    written: Record<string, number>,
  ) {
    this.#connection = connection
    this.#to = to
    this.#producer = producer
    this.#written = written
  }

  /** `outside` are the topics whose records come from outside: what lies there already is part of each promise. */
  static async open(
    connection: Connection,
    to: LogPlace,
    outside: readonly TopicName[] = [],
  ): Promise<KafkaLog> {
    const producer = patientClient(connection).producer({
      idempotent: true,
      maxInFlightRequests: 1,
    })
    await producer.connect()
    const reader = new PartitionReader(connection)
    try {
      await reader.open(
        outside.flatMap((topic) => placesOf(topic, to)),
        () => 0,
      )
      const ends = reader.states.map((state) => [placeOf(state.topic, state.partition), state.end])
      return new KafkaLog(
        connection,
        to,
        producer,
        Object.fromEntries(ends) as Record<string, number>,
      )
    } finally {
      await reader.close()
    }
  }

  /** Appends records, those of a partition in the given order. Resolves when all replicas in sync have them. */
  async append(records: readonly Keyed[]): Promise<void> {
    const byPlace = new Map<string, Placed[]>()
    for (const record of records) {
      const message = toMessage(record, OUTSIDE, this.#to)
      const place = placeOf(message.topic, message.partition)
      const sofar = byPlace.get(place)
      if (sofar === undefined) byPlace.set(place, [message])
      else sofar.push(message)
    }
    // One request for each partition: a request for several loses records when a leader moves.
    await Promise.all([...byPlace.values()].map((messages) => this.#appendTo(messages)))
  }

  /** Promises that nothing will be appended at or before pipeline time `at` any more. */
  async promise(at: number): Promise<void> {
    const value = encodeProgress({ at, written: this.#written, handled: {} })
    await this.#send([{ topic: this.#to.names.progress, partition: 0, key: OUTSIDE, value }])
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
          offset: Number(message.offset),
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
    await this.#producer.disconnect()
  }

  async #appendTo(messages: readonly Placed[]): Promise<void> {
    for (const piece of piecesOf(messages)) {
      const [{ baseOffset } = { baseOffset: '0' }] = await this.#send(piece)
      const [first] = piece
      if (first === undefined) continue
      this.#written[placeOf(first.topic, first.partition)] = Number(baseOffset) + piece.length
    }
  }

  async #send(piece: readonly Placed[]): Promise<RecordMetadata[]> {
    const topic = piece[0]?.topic ?? ''
    const answers = await this.#producer.send({ topic, acks: -1, messages: [...piece] })
    if (answers.length === 0) throw new UnansweredError(`nothing was answered about ${topic}`)
    return answers
  }
}

const placesOf = (topic: TopicName, { names, partitionsOf }: WriteTo): Position[] =>
  Array.from({ length: partitionsOf(topic) }, (_, partition) => ({
    topic: names.topic(topic),
    partition,
  }))
