/**
 * A task on one partition: its processors' engine, fed by the merge of its inputs. What a batch changes, what it says
 * and how far it has come are handed in together, to be in one transaction; after an error all of it is thrown away and restored.
 */

import { join } from 'node:path'
import { StoreError } from '../embedded/store-error.ts'
import { shapeOf } from '../engine/cells-shape.ts'
import { TopologyEngine } from '../engine/topology.ts'
import type { Models } from '../../processors/processor.ts'
import type { Registry } from '../registry.ts'
import type { TopicName } from '../../schemas/topics.ts'
import { BatchSize } from './batch-size.ts'
import type { FetchedMessage } from './client-parts.ts'
import { ReadingOn } from './reading-on.ts'
import type { Connection } from './connection.ts'
import type { LaneWriter } from './lane-writer.ts'
import { InputMerge, type Merged } from './merge.ts'
import { received, type Received, type WriteTo } from './messages.ts'
import { OUTSIDE, taskName } from './names.ts'
import { Pieces } from './pieces.ts'
import type { ProgressBoard } from './progress-board.ts'
import { placeOf, type Progress } from './progress.ts'
import { PartitionReader, type ReadState } from './reader.ts'
import { restore } from './restore.ts'
import { TaskCommits } from './task-commits.ts'
import type { Assigned, Committed, Turn } from './task-events.ts'
import { positionsOf, sourcesOf } from './task-inputs.ts'
import { taskMemoryOf, type TaskMemory } from './task-memory.ts'
import type { TaskState } from './task-state.ts'
import type { TaskPlan } from './tasks.ts'

export interface TaskSettings extends WriteTo {
  readonly connection: Connection
  readonly board: ProgressBoard
  /** Into so many the partitions are shared out. */
  readonly lanes: number
  /** Null where only this version writes: ids are then those of our own list. */
  readonly registry: Registry | null
  /** Where states outlive their process; null keeps them in memory. */
  readonly stateFolder: string | null
  /** Missing: as much as where it is the only one. */
  readonly memory?: TaskMemory
  /** Models that processors ask; none where there are none. */
  readonly models?: Models
}

/** So long a turn waits for news. */
const TURN_MS = 250

/** The changelog holds cells of another version: they would be misread. */
export class OtherShapeError extends Error {
  override name = 'OtherShapeError'
}

export class Task {
  readonly #reading: ReadingOn
  readonly #state: TaskState
  readonly #engine: TopologyEngine
  readonly #merge: InputMerge<Received>
  readonly #topics: ReadonlyMap<string, TopicName>
  readonly #unlisten: () => void
  readonly #restored: number
  readonly #pieces: Pieces
  readonly #commits: TaskCommits
  readonly #batch = new BatchSize()

