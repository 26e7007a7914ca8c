/**
 * Lanes: what is assigned, fenced and committed together. The tasks of all partitions whose number, divided by the number of lanes, leaves
 * that of the lane are one lane, and one writer commits for all of them (docs/adr/0011).
 */

import type { Admin } from 'kafkajs'
import type { Names } from './names.ts'
import { progressOf } from './progress.ts'
import type { Assigned } from './task-events.ts'
import type { TaskPlan } from './tasks.ts'

export interface Lane {
  readonly number: number
  readonly tasks: readonly Assigned[]
}

/** Example: of 6 lanes partition 8 has lane 2. */
export const laneOf = (partition: number, lanes: number): number => partition % lanes

/** The lanes of tasks, in order of their numbers. */
export const inLanes = (tasks: readonly Assigned[], lanes: number): readonly Lane[] =>
  [...Map.groupBy(tasks, ({ partition }) => laneOf(partition, lanes))]
    .map(([number, ofLane]) => ({ number, tasks: ofLane }))
    .sort((a, b) => a.number - b.number)

/** Every task on every partition. */
export const allTasks = (plans: readonly TaskPlan[], partitions: number): Assigned[] =>
  plans.flatMap((plan) =>
    Array.from({ length: partitions }, (_, partition) => ({ plan, partition })),
  )

/** The cluster was laid out for another number of lanes: two processes could then write for one partition. */
class OtherLanesError extends Error {
  override name = 'OtherLanesError'
}

/**
 * The number of lanes is kept on the cluster as the partitions of the progress topic, one of which is each lane's. Throws where it is
 * another one than ours.
 */
export const checkLanes = async (admin: Admin, names: Names, lanes: number): Promise<void> => {
  const { topics } = await admin.fetchTopicMetadata({ topics: [names.progress] })
  const found = topics[0]?.partitions.length ?? 0
  if (found !== progressOf(lanes))
    throw new OtherLanesError(
      `${names.progress} has ${found} partitions, which is one for the outside and ${found - 1} lanes; this process is told ${lanes}: ` +
        'set STOPLINE_KAFKA_LANES alike for all, or begin anew in another namespace (STOPLINE_KAFKA_NAMESPACE)',
    )
}
