/** Reads partitions of all topics that feed views, and writes what they say from where the views stand. */

import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../../runtime/clock.ts'
import type { FetchedMessage } from '../../runtime/kafka/client-parts.ts'
import type { Connection } from '../../runtime/kafka/connection.ts'
import { fromMessage, type WriteTo } from '../../runtime/kafka/messages.ts'
import type { ProgressBoard } from '../../runtime/kafka/progress-board.ts'
import { placeOf } from '../../runtime/kafka/progress.ts'
import { PartitionReader, type ReadState } from '../../runtime/kafka/reader.ts'
import type { LogRecord, ToViews } from '../../runtime/ports.ts'
import { RegistryDownError, type Registry } from '../../runtime/registry.ts'
import type { RedisClient } from '../../runtime/redis/client.ts'
import { sayFresh, type PartitionFreshness } from '../../runtime/redis/freshness.ts'
import { openPartitionWriter, type PartitionWriter } from '../../runtime/redis/partition-writer.ts'
import type { TopicName } from '../../schemas/topics.ts'
import { VIEW_TOPICS } from '../../schemas/views.ts'
import { createReach, type Reach } from './aim.ts'
import { createOffered, type Offered } from './offered.ts'

export interface FollowSettings extends WriteTo {
  readonly connection: Connection
  readonly board: ProgressBoard
  readonly redis: RedisClient
  readonly space: string
  readonly partitions: number
  /** Tasks that write topics of views. */
  readonly writers: readonly string[]
  readonly toViews: ToViews
  readonly clock: Clock
  /** Null where only this version writes: ids are then those of our own list. */
  readonly registry: Registry | null
}
/** Which partitions are followed into which generation. */
export interface Assignment {
  readonly generation: number
  readonly mine: readonly number[]
}
export interface SinkHooks {
  readonly onApplied?: (records: number, seconds: number) => void
  /** Told while a partition waits for something that is not to be had. */
  readonly onWaiting?: (error: Error) => void
  /** Told of an error after which it looks again where the views stand. */
  readonly onRetry?: (error: Error) => void
  /** Records that went by retention before they were written. */
  readonly onLost?: (topic: TopicName, partition: number, records: number) => void
  /** A record of a view's topic that nobody can read. */
  readonly onUnreadable?: (topic: TopicName, partition: number, offset: number) => void
  readonly onFresh?: (fresh: ReadonlyMap<number, PartitionFreshness>) => void
}
/** The views are ahead of the log: they are of another one. */
export class OtherLogError extends Error {
  override name = 'OtherLogError'
}

const POLL_MS = 50
const FRESH_MS = 200
const WAITING_MS = 250

/** One partition of one topic. */
interface Place {
  readonly topic: TopicName
  readonly partition: number
  readonly writer: PartitionWriter
}
interface Batch extends Place {
  readonly records: readonly LogRecord[]
  readonly to: number
}

export class Follower {
  readonly #settings: FollowSettings
  readonly #assignment: Assignment
  readonly #hooks: SinkHooks
  readonly #reader: PartitionReader
  readonly #places: ReadonlyMap<string, Place>
  readonly #reaches: ReadonlyMap<number, Reach>
  readonly #offered: (nowMs: number) => Offered
  #saidAt = -Infinity

