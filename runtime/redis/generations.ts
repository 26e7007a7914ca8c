/** Generations of views: one is shown, the next may be in the making. */

import { nodesOf, type RedisClient } from './client.ts'
import { generationKey, isOfGeneration, viewKeys } from './keys.ts'

const SCAN_COUNT = 1_000

export const showGeneration = async (
  redis: RedisClient,
  space: string,
  generation: number,
): Promise<void> => {
  await redis.set(generationKey(space), String(generation))
}

/** Deletes all keys of a generation, a piece at a time. */
export const deleteGeneration = async (
  redis: RedisClient,
  space: string,
  generation: number,
): Promise<void> => {
  const { pattern } = viewKeys(space, generation)
  for (const node of nodesOf(redis))
    for (let cursor: string | undefined; cursor !== '0';) {
      const [next, keys] = await node.scan(cursor ?? '0', 'MATCH', pattern, 'COUNT', SCAN_COUNT)
      // One by one: keys of one answer lie in several slots.
      const old = keys.filter((key) => isOfGeneration(key, space, generation))
      await Promise.all(old.map((key) => node.unlink(key)))
      cursor = next
    }
}
