/** Reads committed records of chosen partitions from chosen offsets on, without a group: a task says what it reads. */

import { setTimeout as wait } from 'node:timers/promises'
import type { Cluster, FetchedMessage, FetchedPartition } from './client-parts.ts'
import { protocolWord, readingCluster } from './client.ts'
import { committedOf } from './committed.ts'
import type { Connection } from './connection.ts'

export interface Position {
  readonly topic: string
  readonly partition: number
}
/** Where a partition is read next, and its end as the last answer had it. */
export interface ReadState extends Position {
  next: number
  end: number
  /** Of the process's clock, in ms: when its newest answer was asked for; what was there then lies before the end. */
  askedAt: number
}
export type OnRead = (state: ReadState, messages: readonly FetchedMessage[]) => void
export interface PollOptions {
  /** Partitions that are left out. */
  readonly isPaused?: (state: ReadState) => boolean
  /** What must be done before messages can be read; where it rejects they are asked for again at the next poll. */
  readonly prepare?: (
    state: ReadState,
    messages: readonly FetchedMessage[],
  ) => Promise<void> | undefined
}

class ReadError extends Error {
  override name = 'ReadError'
}

const READ_COMMITTED = 1
const MAX_BYTES = 8 << 20
const PARTITION_BYTES = 1 << 20
/** After these the partition has another leader, or none yet. */
const MOVED = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'REPLICA_NOT_AVAILABLE',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
])
/** So long a partition may have no leader, as after its topic was made or its broker died. */
const MOST_MOVING_MS = 30_000
const MOVED_WAIT_MS = 50
const OUT_OF_RANGE = 'OFFSET_OUT_OF_RANGE'

export class PartitionReader {
  readonly #cluster: Cluster
  readonly #partitionBytes: number
  readonly #states: ReadState[] = []
  /** What is being asked, by broker. */
  readonly #open = new Map<string, Asked>()

  /** Asks for so many bytes of a partition at once. */
  constructor(connection: Connection, partitionBytes = PARTITION_BYTES) {
    this.#cluster = readingCluster(connection)
    this.#partitionBytes = partitionBytes
  }

  /** Connects and finds all partitions of a topic. */
  async partitionsOf(topic: string): Promise<Position[]> {
    await this.#cluster.connect()
    await this.#cluster.addMultipleTargetTopics([topic])
    const found = this.#cluster.findTopicPartitionMetadata(topic)
    return found.map(({ partitionId }) => ({ topic, partition: partitionId }))
  }

  /**
   * Connects and finds where each partition begins and ends; reading starts at `from`, or where it begins.
   * Throws where records from `from` on are no longer there.
   */
  async open(positions: readonly Position[], from: (of: Position) => number): Promise<void> {
    await this.#cluster.connect()
    await this.#cluster.addMultipleTargetTopics([...new Set(positions.map(({ topic }) => topic))])
    const [begins, ends] = [
      await this.#offsets(positions, true),
      await this.#offsets(positions, false),
    ]
    for (const { topic, partition } of positions) {
      const place = `${topic}/${partition}`
      const begin = begins.get(place) ?? 0
      const wanted = from({ topic, partition })
      if (wanted > 0 && wanted < begin)
        throw new ReadError(
          `${topic}, partition ${partition}: records ${wanted} to ${begin - 1} went by retention before they were handled; ` +
            'what they said is lost to this task: start it anew, or restore the topic',
        )
      const next = Math.max(begin, wanted)
      this.#states.push({ topic, partition, next, end: ends.get(place) ?? 0, askedAt: 0 })
    }
  }

  get states(): readonly ReadState[] {
    return this.#states
  }
  /** True where everything that was there at the last answer has been read. */
  get isAtEnd(): boolean {
    return this.#states.every(({ next, end }) => next >= end)
  }

  /** Waits up to `waitMs` for records and hands on what is there. */
  async poll(
    waitMs: number,
    onRead: OnRead,
    { isPaused = () => false, prepare }: PollOptions = {},
  ): Promise<void> {
    await this.#cluster.refreshMetadataIfNecessary()
    const wanted = this.#states.filter((state) => !isPaused(state))
    const byLeader = this.#byLeader(wanted)
    // No broker is asked, so none lets it wait.
    if (byLeader.size === 0) await wait(waitMs)
    const results = await Promise.allSettled(
      [...byLeader].map(async ([nodeId, states]) => {
        const fetched = await this.#fetch(nodeId, states, waitMs)
        await handOn(fetched, onRead, prepare)
      }),
    )
    for (const result of results) if (result.status === 'rejected') await this.#after(result.reason)
  }

