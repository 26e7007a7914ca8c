import { expect, it } from 'vitest'
import { LaneWriter } from '../../runtime/kafka/lane-writer.ts'
import type { Commit } from '../../runtime/kafka/transaction-parts.ts'

const partOf = (n: number): Commit => ({ messages: [{ topic: `t${n}`, partition: 0, value: '' }] })

/** A writer whose transactions end when they are told to. */
const slowWriter = () => {
  const begun: { readonly topics: string[]; readonly end: PromiseWithResolvers<undefined> }[] = []
  const lane = new LaneWriter({
    commitAll: async (parts) => {
      const topics = parts.flatMap(({ messages }) => messages.map(({ topic }) => topic))
      const end = Promise.withResolvers<undefined>()
      begun.push({ topics, end })
      await end.promise
      return topics.map((topic) => ({ [`${topic}/0`]: 1 }))
    },
    close: () => Promise.resolve(),
  })
  return { lane, begun, count: () => begun.length }
}

it('commits together what is handed in while a transaction is being ended, and tells each its own', async () => {
  const { lane, begun, count } = slowWriter()
  const first = [lane.commit(partOf(1)), lane.commit(partOf(2))]
  await expect.poll(count).toBe(1)
  const second = [lane.commit(partOf(3)), lane.commit(partOf(4))]
  begun[0]?.end.resolve(undefined)
  expect(await Promise.all(first)).toEqual([{ 't1/0': 1 }, { 't2/0': 1 }])
  await expect.poll(count).toBe(2)
  begun[1]?.end.resolve(undefined)
  expect(await Promise.all(second)).toEqual([{ 't3/0': 1 }, { 't4/0': 1 }])
  expect(begun.map(({ topics }) => topics)).toEqual([
    ['t1', 't2'],
    ['t3', 't4'],
  ])
  await lane.close()
})

it('commits nothing any more after a failure: neither what was under way, nor what waits, nor what comes', async () => {
  const { lane, begun, count } = slowWriter()
  const commits = [lane.commit(partOf(1))]
  await expect.poll(count).toBe(1)
  commits.push(lane.commit(partOf(2)))
  const failure = new Error('no answer')
  begun[0]?.end.reject(failure)
  const results = await Promise.allSettled([...commits])
  results.push(...(await Promise.allSettled([lane.commit(partOf(3))])))
  for (const result of results) expect(result).toMatchObject({ reason: failure })
  expect(lane.failure).toBe(failure)
  expect(begun).toHaveLength(1)
})
