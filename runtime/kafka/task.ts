/**
 * A task on one partition: its processors' engine, fed by the merge of its inputs. What a batch changes, what it says
 * and how far it has come are one transaction; after an error all of it is thrown away and restored.
 */

import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StoreError } from '../embedded/store-error.ts'
import { DeadLetterLimit } from '../engine/dead-letter-limit.ts'
import { shapeOf } from '../engine/cells-shape.ts'
import { TopologyEngine } from '../engine/topology.ts'
import type { Models } from '../../processors/processor.ts'
import type { Keyed } from '../ports.ts'
import type { Registry } from '../registry.ts'
import type { DeadLetter } from '../../schemas/events.ts'
import type { TopicName } from '../../schemas/topics.ts'
import { toChangelog } from './changelog.ts'
import type { FetchedMessage } from './client-parts.ts'
import { ReadingOn } from './reading-on.ts'
import type { Connection } from './connection.ts'
import { InputMerge, type Merged } from './merge.ts'
import { fromMessage, toMessage, type WriteTo } from './messages.ts'
import { taskName } from './names.ts'
import type { ProgressBoard } from './progress-board.ts'
import { encodeProgress, placeOf, type Offsets, type Progress } from './progress.ts'
import { PartitionReader, type ReadState } from './reader.ts'
import { restore } from './restore.ts'
import type { Committed, Turn } from './task-events.ts'
import { offsetsOf, positionsOf, sourcesOf } from './task-inputs.ts'
import type { TaskState } from './task-state.ts'
import type { TaskPlan } from './tasks.ts'
import { TransactionalWriter, type Placed } from './transactions.ts'

export interface TaskSettings extends WriteTo {
  readonly connection: Connection
  readonly board: ProgressBoard
  /** Null where only this version writes: ids are then those of our own list. */
  readonly registry: Registry | null
  /** Where states outlive their process; null keeps them in memory. */
  readonly stateFolder: string | null
  /** Models that processors ask; none where there are none. */
  readonly models?: Models
}

/** So many records are handled in one transaction as take about this long, within bounds. What is said does not depend on it. */
const BATCH_MS = 100
const [LEAST_BATCH, MOST_BATCH] = [1_000, 10_000]
/** A partition that is ahead of the others is not read on beyond so many records. */
const MOST_WAITING = 10_000
/** So long a turn waits for news. */
const TURN_MS = 250
/**
 * A task that is not behind rests after a commit as long as the commit took, at most so long: where brokers are quick it answers
 * at once, and where they are busy, fewer transactions carry more each.
 */
const MOST_REST_MS = 100

/** The changelog holds cells of another version: they would be misread. */
export class OtherShapeError extends Error {
  override name = 'OtherShapeError'
}

export class Task {
  readonly #plan: TaskPlan
  readonly #partition: number
  readonly #settings: TaskSettings
  readonly #writer: TransactionalWriter
  readonly #reading: ReadingOn
  readonly #state: TaskState
  readonly #engine: TopologyEngine
  readonly #merge: InputMerge
  readonly #topics: ReadonlyMap<string, TopicName>
  readonly #unlisten: () => void
  readonly #restored: number
  readonly #limit: DeadLetterLimit
  #written: Offsets
  readonly #shape: string
  #batch = LEAST_BATCH
  #restsUntil = 0

