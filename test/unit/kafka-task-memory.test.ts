import { expect, it } from 'vitest'
import { taskMemoryOf } from '../../runtime/kafka/task-memory.ts'

it('gives tasks the less memory, the more they are', () => {
  expect([1, 12, 60, 204].map((tasks) => taskMemoryOf(tasks))).toEqual([
    { aheadRecords: 10_000, aheadBytes: 1 << 20, storeShare: 1 },
    { aheadRecords: 10_000, aheadBytes: 1 << 20, storeShare: 4 / 12 },
    { aheadRecords: 2_000, aheadBytes: 209_715, storeShare: 4 / 60 },
    { aheadRecords: 1_000, aheadBytes: 128 << 10, storeShare: 4 / 204 },
  ])
})