  /**
   * As {@link poll}, but returns once the first broker has answered, and after `waitMs` at the latest: no partition waits for the
   * silence of another broker. What was asked of the others is answered in a later call.
   */
  async pollFirst(
    waitMs: number,
    onRead: OnRead,
    { isPaused = () => false, prepare }: PollOptions = {},
  ): Promise<void> {
    await this.#cluster.refreshMetadataIfNecessary()
    const asked = new Set([...this.#open.values()].flatMap(({ states }) => states))
    const wanted = this.#states.filter((state) => !asked.has(state) && !isPaused(state))
    for (const [nodeId, states] of this.#byLeader(wanted)) {
      if (this.#open.has(nodeId)) continue
      const answer = this.#fetch(nodeId, states, waitMs)
        .then((fetched) => handOn(fetched, onRead, prepare))
        .then(
          () => null,
          (error: unknown) => ({ error }),
        )
        .finally(() => this.#open.delete(nodeId))
      this.#open.set(nodeId, { states, answer })
    }
    if (this.#open.size === 0) {
      // None of them has a leader that is known.
      await wait(MOVED_WAIT_MS)
      await this.#cluster.refreshMetadata()
      return
    }
    const { promise: over, resolve: end } = Promise.withResolvers<null>()
    const timer = setTimeout(end, waitMs, null)
    const answers = [...this.#open.values()].map(({ answer }) => answer)
    const failed = await Promise.race([over, ...answers])
    clearTimeout(timer)
    if (failed !== null) await this.#after(failed.error)
  }

  /** Looks leaders up anew where a partition has moved; throws any other error. */
  async #after(error: unknown): Promise<void> {
    const word = protocolWord(error) ?? ''
    if (word === OUT_OF_RANGE)
      throw new ReadError(
        'a record that is due is not there: it went by retention, or its topic was made anew',
        { cause: error },
      )
    if (!MOVED.has(word)) throw error
    await wait(MOVED_WAIT_MS)
    await this.#cluster.refreshMetadata()
  }

  /** Disconnects, once more after all that is asked has ended: it may have connected again. */
  async close(): Promise<void> {
    await this.#cluster.disconnect()
    if (this.#open.size === 0) return
    await Promise.all([...this.#open.values()].map(({ answer }) => answer))
    await this.#cluster.disconnect()
  }

  #byLeader(states: readonly ReadState[]): Map<string, ReadState[]> {
    const byLeader = new Map<string, ReadState[]>()
    for (const state of states)
      for (const leader of Object.keys(
        this.#cluster.findLeaderForPartitions(state.topic, [state.partition]),
      ))
        byLeader.set(leader, [...(byLeader.get(leader) ?? []), state])
    return byLeader
  }

  async #fetch(
    nodeId: string,
    states: readonly ReadState[],
    maxWaitTime: number,
  ): Promise<Fetched[]> {
    const broker = await this.#cluster.findBroker({ nodeId })
    const topics = [...new Set(states.map(({ topic }) => topic))].map((topic) => ({
      topic,
      partitions: states
        .filter((state) => state.topic === topic)
        .map(({ partition, next }) => ({
          partition,
          fetchOffset: String(next),
          maxBytes: this.#partitionBytes,
        })),
    }))
    const request = {
      isolationLevel: READ_COMMITTED,
      maxWaitTime,
      minBytes: 1,
      maxBytes: MAX_BYTES,
    }
    const askedAt = performance.now()
    const { responses } = await broker.fetch({ ...request, topics })
    return responses.flatMap(({ topicName, partitions }) =>
      partitions.flatMap((data) => {
        const state = states.find(
          ({ topic, partition }) => topic === topicName && partition === data.partition,
        )
        return state === undefined ? [] : [{ state, data, askedAt }]
      }),
    )
  }

  async #offsets(
    positions: readonly Position[],
    fromBeginning: boolean,
  ): Promise<Map<string, number>> {
    const topics = [...new Set(positions.map(({ topic }) => topic))].map((topic) => ({
      topic,
      partitions: positions.filter((each) => each.topic === topic),
      fromBeginning,
    }))
    for (const deadline = Date.now() + MOST_MOVING_MS; ;)
      try {
        const found = await this.#cluster.fetchTopicsOffset(topics)
        return new Map(
          found.flatMap(({ topic, partitions }) =>
            partitions.map(({ partition, offset }) => [`${topic}/${partition}`, Number(offset)]),
          ),
        )
      } catch (error) {
        if (Date.now() > deadline) throw error
        await this.#after(error)
      }
  }
}

interface Asked {
  readonly states: readonly ReadState[]
  readonly answer: Promise<{ readonly error: unknown } | null>
}
interface Fetched {
  readonly state: ReadState
  readonly data: FetchedPartition
  readonly askedAt: number
}

const handOn = async (
  fetched: readonly Fetched[],
  onRead: OnRead,
  prepare: PollOptions['prepare'],
): Promise<void> => {
  const unprepared: unknown[] = []
  for (const { state, data, askedAt } of fetched) {
    const { next } = state
    const messages = committedOf(data.messages, data.abortedTransactions).filter(
      ({ offset }) => offset >= next,
    )
    try {
      await prepare?.(state, messages)
    } catch (error) {
      // It is asked for again; what waits holds back no other partition.
      unprepared.push(error)
      continue
    }
    state.next = nextAfter(next, data)
    state.end = Number(data.highWatermark)
    state.askedAt = askedAt
    onRead(state, messages)
  }
  if (unprepared.length > 0) throw unprepared[0]
}

/** Past what was fetched, and past the asked-for offset too, where compaction left nothing from there on. */
const nextAfter = (next: number, { messages }: FetchedPartition): number => {
  const last = messages.at(-1)
  return last === undefined ? next : Math.max(last.offset, next) + 1
}