  private constructor(parts: Parts) {
    const { plan, partition, settings, progress } = parts
    this.#plan = plan
    this.#partition = partition
    this.#settings = settings
    this.#shape = shapeOf(plan.processors)
    this.#writer = parts.writer
    this.#state = parts.state
    this.#engine = new TopologyEngine(
      plan.processors,
      parts.state,
      progress.at,
      [],
      settings.models,
    )
    const { names } = settings
    this.#merge = new InputMerge(sourcesOf(plan, partition, settings), progress)
    const topics = [...plan.inputs, ...plan.tables].map(({ topic }) => topic)
    this.#topics = new Map(topics.map((topic) => [names.topic(topic), topic]))
    this.#written = progress.written
    this.#restored = parts.restored
    this.#limit = new DeadLetterLimit(taskName(plan.name, partition))
    this.#reading = new ReadingOn(parts.reader, {
      onRead: (state, messages) => {
        this.#take(state, messages)
      },
      isPaused: (at) => this.#merge.isAhead(placeOf(at.topic, at.partition), MOST_WAITING),
      prepare: ({ topic }, messages) => this.#prepare(topic, messages),
    })
    this.#unlisten = settings.board.listen((writer, said) => {
      if (!this.#merge.hears(writer)) return
      this.#merge.promise(writer, said)
      this.#reading.stir()
    })
  }

  /** Fences whoever had the partition, then restores its state, then finds where to read on. */
  static async open(plan: TaskPlan, partition: number, settings: TaskSettings): Promise<Task> {
    const { connection, names, board } = settings
    const id = names.transactionalId(plan.name, partition)
    const writer = await TransactionalWriter.open(connection, id)
    const reader = new PartitionReader(connection)
    let state: TaskState | undefined
    try {
      await board.caughtUp()
      const progress = board.committed(taskName(plan.name, partition))
      const shape = shapeOf(plan.processors)
      if (progress.shape !== undefined && progress.shape !== shape)
        throw new OtherShapeError(
          `${names.changelog(plan.name)} holds cells of another version: run the version that wrote them, or begin anew in another namespace (STOPLINE_KAFKA_NAMESPACE)`,
        )
      const changelog = { topic: names.changelog(plan.name), partition }
      const restored = await restore(connection, changelog, progress, folderOf(settings, id))
      state = restored.state
      await reader.open(positionsOf(plan, partition, settings), ({ topic, partition: of }) =>
        Math.min(...Object.values(progress.handled[placeOf(topic, of)] ?? { none: 0 })),
      )
      const parts = { plan, partition, settings, progress, writer, reader, state }
      return new Task({ ...parts, restored: restored.count })
    } catch (error) {
      state?.close()
      await Promise.allSettled([writer.close(), reader.close()])
      throw error
    }
  }

  /** Pipeline time reached. */
  get now(): number {
    return this.#engine.now
  }

  /** Changes that were read back when it was opened. */
  get restored(): number {
    return this.#restored
  }

  /** Why it reads nothing for now; null where it does. */
  get paused(): string | null {
    return this.#reading.paused
  }

  /** Handles what may be handled, or waits for news. Returns what was committed or passed, null where nothing was. */
  async turn(): Promise<Turn | null> {
    try {
      return await this.#turn()
    } catch (error) {
      // Damaged on disk: it is restored from the changelog.
      if (error instanceof StoreError) this.#state.distrust()
      throw error
    }
  }

  async #turn(): Promise<Turn | null> {
    const rest = this.#restsUntil - performance.now()
    if (rest > 0) await sleep(rest)
    const due = this.#nextDue()
    const merged = this.#merge.next(this.#batch, due)
    const { horizon, records } = merged
    const isLater = horizon > this.#engine.now
    if (records.length > 0 || (isLater && due <= horizon))
      return { kind: 'committed', ...(await this.#handle(merged)) }
    if (isLater) return this.#pass(merged)
    await this.#reading.news(TURN_MS)
    return null
  }

  /** Nothing came and nothing was due: time goes on, and there is nothing to commit. */
  #pass({ horizon, rows }: Merged): Turn {
    if (rows.length > 0) this.#engine.advance(rows, this.#engine.now)
    this.#engine.advance([], horizon)
    this.#merge.done(horizon)
    this.#settings.board.pass(taskName(this.#plan.name, this.#partition), horizon)
    return { kind: 'passed', at: horizon }
  }

  #take({ topic: name, partition, next }: ReadState, messages: readonly FetchedMessage[]): void {
    const place = placeOf(name, partition)
    const topic = this.#topics.get(name)
    if (topic === undefined) return
    for (const message of messages) {
      const { writer, record } = fromMessage(topic, partition, message)
      // Every task reads all partitions of a table: one of them tells of what cannot be read.
      if (!isLetter(record) || partition === this.#partition)
        this.#merge.take(place, writer, message.offset, record)
    }
    this.#merge.reached(place, next)
  }

  #prepare(name: string, messages: readonly FetchedMessage[]): Promise<void> | undefined {
    const topic = this.#topics.get(name)
    return topic && this.#settings.registry?.prepare(topic, messages)
  }

  async close(): Promise<void> {
    this.#unlisten()
    this.#state.close()
    await Promise.allSettled([this.#writer.close(), this.#reading.close()])
  }

  async #handle({ horizon, rows, records }: Merged): Promise<Committed> {
    const began = performance.now()
    const letters = records.filter(isLetter)
    for (const record of records) this.#limit.note(isLetter(record), reasonOf(record))
    if (rows.length > 0) this.#engine.advance(rows, this.#engine.now)
    const said = this.#engine.advance(
      letters.length === 0 ? records : records.filter((record) => !isLetter(record)),
      horizon,
    )
    this.#engine.flush()
    const name = taskName(this.#plan.name, this.#partition)
    const outputs = [...letters, ...said].map((record) => toMessage(record, name, this.#settings))
    const handled = this.#merge.handledBy(horizon)
    const handledAt = performance.now()
    this.#learn(records.length, handledAt - began)
    const written = await this.#writer.commit({
      messages: [...this.#changes(horizon), ...outputs],
      last: {
        ...{ topic: this.#settings.names.progress, partition: 0 },
        say: (places) => this.#progress(name, { at: horizon, written: places, handled }),
      },
      read: { group: this.#settings.names.group(this.#plan.name), offsets: offsetsOf(handled) },
    })
    const committedAt = performance.now()
    const rest = this.#reading.isAtEnd ? Math.min(MOST_REST_MS, committedAt - handledAt) : 0
    this.#restsUntil = committedAt + rest
    const own = placeOf(this.#settings.names.changelog(this.#plan.name), this.#partition)
    this.#state.keep({ next: written[own] ?? 0, at: horizon }, Date.now())
    this.#written = this.#inner({ ...this.#written, ...written })
    this.#merge.done(horizon)
    return {
      at: horizon,
      records: records.length,
      outputs: outputs.length,
      letters: letters.length,
      ms: performance.now() - began,
    }
  }

  /** Few records say little about how long many take. */
  #learn(records: number, ms: number): void {
    if (2 * records < this.#batch) return
    const fitting = Math.round((records * BATCH_MS) / Math.max(1, ms))
    this.#batch = Math.min(MOST_BATCH, Math.max(LEAST_BATCH, fitting))
  }

  #changes(horizon: number): Placed[] {
    const topic = this.#settings.names.changelog(this.#plan.name)
    return [{ kind: 'commit' } as const, ...this.#state.takeChanges()].map((change) => ({
      ...toChangelog(change, horizon),
      topic,
      partition: this.#partition,
    }))
  }

  #progress(key: string, { at, written, handled }: Progress): { key: string; value: Buffer } {
    const all = this.#inner({ ...this.#written, ...written })
    return { key, value: encodeProgress({ at, written: all, handled, shape: this.#shape }) }
  }

  /** Changelogs are nobody else's business. */
  #inner(written: Offsets): Offsets {
    const own = placeOf(this.#settings.names.changelog(this.#plan.name), this.#partition)
    return Object.fromEntries(Object.entries(written).filter(([place]) => place !== own))
  }

  #nextDue(): number {
    return Math.min(...this.#engine.stages.map(({ nextDue }) => nextDue))
  }
}

const folderOf = ({ stateFolder }: TaskSettings, id: string): string | null =>
  stateFolder === null ? null : join(stateFolder, id)

interface Parts {
  readonly plan: TaskPlan
  readonly partition: number
  readonly settings: TaskSettings
  readonly progress: Progress
  readonly writer: TransactionalWriter
  readonly reader: PartitionReader
  readonly state: TaskState
  readonly restored: number
}

const isLetter = ({ topic }: Keyed): boolean => topic === 'ci.dead-letters.v1'
const reasonOf = ({ record }: Keyed): string => (record as DeadLetter | null)?.reason ?? ''
