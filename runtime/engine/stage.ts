/** Runs one processor over one partition: merges inputs by time, fires timers between them, applies effects. */

import type { Drop, Effect, Input, Processor, Tables } from '../../processors/processor.ts'
import { CODECS } from '../../schemas/codec.ts'
import type { DeadLetter } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import {
  TOPICS,
  topicRank,
  type RecordOf,
  type TopicName,
  type TopicRow,
} from '../../schemas/topics.ts'
import type { Keyed, StateStore } from '../ports.ts'
import { CellCache } from './cell-cache.ts'
import { DeadLetterLimit, type PartitionStoppedError } from './dead-letter-limit.ts'
import { TimerQueue } from './timers.ts'

export interface StageCounts {
  records: number
  timersFired: number
  emitted: number
  late: number
  rejected: number
  dropped: Map<string, number>
}

export class Stage {
  readonly processor: Processor
  readonly counts: StageCounts = {
    records: 0,
    timersFired: 0,
    emitted: 0,
    late: 0,
    rejected: 0,
    dropped: new Map(),
  }
  readonly #cells: CellCache
  readonly #timers: TimerQueue
  readonly #limit: DeadLetterLimit
  #now: number

  /** `now` is the pipeline time the stored state has reached. */
  constructor(processor: Processor, store: StateStore, now: number) {
    this.processor = processor
    this.#now = now
    this.#cells = new CellCache(processor.name, processor.cells, store)
    this.#timers = new TimerQueue(processor.name, store)
    this.#limit = new DeadLetterLimit(processor.name)
  }

  /** A time before which no timer is due; Infinity where none is set. */
  get nextDue(): number {
    return this.#timers.nextDue
  }

  /** Why it is to be given nothing more: too much of what it was given is dead. */
  get stopped(): PartitionStoppedError | undefined {
    return this.#limit.stopped
  }

  /** Handles `inputs` and all timers up to `horizon`, in order of time, and returns what was emitted, in that order. */
  run(inputs: readonly Keyed[], horizon: number, tables: Tables): Keyed[] {
    const out: Keyed[] = []
    for (const input of inOrder(this.#wanted(inputs))) {
      const { record, topic } = input
      this.#fire(input.at, tables, out)
      if (input.at < this.#now) this.counts.late += 1
      else this.#now = input.at
      if (record !== null) this.#step(input.key, { kind: 'record', topic, record }, tables, out)
    }
    this.#fire(horizon, tables, out)
    if (horizon > this.#now) this.#now = horizon
    this.counts.emitted += out.length
    return out
  }

  /** The inputs without those that are of no use, which are counted at once: they are most of what a stage is given. */
  #wanted(inputs: readonly Keyed[]): readonly Keyed[] {
    this.counts.records += inputs.length
    const { processor } = this
    if (processor.wants === undefined) return inputs
    const wanted: Keyed[] = []
    for (const input of inputs)
      if (input.record === null || processor.wants(input.record, input.topic)) wanted.push(input)
    const passedBy = inputs.length - wanted.length
    if (passedBy > 0) this.#drop('no-use', passedBy)
    for (let i = 0; i < passedBy; i += 1) this.#limit.note(false)
    return wanted
  }

  /** How many changed cells are in memory alone until the next flush. */
  get changedCells(): number {
    return this.#cells.changes
  }

  /** Writes changed cells and timers to the store. */
  flush(): void {
    this.#cells.flush()
    this.#timers.flush()
  }

  #fire(time: number, tables: Tables, out: Keyed[]): void {
    for (
      let next = this.#timers.takeDue(time);
      next !== undefined;
      next = this.#timers.takeDue(time)
    ) {
      if (next.due > this.#now) this.#now = next.due
      this.counts.timersFired += 1
      this.#step(next.key, { kind: 'timer', timer: next.timer, due: next.due }, tables, out)
    }
  }

  #step(key: string, input: Input, tables: Tables, out: Keyed[]): void {
    const effects = this.processor.step(this.#cells.of(key), key, input, this.#now, tables)
    let rejection: string | undefined
    for (const effect of effects) {
      if (effect.kind === 'reject') rejection = effect.reason
      this.#apply(key, effect, input, out)
    }
    if (input.kind === 'record') this.#limit.note(rejection !== undefined, rejection)
  }

  #drop(reason: Drop['reason'], count = 1): void {
    this.counts.dropped.set(reason, (this.counts.dropped.get(reason) ?? 0) + count)
  }

  #apply(key: string, effect: Effect, input: Input, out: Keyed[]): void {
    switch (effect.kind) {
      case 'emit':
        out.push(keyed(effect.topic, effect.record, this.#now))
        return
      case 'retire':
        out.push({ topic: effect.topic, key: effect.key, at: this.#now, record: null })
        return
      case 'setTimer':
        this.#timers.set(key, effect.timer, effect.at)
        return
      case 'clearTimer':
        this.#timers.clear(key, effect.timer)
        return
      case 'drop':
        this.#drop(effect.reason)
        return
      case 'reject':
        this.counts.rejected += 1
        if (input.kind === 'record')
          out.push(
            keyed(
              'ci.dead-letters.v1',
              deadLetter(this.processor.name, input.topic, input.record, effect, this.#now),
              this.#now,
            ),
          )
    }
  }
}

const deadLetter = (
  step: string,
  topic: TopicName,
  record: RecordOf<TopicName>,
  { reason, detail }: { reason: string; detail: string },
  now: number,
): DeadLetter => ({
  eventId: derivedId(record.eventId, `dead/${step}`),
  eventAt: record.eventAt,
  observedAt: now,
  origin: topic,
  position: record.eventId,
  reason,
  detail,
  step,
  payload: CODECS[TOPICS[topic].schema].encode(record as never),
})

/** A record with the key its topic gives it, and its wire bytes where they are known. */
export const keyed = <T extends TopicName>(
  topic: T,
  record: RecordOf<T>,
  at: number,
  bytes?: Buffer,
): Keyed<T> => ({
  topic,
  key: (TOPICS[topic].keyOf as (r: RecordOf<T>) => string)(record),
  at,
  record,
  bytes,
})

/**
 * By (time, topic, key), and by event id where several keys speak to one; else records of one key and topic keep the
 * order of their log. So the order does not depend on how partitions interleave.
 */
const inOrder = (inputs: readonly Keyed[]): readonly Keyed[] =>
  isOrdered(inputs) ? inputs : [...inputs].sort(compareInputs)
const compareInputs = (a: Keyed, b: Keyed): number =>
  a.at - b.at ||
  topicRank(a.topic) - topicRank(b.topic) ||
  compare(a.key, b.key) ||
  ((TOPICS[a.topic] as TopicRow).joins === true
    ? compare(a.record?.eventId ?? '', b.record?.eventId ?? '')
    : 0)
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const isOrdered = (inputs: readonly Keyed[]): boolean => {
  for (let i = 1; i < inputs.length; i += 1) {
    const previous = inputs[i - 1]
    const input = inputs[i]
    if (previous && input && compareInputs(previous, input) > 0) return false
  }
  return true
}