  private constructor(parts: Parts) {
    const { plan, partition, settings, progress } = parts
    const { aheadRecords } = parts.memory
    this.#commits = new TaskCommits(parts)
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
    this.#restored = parts.restored
    this.#pieces = new Pieces(this.#engine, partition, taskName(plan.name, partition), settings)
    this.#reading = new ReadingOn(parts.reader, {
      onRead: (state, messages) => {
        this.#take(state, messages)
      },
      isPaused: (at) => this.#merge.isAhead(placeOf(at.topic, at.partition), aheadRecords),
      prepare: ({ topic: name }, messages) => {
        const topic = this.#topics.get(name)
        return topic && settings.registry?.prepare(topic, messages)
      },
    })
    this.#unlisten = settings.board.listen((writer, said) => {
      if (!this.#merge.hears(writer)) return
      this.#merge.promise(writer, said)
      this.#reading.stir()
    })
  }

  /**
   * Restores its state, then finds where to read on. Whoever had the partition is fenced by its lane's writer, and what was committed then
   * is known to the board.
   */
  static async open(
    { plan, partition }: Assigned,
    writer: LaneWriter,
    settings: TaskSettings,
  ): Promise<Task> {
    const { connection, names, board, memory = taskMemoryOf(1) } = settings
    const reader = new PartitionReader(connection, memory.aheadBytes)
    let state: TaskState | undefined
    try {
      const progress = board.committed(taskName(plan.name, partition))
      const shape = shapeOf(plan.processors)
      if (progress.shape !== undefined && progress.shape !== shape)
        throw new OtherShapeError(
          `${names.changelog(plan.name)} holds cells of another version: run the version that wrote them, or begin anew in another namespace (STOPLINE_KAFKA_NAMESPACE)`,
        )
      const changelog = { topic: names.changelog(plan.name), partition }
      const restored = await restore(connection, changelog, progress, {
        folder: folderOf(settings, plan, partition),
        share: memory.storeShare,
      })
      state = restored.state
      await reader.open(positionsOf(plan, partition, settings), ({ topic, partition: of }) =>
        Math.min(...Object.values(progress.handled[placeOf(topic, of)] ?? { none: 0 })),
      )
      const parts = { plan, partition, settings, memory, progress, writer, reader, state }
      return new Task({ ...parts, restored: restored.count })
    } catch (error) {
      state?.close()
      await reader.close().catch(() => undefined)
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

  /**
   * Handles what may be handled, or waits for news. Returns what was committed or passed, null where nothing was. Rejects with
   * {@link PartitionStoppedError} from the turn on that follows the commit of one dead letter too many.
   */
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
    if (this.#pieces.stopped !== undefined) throw this.#pieces.stopped
    const due = this.#nextDue()
    const merged = this.#merge.next(this.#batch.records, due)
    const { horizon, records } = merged
    const isLater = horizon > this.#engine.now
    if (records.length > 0 || this.#pieces.owes || (isLater && due <= horizon))
      return { kind: 'committed', ...(await this.#handle(merged)) }
    if (isLater) return this.#pass(merged)
    await this.#reading.news(TURN_MS)
    return null
  }

  /** Nothing came and nothing was due: time goes on, and there is nothing to commit. */
  #pass(merged: Merged<Received>): Turn {
    const { horizon } = merged
    this.#pieces.handle(merged)
    this.#merge.done(horizon)
    this.#commits.pass(horizon)
    return { kind: 'passed', at: horizon }
  }

  #take({ topic: name, partition, next }: ReadState, messages: readonly FetchedMessage[]): void {
    const place = placeOf(name, partition)
    const topic = this.#topics.get(name)
    if (topic === undefined) return
    for (const message of messages) {
      const read = received(topic, partition, message)
      const isExpected = this.#merge.take(place, read.writer, message.offset, read)
      if (!isExpected && read.writer === OUTSIDE) this.#pieces.stray(read)
    }
    this.#merge.reached(place, next)
  }

  async close(): Promise<void> {
    this.#unlisten()
    this.#state.close()
    await this.#reading.close().catch(() => undefined)
  }

  async #handle(merged: Merged<Received>): Promise<Committed> {
    const began = performance.now()
    const { packs, horizon, records, outputs, letters } = this.#pieces.handle(merged)
    this.#engine.flush()
    const handled = this.#merge.handledBy(horizon)
    this.#batch.learn(records, performance.now() - began)
    await this.#commits.commit(packs, horizon, handled)
    this.#merge.done(horizon)
    return { at: horizon, records, outputs, letters, ms: performance.now() - began }
  }

  #nextDue(): number {
    return Math.min(...this.#engine.stages.map(({ nextDue }) => nextDue))
  }
}

const folderOf = (
  { stateFolder, names }: TaskSettings,
  { name }: TaskPlan,
  partition: number,
): string | null =>
  stateFolder === null ? null : join(stateFolder, `${names.group(name)}-${partition}`)

interface Parts {
  readonly plan: TaskPlan
  readonly partition: number
  readonly settings: TaskSettings
  readonly memory: TaskMemory
  readonly progress: Progress
  readonly writer: LaneWriter
  readonly reader: PartitionReader
  readonly state: TaskState
  readonly restored: number
}
