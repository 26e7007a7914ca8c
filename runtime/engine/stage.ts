/** Runs one processor over one partition: merges inputs by time, fires timers between them, applies effects. */

import type { Effect, Input, Processor, Tables } from '../../processors/processor.ts'
import { TOPICS, topicRank, type RecordOf, type TopicName } from '../../schemas/topics.ts'
import type { Keyed, StateStore } from '../ports.ts'
import { CellCache } from './cell-cache.ts'
import { TimerQueue } from './timers.ts'

export interface StageCounts {
  records: number
  timersFired: number
  late: number
  dropped: Map<string, number>
}

export class Stage {
  readonly processor: Processor
  readonly counts: StageCounts = { records: 0, timersFired: 0, late: 0, dropped: new Map() }
  readonly #cells: CellCache
  readonly #timers = new TimerQueue()
  readonly #changedTimers = new Map<string, { key: string; timer: string; due: number | null }>()
  readonly #store: StateStore
  #now: number

  /** `now` is the pipeline time the stored state has reached. */
  constructor(processor: Processor, store: StateStore, now: number) {
    this.processor = processor
    this.#store = store
    this.#now = now
    this.#cells = new CellCache(processor.name, processor.cells, store)
    for (const { key, timer, due } of store.loadTimers(processor.name))
      this.#timers.set(key, timer, due)
  }

  get openTimers(): number {
    return this.#timers.size
  }

  /** Due time of the next timer, Infinity where none is set. */
  get nextDue(): number {
    return this.#timers.peek()?.due ?? Infinity
  }

  /** Handles `inputs` and all timers up to `horizon`, in order of time, and returns what was emitted, in that order. */
  run(inputs: readonly Keyed[], horizon: number, tables: Tables): Keyed[] {
    const out: Keyed[] = []
    for (const input of inOrder(inputs)) {
      this.#fire(input.at, tables, out)
      if (input.at < this.#now) this.counts.late += 1
      else this.#now = input.at
      this.counts.records += 1
      this.#step(
        input.key,
        { kind: 'record', topic: input.topic, record: input.record },
        tables,
        out,
      )
    }
    this.#fire(horizon, tables, out)
    if (horizon > this.#now) this.#now = horizon
    return out
  }

  /** Writes changed cells and timers to the store. */
  flush(): void {
    this.#cells.flush()
    for (const { key, timer, due } of this.#changedTimers.values())
      this.#store.saveTimer(this.processor.name, key, timer, due)
    this.#changedTimers.clear()
  }

  #fire(time: number, tables: Tables, out: Keyed[]): void {
    for (
      let next = this.#timers.takeDue(time);
      next !== undefined;
      next = this.#timers.takeDue(time)
    ) {
      if (next.due > this.#now) this.#now = next.due
      this.counts.timersFired += 1
      this.#noteTimer(next.key, next.timer, null)
      this.#step(next.key, { kind: 'timer', timer: next.timer, due: next.due }, tables, out)
    }
  }

  #step(key: string, input: Input, tables: Tables, out: Keyed[]): void {
    const effects = this.processor.step(this.#cells.of(key), key, input, this.#now, tables)
    for (const effect of effects) this.#apply(key, effect, out)
  }

  #apply(key: string, effect: Effect, out: Keyed[]): void {
    switch (effect.kind) {
      case 'emit':
        out.push(keyed(effect.topic, effect.record, this.#now))
        return
      case 'setTimer':
        this.#timers.set(key, effect.timer, effect.at)
        this.#noteTimer(key, effect.timer, effect.at)
        return
      case 'clearTimer':
        this.#timers.clear(key, effect.timer)
        this.#noteTimer(key, effect.timer, null)
        return
      case 'drop':
        this.counts.dropped.set(effect.reason, (this.counts.dropped.get(effect.reason) ?? 0) + 1)
    }
  }

  #noteTimer(key: string, timer: string, due: number | null): void {
    this.#changedTimers.set(`${key}\u001f${timer}`, { key, timer, due })
  }
}

/** A record with the key its topic gives it. */
export const keyed = <T extends TopicName>(
  topic: T,
  record: RecordOf<T>,
  at: number,
): Keyed<T> => ({
  topic,
  key: (TOPICS[topic].keyOf as (r: RecordOf<T>) => string)(record),
  at,
  record,
})

/** By (time, topic, key, eventId); source topics keep the order of their log within an instant. */
const inOrder = (inputs: readonly Keyed[]): readonly Keyed[] =>
  [...inputs].sort(
    (a, b) =>
      a.at - b.at ||
      topicRank(a.topic) - topicRank(b.topic) ||
      (TOPICS[a.topic].schema === 'run-event'
        ? 0
        : compare(a.key, b.key) || compare(a.record.eventId, b.record.eventId)),
  )
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
