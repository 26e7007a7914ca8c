/** Generations of views: one is shown, the next may be in the making. */

import { randomUUID } from 'node:crypto'
import { nodesOf, type RedisClient } from './client.ts'
import { anyPattern, generationKey, generationOf, viewKeys } from './keys.ts'

/** Views that were written are not there any more: Redis was emptied, or has lost some. */
export class GoneError extends Error {
  override name = 'GoneError'
}

/** A generation as it was when it was opened. */
export interface OpenGeneration {
  readonly generation: number
  readonly epoch: string
}

const SCAN_COUNT = 1_000

/** To be asked for before anything is read of it: what was read would else be of an earlier one than the epoch. */
export const openGeneration = async (
  redis: RedisClient,
  space: string,
  generation: number,
): Promise<OpenGeneration> => {
  const { epoch } = viewKeys(space, generation)
  await redis.setnx(epoch, randomUUID())
  return { generation, epoch: (await redis.get(epoch)) ?? '' }
}

export const showGeneration = async (
  redis: RedisClient,
  space: string,
  generation: number,
): Promise<void> => {
  await redis.set(generationKey(space), String(generation))
}

/** Deletes all keys of all generations but one, a piece at a time. */
export const deleteOthers = async (
  redis: RedisClient,
  space: string,
  kept: number,
): Promise<void> => {
  const isOther = (key: string): boolean => (generationOf(key, space) ?? kept) !== kept
  for (const node of nodesOf(redis))
    for (let cursor: string | undefined; cursor !== '0';) {
      const asked = [cursor ?? '0', 'MATCH', anyPattern(space), 'COUNT', SCAN_COUNT] as const
      const [next, keys] = await node.scan(...asked)
      // One by one: keys of one answer lie in several slots.
      await Promise.all(keys.filter(isOther).map((key) => node.unlink(key)))
      cursor = next
    }
}
