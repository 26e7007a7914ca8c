/**
 * Records on their way to a partition, written as they are made: each as it stands in a batch, but for its length and its place
 * there, which the batch gives it. So what a commit says is a few long messages, not an object for each record.
 */

import { ByteWriter } from './byte-writer.ts'

const FIRST_BYTES = 4096
const LENGTH_BYTES = 4
/** What a batch adds to a record, at most: its length, its time and its place. */
const BATCH_BYTES = 8
/** Only a single record has more: a request of a partition stays below the broker's limit for a batch, 1 MB by default. */
export const SEND_BYTES = 600_000

/** Several records as one message. Its bytes: of each record the length (i32) and then what stands in a batch from its key on. */
export class Packed {
  readonly topic: string
  readonly partition: number
  readonly #out = new ByteWriter(FIRST_BYTES)
  /** Where the newest record begins. */
  #last = 0
  #count = 0

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
  }

  get count(): number {
    return this.#count
  }
  /** Bytes that it takes in a batch, at most. */
  get size(): number {
    return this.#out.at + BATCH_BYTES * this.#count
  }
  get value(): Buffer {
    return this.#out.bytes.subarray(0, this.#out.at)
  }

  /** Begins a record: its key, its value and its headers are to be written next. */
  begin(): ByteWriter {
    this.#last = this.#out.at
    this.#out.int32(0)
    return this.#out
  }
  /** Ends the record that was begun. */
  end(): void {
    const { bytes, at } = this.#out
    bytes.writeInt32BE(at - this.#last - LENGTH_BYTES, this.#last)
    this.#count += 1
  }
  /** Moves the newest record. */
  moveLast(to: Packed): void {
    const { bytes, at } = this.#out
    to.begin().part(bytes, this.#last + LENGTH_BYTES, at)
    to.end()
    this.#out.at = this.#last
    this.#count -= 1
  }

  /** Hands on where each record lies in its bytes, in order. */
  forEach(take: (bytes: Buffer, from: number, to: number) => void): void {
    const { bytes, at: end } = this.#out
    for (let at = 0; at < end;) {
      const from = at + LENGTH_BYTES
      at = from + bytes.readInt32BE(at)
      take(bytes, from, at)
    }
  }
}

/** Messages of one partition, packed or single. Its length is the number of records: kafkajs counts sequences by it. */
export class Group<M extends object> {
  readonly #messages: (M | Packed)[] = []
  length = 0

  add(message: M | Packed): void {
    this.#messages.push(message)
    this.length += message instanceof Packed ? message.count : 1
  }
  [Symbol.iterator](): Iterator<M | Packed> {
    return this.#messages.values()
  }
}

/** What is said in one commit, by place. */
export class Packs {
  /** Where the next record of a place goes, by topic and partition. */
  readonly #filling = new Map<string, Packed[]>()
  readonly #all: Packed[] = []

  /** Adds a record of which `write` writes key, value and headers. */
  add(topic: string, partition: number, write: (out: ByteWriter) => void): void {
    const packed = this.#filling.get(topic)?.[partition] ?? this.#fill(topic, partition)
    write(packed.begin())
    packed.end()
    if (packed.size > SEND_BYTES && packed.count > 1) packed.moveLast(this.#fill(topic, partition))
  }

  /** In an order in which those of one place keep theirs. */
  get all(): readonly Packed[] {
    return this.#all
  }

  #fill(topic: string, partition: number): Packed {
    const packed = new Packed(topic, partition)
    const ofTopic = this.#filling.get(topic) ?? []
    ofTopic[partition] = packed
    this.#filling.set(topic, ofTopic)
    this.#all.push(packed)
    return packed
  }
}
