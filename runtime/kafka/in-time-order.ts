/**
 * Topics from their beginnings to their ends as of now, once, as one stream in order of time, as their tasks hear them. All
 * partitions are read side by side, and none far ahead of the others: memory is bounded whatever the topics hold.
 */

import type { Keyed } from '../ports.ts'
import type { TopicName } from '../../schemas/topics.ts'
import type { FetchedMessage } from './client-parts.ts'
import type { Connection } from './connection.ts'
import { fromMessage } from './messages.ts'
import { PartitionReader, type PollOptions, type ReadState } from './reader.ts'
import type { LogPlace } from './record-log.ts'

const POLL_MS = 250
/** A partition that has more waiting is not asked for more. */
const MOST_WAITING = 2_000

/** A partition of a topic, and what was read of it and is not handed out. */
class Strand {
  readonly topic: TopicName
  readonly partition: number
  readonly state: ReadState
  /** What came after the call is left out. */
  readonly end: number
  readonly waiting: Keyed[] = []
  #first = 0
  /** Time never falls within a writer's records of a partition. */
  readonly #lastAt = new Map<string, number>()

  constructor(topic: TopicName, state: ReadState) {
    this.topic = topic
    this.partition = state.partition
    this.state = state
    this.end = state.end
  }

  get head(): Keyed | undefined {
    return this.waiting[this.#first]
  }
  get isFull(): boolean {
    return this.waiting.length - this.#first >= MOST_WAITING
  }
  /** True where nothing more of it is to be read. */
  get isRead(): boolean {
    return this.state.next >= this.end
  }

  /** Bytes that are no record are passed over: whoever handles the topic has told of them. */
  take(messages: readonly FetchedMessage[]): void {
    for (const message of messages) {
      const { writer, record } = fromMessage(this.topic, this.partition, message)
      if (message.offset >= this.end || record.topic !== this.topic) continue
      const at = Math.max(record.at, this.#lastAt.get(writer) ?? 0)
      this.#lastAt.set(writer, at)
      this.waiting.push(at === record.at ? record : { ...record, at })
    }
  }

  pass(): void {
    this.#first += 1
    if (this.#first < MOST_WAITING) return
    this.waiting.splice(0, this.#first)
    this.#first = 0
  }
}

/** Records by time, then in the order of the given topics. Those of one key and topic keep the order of their log. */
export async function* inTimeOrder(
  connection: Connection,
  { names, partitionsOf, registry }: LogPlace,
  topics: readonly TopicName[],
): AsyncGenerator<Keyed> {
  const reader = new PartitionReader(connection)
  try {
    const places = topics.flatMap((topic) =>
      Array.from({ length: partitionsOf(topic) }, (_, partition) => ({
        topic: names.topic(topic),
        partition,
      })),
    )
    await reader.open(places, () => 0)
    const topicOf = new Map(topics.map((topic) => [names.topic(topic), topic]))
    const strands = new Map<ReadState, Strand>()
    for (const state of reader.states) {
      const topic = topicOf.get(state.topic)
      if (topic !== undefined) strands.set(state, new Strand(topic, state))
    }
    const all = [...strands.values()]
    const isAwaited = (strand: Strand): boolean => strand.head === undefined && !strand.isRead
    const options: PollOptions = {
      isPaused: (state) => {
        const strand = strands.get(state)
        return strand === undefined || strand.isFull || strand.isRead
      },
      prepare: (state, messages) => {
        const topic = topicOf.get(state.topic)
        return topic && registry?.prepare(topic, messages)
      },
    }
    for (;;) {
      while (all.some(isAwaited))
        await reader.poll(POLL_MS, (state, messages) => strands.get(state)?.take(messages), options)
      const first = earliest(all)
      if (first?.head === undefined) return
      yield first.head
      first.pass()
    }
  } finally {
    await reader.close()
  }
}

const earliest = (strands: readonly Strand[]): Strand | undefined => {
  let first: Strand | undefined
  for (const strand of strands)
    if (strand.head !== undefined && strand.head.at < (first?.head?.at ?? Infinity)) first = strand
  return first
}