  constructor(
    settings: FollowSettings,
    assignment: Assignment,
    hooks: SinkHooks,
    reader: PartitionReader,
    places: ReadonlyMap<string, Place>,
  ) {
    this.#settings = settings
    this.#assignment = assignment
    this.#hooks = hooks
    this.#reader = reader
    this.#places = places
    const { board, writers, partitions } = settings
    this.#offered = createOffered(board)
    this.#reaches = new Map(
      assignment.mine.map((partition) => [partition, createReach(board, writers, partitions)]),
    )
  }

  /** Reads what there is and writes it; says now and then how far the views are. */
  async turn(): Promise<void> {
    const batches = await this.#read()
    const began = performance.now()
    await Promise.all(batches.map(({ writer, records, to }) => writer.apply(records, to)))
    const count = batches.reduce((sum, { records }) => sum + records.length, 0)
    if (count > 0) this.#hooks.onApplied?.(count, (performance.now() - began) / 1000)
    if (began - this.#saidAt < FRESH_MS) return
    this.#saidAt = began
    await this.#say()
  }

  /** What there is to write. Where a schema is not to be had for now, its partition waits, and others go on. */
  async #read(): Promise<Batch[]> {
    const batches: Batch[] = []
    try {
      await this.#reader.poll(
        POLL_MS,
        (state, messages) => {
          const batch = this.#batchOf(state, messages)
          if (batch !== undefined) batches.push(batch)
        },
        { prepare: (state, messages) => this.#prepare(state, messages) },
      )
    } catch (error) {
      if (!(error instanceof RegistryDownError)) throw error
      this.#hooks.onWaiting?.(error)
      if (batches.length === 0) await wait(WAITING_MS)
    }
    return batches
  }

  #prepare(state: ReadState, messages: readonly FetchedMessage[]): Promise<void> | undefined {
    const place = this.#places.get(placeOf(state.topic, state.partition))
    return place && this.#settings.registry?.prepare(place.topic, messages)
  }

  /** Pipeline time up to which all writers have spoken. */
  saidAt(): number {
    return Math.max(0, ...[...this.#reaches.values()].map((reach) => reach.saidAt()))
  }

  async close(): Promise<void> {
    await this.#reader.close()
  }

  #batchOf(state: ReadState, messages: readonly FetchedMessage[]): Batch | undefined {
    const place = this.#places.get(placeOf(state.topic, state.partition))
    if (place === undefined || state.next <= place.writer.next()) return undefined
    const { topic, partition } = place
    const records: LogRecord[] = []
    for (const message of messages) {
      const { record } = fromMessage(topic, partition, message)
      const offset = message.offset
      if (record.topic === topic) records.push({ ...record, partition, offset })
      else this.#hooks.onUnreadable?.(topic, partition, offset)
    }
    return { ...place, records, to: state.next }
  }

  async #say(): Promise<void> {
    const { redis, space, clock } = this.#settings
    const nowMs = clock.now()
    const next = new Map(
      [...this.#places].map(([place, { partition, writer }]) => [
        place,
        { partition, offset: writer.next() },
      ]),
    )
    const fresh = new Map<number, PartitionFreshness>()
    for (const [partition, reach] of this.#reaches) {
      const mine = [...next].filter(([, each]) => each.partition === partition)
      const asOf = reach.reached(new Map(mine.map(([place, { offset }]) => [place, offset])))
      fresh.set(partition, { asOf, heardAt: nowMs, ...this.#offered(nowMs) })
    }
    await sayFresh(redis, space, this.#assignment.generation, fresh)
    this.#hooks.onFresh?.(fresh)
  }
}

/** Goes on where each place stands in the views. Throws {@link OtherLogError}. */
export const openFollower = async (
  settings: FollowSettings,
  assignment: Assignment,
  hooks: SinkHooks = {},
): Promise<Follower> => {
  const { names, connection, board } = settings
  const places = new Map<string, Place>()
  await Promise.all(
    VIEW_TOPICS.flatMap((topic) =>
      assignment.mine.map(async (partition) => {
        const writer = await openPartitionWriter(
          { ...settings, generation: assignment.generation },
          topic,
          partition,
        )
        places.set(placeOf(names.topic(topic), partition), { topic, partition, writer })
      }),
    ),
  )
  await board.caughtUp()
  const reader = new PartitionReader(connection)
  try {
    const positions = [...places.values()].map(({ topic, partition }) => ({
      topic: names.topic(topic),
      partition,
    }))
    await reader.open(positions, () => 0)
    for (const state of reader.states)
      goOn(state, places.get(placeOf(state.topic, state.partition)), hooks)
    return new Follower(settings, assignment, hooks, reader, places)
  } catch (error) {
    await reader.close()
    throw error
  }
}

/** Lets a place be read from where its views stand; it begins where the log begins. */
const goOn = (state: ReadState, place: Place | undefined, hooks: SinkHooks): void => {
  if (place === undefined) return
  const wanted = place.writer.next()
  if (wanted > state.end)
    throw new OtherLogError(
      `the views have ${state.topic}, partition ${state.partition}, up to ${wanted}, but it ends at ${state.end}: ` +
        'they are of another log; make them anew with stopline rebuild views',
    )
  if (wanted > 0 && wanted < state.next)
    hooks.onLost?.(place.topic, place.partition, state.next - wanted)
  state.next = Math.max(state.next, wanted)
}
