/** All views of the embedded runtime, and how those in Redis differ from them. */

import { openArchive } from '../../producers/archive/archive.ts'
import { replayArchive } from '../../cli/feed.ts'
import { TOPOLOGY } from '../../processors/topology.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { RedisClient } from '../../runtime/redis/client.ts'
import { RedisViews } from '../../runtime/redis/view-store.ts'
import { toViews } from '../../sinks/views/to-views.ts'
import { MemoryViews } from '../support/memory-views.ts'

/** What one process on one file shows. */
export interface ExpectedViews {
  readonly views: MemoryViews
  /** Pipeline time at the end. */
  readonly end: number
}

/** What one process on one file shows of an archive. */
export const embeddedViews = async (folder: string): Promise<ExpectedViews> => {
  const runtime = new EmbeddedRuntime(':memory:', TOPOLOGY)
  const views = new MemoryViews()
  runtime.onCommit((records) => {
    for (const record of records) views.write(toViews(record))
  })
  const { signal } = new AbortController()
  await replayArchive(runtime, openArchive([folder]), signal, { isQuiet: true })
  const end = runtime.now
  runtime.close()
  return { views, end }
}

const parsed = (json: string | undefined): unknown => json && JSON.parse(json)
const LIST = { limit: 1_000_000 }

/** The first differences in words; none where all rows and their orders are equal. */
export const viewDifferences = async (
  { views }: Pick<ExpectedViews, 'views'>,
  redis: RedisClient,
  space: string,
  generation = 1,
): Promise<string[]> => {
  const found = new RedisViews(redis, space, () => generation)
  const rows = views.rows()
  const differences: string[] = []
  for (const view of new Set(rows.map((row) => row.view))) {
    const [of, is] = [views.list(view, LIST), await found.list(view, LIST)]
    const orderOf = (list: typeof of) => list.map(({ key, sort }) => `${sort} ${key}`).join('\n')
    if (orderOf(of) !== orderOf(is))
      differences.push(`${view}: ${is.length} of ${of.length} listed`)
  }
  for (const { view, key, value } of rows) {
    const json = await found.get(view, key)
    const [of, is] = [JSON.stringify(sorted(value)), JSON.stringify(sorted(parsed(json)))]
    if (of !== is) differences.push(`${view} ${key}: ${is} is not ${of}`.slice(0, 1_000))
  }
  const count = await rowsIn(redis, space, generation)
  if (count !== rows.length) differences.push(`${count} rows, not ${rows.length}`)
  return differences.slice(0, 5)
}

/** Fields come in any order. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).map(([name, of]) => [name, sorted(of)] as const)
  return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Rows that are there and not deleted. */
const rowsIn = async (redis: RedisClient, space: string, generation: number): Promise<number> => {
  const keys = await redis.keys(`${space}:{*}:${generation}:row:*`)
  let count = 0
  for (const key of keys) if (!/^\S+ - $/.test(await redis.getrange(key, 0, 60))) count += 1
  return count
}
