/**
 * The quota of requests that the tasks of one source share. It is what the source says is left, or a limit of our own; what
 * concerns running runs may use it up, all else leaves a part of it to them.
 */

import type { Answer } from '../payload/reach.ts'
import { rateLimit } from './retry-after.ts'
import { SourceError } from './source-error.ts'

/** Part of the quota that is kept for what is urgent. */
const RESERVE = 0.2
const MINUTE_MS = 60_000
/** A minute is forgotten when all of it is an hour ago. */
const MINUTES = 61

/** Requests by the minute since the epoch they were sent in, oldest first: plain data, to be kept over a restart. */
export type Sent = readonly (readonly [minute: number, count: number])[]

export interface QuotaUse {
  /** Requests sent in the last hour. */
  readonly used: number
  /** Requests of an hour at most; null where nothing is known. */
  readonly limit: number | null
  readonly remaining: number | null
  /** Share of its own quota that the source last said is left; null where it says nothing. Unit: ratio 0..1. */
  readonly shareLeft: number | null
}
export interface Quota {
  /** Takes one request out of it. Throws a SourceError that says when there will be more. */
  readonly take: (isUrgent: boolean, now: number) => void
  /** A request that was taken has been answered; null where it was not. What the source says is left is learned from. */
  readonly answered: (headers: Answer['headers'] | null, now: number) => void
  readonly use: () => QuotaUse
  readonly sent: () => Sent
}

/** Counts what was sent in the last hour, whenever that began. Example: 5 at 12:00:30 count until 13:01:00. */
const createHour = (before: Sent) => {
  const minutes = new Map(before)
  let used = before.reduce((sum, [, count]) => sum + count, 0)
  return {
    used: () => used,
    sent: (): Sent => [...minutes],
    forget: (now: number): void => {
      for (const [minute, count] of minutes) {
        // One far ahead is of a clock that was set back since.
        if (Math.abs(Math.floor(now / MINUTE_MS) - minute) < MINUTES) return
        minutes.delete(minute)
        used -= count
      }
    },
    add: (now: number): void => {
      const minute = Math.floor(now / MINUTE_MS)
      minutes.set(minute, (minutes.get(minute) ?? 0) + 1)
      used += 1
    },
    /** When the oldest of it is forgotten. */
    freeAt: (): number => {
      const [oldest] = minutes.keys()
      return oldest === undefined ? 0 : (oldest + MINUTES) * MINUTE_MS
    },
  }
}

/** `perHour` bounds what is asked in any hour; null leaves it to the source. `before` was sent by an earlier process. */
export const createQuota = (perHour: number | null, before: Sent = []): Quota => {
  const hour = createHour(before)
  let limit = perHour
  let remaining: number | null = null
  let shareLeft: number | null = null
  let resetAt = 0
  let underWay = 0

  const renew = (now: number): void => {
    hour.forget(now)
    if (now < resetAt) return
    remaining = null
    shareLeft = null
  }
  const left = (): number =>
    Math.min(remaining ?? Infinity, perHour === null ? Infinity : perHour - hour.used())

  return {
    take: (isUrgent, now) => {
      renew(now)
      const kept = isUrgent ? 0 : Math.floor((limit ?? 0) * RESERVE)
      if (left() <= kept) {
        const isOwn = perHour !== null && perHour - hour.used() <= kept
        const at = Math.max(isOwn ? hour.freeAt() : 0, remaining === null ? 0 : resetAt)
        throw new SourceError('quota-spent', `${left()} requests are left, ${kept} are kept`, at)
      }
      hour.add(now)
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
      shareLeft = told.limit === null || told.limit <= 0 ? null : told.remaining / told.limit
    },
    use: () => ({ used: hour.used(), limit, remaining, shareLeft }),
    sent: hour.sent,
  }
}
