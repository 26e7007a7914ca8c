/** Cuts a topology into tasks: processors that share their keys run together, one task for each partition. */

import type { Processor } from '../../processors/processor.ts'
import { TOPICS, type TopicName, type TopicRow } from '../../schemas/topics.ts'
import { OUTSIDE } from './names.ts'

/** A topic that is read, and the tasks that write it, of those before where it is a task that reads; `outside` where none does. */
export interface TaskInput {
  readonly topic: TopicName
  readonly writers: readonly string[]
}
export interface TaskPlan {
  readonly name: string
  readonly processors: readonly Processor[]
  readonly inputs: readonly TaskInput[]
  /** Tables that every partition holds whole. */
  readonly tables: readonly TaskInput[]
  readonly outputs: readonly TopicName[]
}

interface Placed {
  readonly processor: Processor
  readonly level: number
}

const keyOf = (topic: TopicName): TopicRow['keyOf'] => TOPICS[topic].keyOf as TopicRow['keyOf']
const domainOf = ({ inputs }: Processor): unknown => inputs[0] && keyOf(inputs[0])

/** True where a record of the topic may lie on another partition than what its writer made it of. */
const isRekeyed = (topic: TopicName, writer: Processor): boolean =>
  (TOPICS[topic] as TopicRow).joins === true || keyOf(topic) !== domainOf(writer)

/**
 * The tasks of a topology, in its order. Processors are fused where they have the same key and nothing between them
 * crosses partitions; a task reads of a topic only what tasks before it have written.
 */
export const tasksOf = (processors: readonly Processor[]): readonly TaskPlan[] => {
  const placed: Placed[] = []
  for (const processor of processors) {
    const levels = processor.inputs.flatMap((topic) =>
      placed
        .filter((earlier) => earlier.processor.outputs.includes(topic))
        .map((earlier) => earlier.level + (isRekeyed(topic, earlier.processor) ? 1 : 0)),
    )
    // A change of key is a step too, whatever lies between.
    placed.push({ processor, level: Math.max(0, ...levels) })
  }
  const groups: Placed[][] = []
  for (const each of placed) {
    const group = groups.find(([first]) => first !== undefined && areFused(first, each))
    if (group === undefined) groups.push([each])
    else group.push(each)
  }
  return groups.map((group, index) => planOf(group, groups.slice(0, index), groups))
}

/** Who writes a topic, by the tasks of a topology. */
export const writersOf = (plans: readonly TaskPlan[], topic: TopicName): TaskInput => {
  const tasks = plans.filter(({ outputs }) => outputs.includes(topic)).map(({ name }) => name)
  return { topic, writers: tasks.length > 0 ? tasks : [OUTSIDE] }
}

const areFused = (a: Placed, b: Placed): boolean =>
  a.level === b.level && domainOf(a.processor) === domainOf(b.processor)

const processorsOf = (group: readonly Placed[]): Processor[] =>
  group.map(({ processor }) => processor)
const nameOf = (group: readonly Placed[]): string => group[0]?.processor.name ?? ''
const writersIn = (groups: readonly (readonly Placed[])[], topic: TopicName): string[] =>
  groups
    .filter((group) => processorsOf(group).some(({ outputs }) => outputs.includes(topic)))
    .map(nameOf)

const planOf = (
  group: readonly Placed[],
  earlier: readonly (readonly Placed[])[],
  all: readonly (readonly Placed[])[],
): TaskPlan => {
  const processors = processorsOf(group)
  const outputs = new Set(processors.flatMap((processor) => processor.outputs))
  const inputs = [...new Set(processors.flatMap((processor) => processor.inputs))]
  const tables = [...new Set(processors.flatMap((processor) => processor.broadcasts ?? []))]
  return {
    name: nameOf(group),
    processors,
    inputs: inputs.flatMap((topic) => {
      const writers = writersIn(earlier, topic)
      if (writers.length > 0) return [{ topic, writers }]
      return writersIn([group], topic).length > 0 ? [] : [{ topic, writers: [OUTSIDE] }]
    }),
    tables: tables.map((topic) => {
      const writers = writersIn(all, topic)
      return { topic, writers: writers.length > 0 ? writers : [OUTSIDE] }
    }),
    outputs: [...outputs, 'ci.dead-letters.v1'],
  }
}
