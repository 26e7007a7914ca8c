/** Reads partitions of all topics that feed views, and writes what they say from where the views stand. */

import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../../runtime/clock.ts'
import type { FetchedMessage } from '../../runtime/kafka/client-parts.ts'
import type { Connection } from '../../runtime/kafka/connection.ts'
import { fromMessage, type WriteTo } from '../../runtime/kafka/messages.ts'
import type { ProgressBoard } from '../../runtime/kafka/progress-board.ts'
import { placeOf } from '../../runtime/kafka/progress.ts'
import type { PartitionReader, ReadState } from '../../runtime/kafka/reader.ts'
import type { LogRecord, ToViews } from '../../runtime/ports.ts'
import { RegistryDownError, type Registry } from '../../runtime/registry.ts'
import type { RedisClient } from '../../runtime/redis/client.ts'
import { MovedError } from '../../runtime/redis/family-writer.ts'
import { sayFresh, type PartitionFreshness } from '../../runtime/redis/freshness.ts'
import type { OpenGeneration } from '../../runtime/redis/generations.ts'
import type { PartitionWriter } from '../../runtime/redis/partition-writer.ts'
import type { TopicName } from '../../schemas/topics.ts'
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

const POLL_MS = 50
const FRESH_MS = 200
/** How often it looks whether the views still have all that was written. */
const CHECK_MS = 1_000
const WAITING_MS = 250

/** One partition of one topic. */
export interface Place {
  readonly topic: TopicName
  readonly partition: number
  readonly writer: PartitionWriter
}
interface Batch extends Place {
  readonly records: readonly LogRecord[]
  readonly to: number
}

/** What is read, and where and into which generation it is written. */
interface Opened {
  readonly reader: PartitionReader
  readonly places: ReadonlyMap<string, Place>
  readonly into: OpenGeneration
}

export class Follower {
  readonly #settings: FollowSettings
  readonly #hooks: SinkHooks
  readonly #reader: PartitionReader
  readonly #into: OpenGeneration
  readonly #places: Map<string, Place>
  readonly #reaches: Map<number, Reach>
  readonly #offered: (nowMs: number) => Offered
  #saidAt = -Infinity
  #checkedAt = -Infinity
  #makesWay = false

  constructor(
    settings: FollowSettings,
    mine: readonly number[],
    hooks: SinkHooks,
    { reader, places, into }: Opened,
  ) {
    this.#settings = settings
    this.#hooks = hooks
    this.#reader = reader
    this.#into = into
    this.#places = new Map(places)
    const { board, writers, partitions } = settings
    this.#offered = createOffered(board)
    this.#reaches = new Map(
      mine.map((partition) => [partition, createReach(board, writers, partitions)]),
    )
  }

  /**
   * Reads what there is and writes it; says now and then how far the views are. Throws MovedError and GoneError where they are
   * not as it left them.
   */
  async turn(): Promise<void> {
    const batches = await this.#read()
    const began = performance.now()
    const counts = await Promise.all(batches.map((batch) => this.#apply(batch)))
    const count = counts.reduce((sum, each) => sum + each, 0)
    if (count > 0) this.#hooks.onApplied?.(count, (performance.now() - began) / 1000)
    if (began - this.#saidAt < FRESH_MS) return
    this.#saidAt = began
    if (began - this.#checkedAt >= CHECK_MS) {
      this.#checkedAt = began
      await Promise.all([...this.#places.values()].map(({ writer }) => writer.check()))
    }
    await this.#say()
  }

  /** From now on a partition that another one writes too is left to that one. */
  makeWay(): void {
    this.#makesWay = true
  }

  /** Returns how many records were written. */
  async #apply({ writer, partition, records, to }: Batch): Promise<number> {
    try {
      await writer.apply(records, to)
      return records.length
    } catch (error) {
      if (!(this.#makesWay && error instanceof MovedError)) throw error
      this.#reaches.delete(partition)
      for (const [name, place] of this.#places)
        if (place.partition === partition) this.#places.delete(name)
      return 0
    }
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
        {
          isPaused: ({ topic, partition }) => !this.#places.has(placeOf(topic, partition)),
          prepare: (state, messages) => this.#prepare(state, messages),
        },
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
    await sayFresh(redis, space, this.#into, fresh)
    this.#hooks.onFresh?.(fresh)
  }
}
