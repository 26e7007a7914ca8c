/** The topology on one SQLite file: log, state, timers, cursors and views move in one transaction per batch. */

import type { Processor } from '../../processors/processor.ts'
import { TOPICS, topicRank, type RecordOf, type TopicName } from '../../schemas/topics.ts'
import { keyed } from '../engine/stage.ts'
import { TopologyEngine } from '../engine/topology.ts'
import type { Keyed, ViewWrite } from '../ports.ts'
import { EmbeddedLog } from './log.ts'
import { EmbeddedStore } from './store.ts'
import { EmbeddedViews } from './views.ts'

/** A record offered to the log, not yet stamped by it. */
export interface Offer<T extends TopicName = TopicName> {
  readonly topic: T
  readonly record: RecordOf<T>
}
/** Turns a published record into writes of read models. */
export type ToViews = (record: Keyed) => readonly ViewWrite[]

const NOW = 'pipeline-time'
const cursorName = (source: string): string => `cursor/${source}`

export class EmbeddedRuntime {
  readonly store: EmbeddedStore
  readonly log: EmbeddedLog
  readonly views: EmbeddedViews
  readonly engine: TopologyEngine
  readonly #toViews: ToViews

  constructor(folder: string, processors: readonly Processor[], toViews: ToViews = () => []) {
    this.store = new EmbeddedStore(folder)
    this.log = new EmbeddedLog(this.store)
    this.views = new EmbeddedViews(this.store)
    this.#toViews = toViews
    const broadcasts = new Set(processors.flatMap((processor) => processor.broadcasts ?? []))
    const tables = [...broadcasts].flatMap((topic) => [...this.log.read(topic)])
    this.engine = new TopologyEngine(processors, this.store, this.store.getNumber(NOW) ?? 0, tables)
  }

  /** Pipeline time reached: everything at or before it has been handled and is on disk. */
  get now(): number {
    return this.engine.now
  }

  /** Where a producer stopped, or undefined where it never ran. */
  cursor(source: string): number | undefined {
    return this.store.getNumber(cursorName(source))
  }

  /**
   * Appends offers, handles everything up to `horizon` and saves the producer's cursor: all in one transaction.
   * An offer observed at or before the time already reached is stamped just after it. Returns what was published.
   * An error leaves the file as it was before the call; the process must then be started anew.
   */
  commit(
    offers: readonly Offer[],
    horizon: number,
    cursor?: { source: string; at: number },
  ): Keyed[] {
    const records = this.#stamp(offers)
    const until = Math.max(horizon, records.at(-1)?.at ?? 0)
    return this.store.transaction(() => {
      const emitted = this.engine.advance(records, until)
      const published = [...records, ...emitted]
      this.log.append(published)
      this.views.write(viewWrites(published, this.#toViews))
      this.engine.flush()
      this.store.setNumber(NOW, this.engine.now)
      if (cursor !== undefined) this.store.setNumber(cursorName(cursor.source), cursor.at)
      return published
    })
  }

  close(): void {
    this.store.close()
  }

  #stamp(offers: readonly Offer[]): Keyed[] {
    const earliest = this.engine.now + 1
    return offers
      .map(({ topic, record }) => {
        const late = record.observedAt < earliest
        const stamped = late ? { ...record, observedAt: earliest } : record
        return keyed(topic, stamped, stamped.observedAt)
      })
      .sort((a, b) => a.at - b.at || topicRank(a.topic) - topicRank(b.topic))
  }
}

const viewWrites = function* (records: readonly Keyed[], toViews: ToViews): Iterable<ViewWrite> {
  for (const record of records) yield* toViews(record)
}

/** Topics in the order of the table, for commands that walk all of them. */
export const allTopics = Object.keys(TOPICS) as TopicName[]
