/**
 * The topology as many processes would run it: every stage in N partitions by key, each with its own state, joined by
 * nothing but the bytes of topics. Partitions meet at full hours, when table records are handed to all of them.
 */

import type { Processor } from '../../processors/processor.ts'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import { keyed } from '../../runtime/engine/stage.ts'
import { TopologyEngine } from '../../runtime/engine/topology.ts'
import type { Keyed, Offer } from '../../runtime/ports.ts'
import type { TopicName } from '../../schemas/topics.ts'
import { HOUR } from './facts.ts'
import { fromBytes, toBytes, type Published } from './topology-driver.ts'

const partitionOf = (key: string, partitions: number): number => {
  let hash = 7
  for (const char of key) hash = (hash * 31 + char.charCodeAt(0)) >>> 0
  return hash % partitions
}

/** One stage: its partitions, each an engine of one processor. */
const stageOf = (processor: Processor, partitions: number) => {
  const stores = Array.from({ length: partitions }, () => new EmbeddedStore(':memory:'))
  const engines = stores.map((store) => new TopologyEngine([processor], store, 0))
  const isTable = (topic: TopicName): boolean => processor.broadcasts?.includes(topic) ?? false
  const isInput = (topic: TopicName): boolean => processor.inputs.includes(topic)
  return {
    advance(round: readonly Published[], horizon: number): Published[] {
      const emitted = engines.flatMap((engine, index) => {
        const mine = round.filter(
          ({ topic, key }) =>
            isTable(topic) || (isInput(topic) && partitionOf(key, partitions) === index),
        )
        const inputs = mine.map(fromBytes).sort((a, b) => a.at - b.at)
        const said = engine.advance(inputs, horizon)
        engine.flush()
        return said.map(toBytes)
      })
      return emitted.sort((a, b) => a.at - b.at)
    },
    close: () => {
      for (const store of stores) store.close()
    },
  }
}

/** Replays what is heard, in order of time, up to `until`; returns everything published. */
export const replayPartitioned = (
  processors: readonly Processor[],
  heard: readonly Offer[],
  until: number,
  partitions: number,
): Published[] => {
  const stages = processors.map((processor) => stageOf(processor, partitions))
  const inputs: Keyed[] = heard.map(({ topic, record }) => keyed(topic, record, record.observedAt))
  const published: Published[] = []
  const isTable = new Set(processors.flatMap(({ broadcasts }) => broadcasts ?? []))
  const first = inputs[0]?.at ?? until
  for (let hour = Math.ceil(first / HOUR) * HOUR; hour < until + HOUR; hour += HOUR) {
    const horizon = Math.min(hour, until)
    const due = inputs.filter(({ at }) => at <= horizon && at > horizon - HOUR)
    const round = due.map(toBytes)
    for (const stage of stages) {
      const emitted = stage.advance(
        round.filter(({ topic }) => !isTable.has(topic)),
        horizon,
      )
      round.push(...emitted)
      published.push(...emitted)
    }
    // What was published up to a full hour is a table row for the rounds after it.
    const tables = round.filter(({ topic }) => isTable.has(topic))
    for (const stage of stages) stage.advance(tables, horizon)
  }
  for (const stage of stages) stage.close()
  return published
}
