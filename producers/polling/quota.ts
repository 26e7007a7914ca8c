/**
 * The quota of requests that the tasks of one source share. It is what the source says is left, or a limit of our own; what
 * concerns running runs may use it up, all else leaves a part of it to them.
 */

import type { Answer } from '../payload/reach.ts'
import { rateLimit } from './retry-after.ts'
import { SourceError } from './source-error.ts'

/** Part of the quota that is kept for what is urgent. */
const RESERVE = 0.2
const HOUR_MS = 3_600_000

export interface QuotaUse {
  /** Requests sent in the hour that goes on. */
  readonly used: number
  /** Requests of an hour at most; null where nothing is known. */
  readonly limit: number | null
  readonly remaining: number | null
}
export interface Quota {
  /** Takes one request out of it. Throws a SourceError that says when there will be more. */
  readonly take: (isUrgent: boolean, now: number) => void
  /** A request that was taken has been answered; null where it was not. What the source says is left is learned from. */
  readonly answered: (headers: Answer['headers'] | null, now: number) => void
  readonly use: () => QuotaUse
}

/** `perHour` bounds what is asked in any hour; null leaves it to the source. */
export const createQuota = (perHour: number | null): Quota => {
  let hourFrom = 0
  let used = 0
  let limit = perHour
  let remaining: number | null = null
  let resetAt = 0
  let underWay = 0

  const renew = (now: number): void => {
    if (now - hourFrom >= HOUR_MS || now < hourFrom) [hourFrom, used] = [now, 0]
    if (now >= resetAt) remaining = null
  }
  const left = (): number =>
    Math.min(remaining ?? Infinity, perHour === null ? Infinity : perHour - used)

  return {
    take: (isUrgent, now) => {
      renew(now)
      const kept = isUrgent ? 0 : Math.floor((limit ?? 0) * RESERVE)
      if (left() <= kept) {
        const isOwn = perHour !== null && perHour - used <= kept
        const at = Math.max(isOwn ? hourFrom + HOUR_MS : 0, remaining === null ? 0 : resetAt)
        throw new SourceError('quota-spent', `${left()} requests are left, ${kept} are kept`, at)
      }
      used += 1
      underWay += 1
      if (remaining !== null) remaining -= 1
    },
    answered: (headers, now) => {
      underWay -= 1
      const told = headers === null ? null : rateLimit(headers, now)
      if (told === null) return
      limit = Math.min(told.limit ?? Infinity, perHour ?? Infinity)
      if (limit === Infinity) limit = null
      // What is still under way is not counted there yet.
      remaining = Math.max(0, told.remaining - underWay)
      resetAt = told.resetAt
    },
    use: () => ({ used, limit, remaining }),
  }
}
