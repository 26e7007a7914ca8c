/** What a task may hold in memory: the less, the more tasks a process may have, so that all of them are bounded together. */

export interface TaskMemory {
  /** Of a partition that is ahead of the others, no more records than these are read on. */
  readonly aheadRecords: number
  /** So many bytes are asked for of a partition at once. */
  readonly aheadBytes: number
  /** Of what a store that is the only one of its process holds of its file. */
  readonly storeShare: number
}

const [LEAST_RECORDS, RECORDS, MOST_RECORDS] = [1_000, 120_000, 10_000]
const [LEAST_BYTES, BYTES, MOST_BYTES] = [128 << 10, 12 << 20, 1 << 20]
const [LEAST_SHARE, STORES, MOST_SHARE] = [1 / 64, 4, 1]

/** Example: each of 12 tasks reads 10,000 records ahead, and its store has a third of one's; each of 204 tasks reads 1,000, and has 1/51. */
export const taskMemoryOf = (tasks: number): TaskMemory => ({
  aheadRecords: Math.floor(between(LEAST_RECORDS, RECORDS / tasks, MOST_RECORDS)),
  aheadBytes: Math.floor(between(LEAST_BYTES, BYTES / tasks, MOST_BYTES)),
  storeShare: between(LEAST_SHARE, STORES / tasks, MOST_SHARE),
})

const between = (least: number, value: number, most: number): number =>
  Math.min(most, Math.max(least, value))
