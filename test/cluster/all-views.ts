/** All views of the embedded runtime, and how those in Redis differ from them. */

import { openArchive } from '../../producers/archive/archive.ts'
import { replayArchive } from '../../cli/feed.ts'
import { TOPOLOGY } from '../../processors/topology.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { RedisClient } from '../../runtime/redis/client.ts'
import type { LogReader, ViewCursor } from '../../runtime/ports.ts'
import { RedisViews } from '../../runtime/redis/view-store.ts'
import { toViews } from '../../sinks/views/to-views.ts'
import { ExpectedRows, rowDifference } from './expected-rows.ts'
import { shippedModels } from './shipped-models.ts'

/** What one process on one file shows. */
export interface ExpectedViews {
  readonly views: ExpectedRows
  /** Pipeline time at the end. */
  readonly end: number
}

/** What one process on one file shows of an archive, with the models that processes on Kafka ask too. `look` sees its log at the end. */
export const embeddedViews = async (
  folder: string,
  look: (log: LogReader) => Promise<unknown> = () => Promise.resolve(),
): Promise<ExpectedViews> => {
  const runtime = new EmbeddedRuntime(':memory:', TOPOLOGY, undefined, shippedModels())
  const views = new ExpectedRows()
  runtime.onCommit((records) => {
    for (const record of records) views.write(toViews(record))
  })
  const { signal } = new AbortController()
  await replayArchive(runtime, openArchive([folder]), signal, { isQuiet: true })
  const end = runtime.now
  await look(runtime.log)
  runtime.close()
  return { views, end }
}

/** Rows that are asked for at a time. */
const CHUNK = 1_000

/** The first differences in words; none where all rows and their orders are equal. */
export const viewDifferences = async (
  { views }: Pick<ExpectedViews, 'views'>,
  redis: RedisClient,
  space: string,
  generation = 1,
): Promise<string[]> => {
  const found = new RedisViews(redis, space, () => generation)
  const differences: string[] = []
  for (const view of views.views) {
    const [of, is] = [views.listed(view), await listedIn(found, view)]
    if (of.join('\n') !== is.join('\n'))
      differences.push(`${view}: ${is.length} of ${of.length} listed`)
  }
  let expected = 0
  for (const rows of chunksOf(views.rows())) {
    expected += rows.length
    const all = await Promise.all(rows.map(({ view, key }) => found.get(view, key)))
    differences.push(...rows.flatMap((row, index) => rowDifference(row, all[index]) ?? []))
  }
  const count = await rowsIn(redis, space, generation)
  if (count !== expected) differences.push(`${count} rows, not ${expected}`)
  return differences.slice(0, 5)
}

function* chunksOf<T>(all: Iterable<T>): Iterable<readonly T[]> {
  let chunk: T[] = []
  for (const one of all) {
    chunk.push(one)
    if (chunk.length < CHUNK) continue
    yield chunk
    chunk = []
  }
  yield chunk
}

const listedIn = async (found: RedisViews, view: string): Promise<string[]> => {
  const listed: string[] = []
  for (let after: ViewCursor | undefined; ;) {
    const rows = await found.list(view, { limit: CHUNK, ...(after && { after }) })
    listed.push(...rows.map(({ key, sort }) => `${sort} ${key}`))
    after = rows.at(-1)
    if (rows.length < CHUNK) return listed
  }
}

/** Rows that are there and not deleted. */
const rowsIn = async (redis: RedisClient, space: string, generation: number): Promise<number> => {
  let count = 0
  // A piece at a time: one question about millions of keys takes longer than a client waits. A key may come twice.
  const seen = new Set<string>()
  const match = `${space}:{*}:${generation}:row:*`
  for (let cursor = '0'; ;) {
    const [next, found] = await redis.scan(cursor, 'MATCH', match, 'COUNT', CHUNK)
    const keys = found.filter((key) => !seen.has(key))
    for (const key of keys) seen.add(key)
    const heads = await Promise.all(keys.map((key) => redis.getrange(key, 0, 60)))
    count += heads.filter((head) => !/^\S+ - $/.test(head)).length
    if (next === '0') return count
    cursor = next
  }
}
