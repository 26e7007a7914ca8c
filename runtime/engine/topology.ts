/** Runs a whole topology in rounds: every processor up to a horizon, in order, never across a full hour (docs/adr/0001). */

import type { Models, Processor, Tables } from '../../processors/processor.ts'
import type { RecordOf, TopicName } from '../../schemas/topics.ts'
import type { Keyed, StateStore } from '../ports.ts'
import type { PartitionStoppedError } from './dead-letter-limit.ts'
import { Stage } from './stage.ts'

const HOUR_MS = 3_600_000

/** Broadcast tables: newest record of each key. */
class TableCache implements Tables {
  readonly models: Models
  readonly #rows = new Map<TopicName, Map<string, RecordOf<TopicName>>>()
  constructor(models: Models) {
    this.models = models
  }
  get<T extends TopicName>(topic: T, key: string): RecordOf<T> | undefined {
    return this.#rows.get(topic)?.get(key) as RecordOf<T> | undefined
  }
  put({ topic, key, record }: Keyed): void {
    const rows = this.#rows.get(topic)
    if (record === null) rows?.delete(key)
    else if (rows === undefined) this.#rows.set(topic, new Map([[key, record]]))
    else rows.set(key, record)
  }
}

export class TopologyEngine {
  readonly stages: readonly Stage[]
  readonly #tables: TableCache
  readonly #broadcasts: ReadonlySet<TopicName>
  #now: number

  /** `broadcasts` are the table records the log holds so far, in order. */
  constructor(
    processors: readonly Processor[],
    store: StateStore,
    now: number,
    broadcasts: Iterable<Keyed> = [],
    models: Models = {},
  ) {
    this.#tables = new TableCache(models)
    this.stages = processors.map((processor) => new Stage(processor, store, now))
    this.#broadcasts = new Set(processors.flatMap((processor) => processor.broadcasts ?? []))
    this.#now = now
    for (const row of broadcasts) this.#tables.put(row)
  }

  /** Pipeline time reached. */
  get now(): number {
    return this.#now
  }

  /** Why it is to be given nothing more, where one of its stages says so. What was handled before is to be kept. */
  get stopped(): PartitionStoppedError | undefined {
    return this.stages.find(({ stopped }) => stopped !== undefined)?.stopped
  }

  /**
   * Handles `records` (in order of time; table records of processors elsewhere among them) and every timer up to
   * `horizon`; the caller promises that no further record at or before it will come. Returns all that was emitted, in order of time, then of stages: whatever the horizons,
   * the order is the same.
   */
  advance(records: readonly Keyed[], horizon: number): Keyed[] {
    const out: Keyed[] = []
    let from = 0
    while (this.#now < horizon || from < records.length) {
      const first = this.#nextInstant(records[from])
      if (first > horizon) {
        this.#now = Math.max(this.#now, horizon)
        break
      }
      const end = Math.min(horizon, Math.ceil(Math.max(first, this.#now + 1) / HOUR_MS) * HOUR_MS)
      let to = from
      while (to < records.length && (records[to]?.at ?? 0) <= end) to += 1
      for (const record of this.#round(records.slice(from, to), end)) out.push(record)
      from = to
      this.#now = end
    }
    return out
  }

  /** How many changed cells are in memory alone until the next flush. */
  get changedCells(): number {
    let changed = 0
    for (const stage of this.stages) changed += stage.changedCells
    return changed
  }

  flush(): void {
    for (const stage of this.stages) stage.flush()
  }

  /** The first instant at which anything can happen, so that silent hours cost nothing. */
  #nextInstant(record: Keyed | undefined): number {
    let first = record?.at ?? Infinity
    for (const stage of this.stages) first = Math.min(first, stage.nextDue)
    return first
  }

  #round(records: readonly Keyed[], end: number): readonly Keyed[] {
    const byTopic = new Map<TopicName, Keyed[]>()
    const publish = (record: Keyed): void => {
      const sofar = byTopic.get(record.topic)
      if (sofar === undefined) byTopic.set(record.topic, [record])
      else sofar.push(record)
    }
    records.forEach(publish)
    const emitted: Keyed[] = []
    for (const stage of this.stages) {
      for (const record of stage.run(inputsOf(stage, byTopic), end, this.#tables)) {
        publish(record)
        emitted.push(record)
      }
    }
    emitted.sort((a, b) => a.at - b.at)
    for (const topic of this.#broadcasts)
      for (const record of byTopic.get(topic) ?? []) this.#tables.put(record)
    return emitted
  }
}

const NO_INPUTS: readonly Keyed[] = []
/** What a stage is given of a round, topic by topic. Most hear of one topic at a time, and its list will do as it is. */
const inputsOf = (
  { processor }: Stage,
  byTopic: ReadonlyMap<TopicName, readonly Keyed[]>,
): readonly Keyed[] => {
  let inputs = NO_INPUTS
  for (const topic of processor.inputs) {
    const records = byTopic.get(topic)
    if (records !== undefined) inputs = inputs.length === 0 ? records : [...inputs, ...records]
  }
  return inputs
}
