import type { Admin } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { TOPOLOGY } from '../../processors/topology.ts'
import { allTasks, checkLanes, inLanes, laneOf } from '../../runtime/kafka/lanes.ts'
import { namesIn } from '../../runtime/kafka/names.ts'
import { tasksOf } from '../../runtime/kafka/tasks.ts'

const plans = tasksOf(TOPOLOGY)
const names = namesIn('test.')
const adminOf = (partitions: number): Admin => {
  const answers = {
    fetchTopicMetadata: ({ topics }: { readonly topics: readonly string[] }) =>
      Promise.resolve({
        topics: topics.map((name) => ({ name, partitions: Array.from({ length: partitions }) })),
      }),
  }
  return answers as unknown as Admin
}

describe('lanes', () => {
  it('have all tasks, each once, those of a partition together', () => {
    expect(laneOf(8, 6)).toBe(2)
    const tasks = allTasks(plans, 8)
    const lanes = inLanes(tasks, 3)
    expect(lanes.map(({ number }) => number)).toEqual([0, 1, 2])
    expect(new Set(lanes.flatMap((lane) => lane.tasks)).size).toBe(8 * plans.length)
    const partitionsOf = (lane: number) =>
      new Set(lanes[lane]?.tasks.map(({ partition }) => partition))
    expect([0, 1, 2].map(partitionsOf)).toEqual([
      new Set([0, 3, 6]),
      new Set([1, 4, 7]),
      new Set([2, 5]),
    ])
  })

  it('are as many as the cluster was laid out for: else two processes could write for one partition', async () => {
    await checkLanes(adminOf(7), names, 6)
    await expect(checkLanes(adminOf(7), names, 4)).rejects.toThrow(
      'test.stopline.progress has 7 partitions, which is one for the outside and 6 lanes; this process is told 4',
    )
  })
})
