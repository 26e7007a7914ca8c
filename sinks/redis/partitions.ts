/** Which partitions are this sink's: all that live share them evenly. That two have one for a moment does no harm. */

import type { RedisClient } from '../../runtime/redis/client.ts'
import { sinksKey } from '../../runtime/redis/keys.ts'

/** A sink that was not heard for so long is gone. */
const GONE_MS = 5_000

/** Partitions of the member at its place among all. Example: of 0..3, `b` among `a`, `b` has 1 and 3. */
export const shareOf = (partitions: number, member: string, all: readonly string[]): number[] => {
  const members = [...new Set([...all, member])].sort()
  const mine = members.indexOf(member)
  return Array.from({ length: partitions }, (_, partition) => partition).filter(
    (partition) => partition % members.length === mine,
  )
}

/** Says that this sink lives and asks which partitions it has. */
export const myPartitions = async (
  redis: RedisClient,
  space: string,
  member: string,
  partitions: number,
): Promise<number[]> => {
  const all = await redis.stoplineMeet(1, sinksKey(space), member, String(GONE_MS))
  return shareOf(partitions, member, all)
}
/** Says that this sink goes, so that others take over at once. */
export const leave = async (redis: RedisClient, space: string, member: string): Promise<void> => {
  await redis.zrem(sinksKey(space), member)
}
