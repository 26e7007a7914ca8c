/** What a task of one partition reads: its own partition of each input, all partitions of tables. */

import type { Source } from './merge.ts'
import type { WriteTo } from './messages.ts'
import { OUTSIDE, taskName } from './names.ts'
import { placeOf, type Progress } from './progress.ts'
import type { Position } from './reader.ts'
import type { TaskInput, TaskPlan } from './tasks.ts'
import type { Commit } from './transaction-parts.ts'

const partitionsRead = (
  plan: TaskPlan,
  partition: number,
  { partitionsOf }: WriteTo,
): (TaskInput & { readonly partition: number; readonly isTable: boolean })[] => [
  ...plan.inputs.map((input) => ({ ...input, partition, isTable: false })),
  ...plan.tables.flatMap((input) =>
    Array.from({ length: partitionsOf(input.topic) }, (_, of) => ({
      ...input,
      partition: of,
      isTable: true,
    })),
  ),
]

export const positionsOf = (plan: TaskPlan, partition: number, to: WriteTo): Position[] =>
  partitionsRead(plan, partition, to).map(({ topic, partition: of }) => ({
    topic: to.names.topic(topic),
    partition: of,
  }))

/** Every task has as many partitions as its topics, and all topics have the same number (`runTasks`). */
export const sourcesOf = (plan: TaskPlan, partition: number, settings: WriteTo): Source[] =>
  partitionsRead(plan, partition, settings).map(({ topic, writers, partition: of, isTable }) => ({
    place: placeOf(settings.names.topic(topic), of),
    isTable,
    writers: writers.flatMap((writer) =>
      writer === OUTSIDE
        ? [OUTSIDE]
        : Array.from({ length: settings.partitionsOf(topic) }, (_, from) => taskName(writer, from)),
    ),
  }))

/** The offsets a group is told: where the slowest writer's records go on. */
export const offsetsOf = (handled: Progress['handled']): NonNullable<Commit['read']>['offsets'] =>
  Object.entries(handled).map(([place, byWriter]) => {
    const slash = place.lastIndexOf('/')
    return {
      topic: place.slice(0, slash),
      partition: Number(place.slice(slash + 1)),
      offset: Math.min(...Object.values(byWriter)),
    }
  })
