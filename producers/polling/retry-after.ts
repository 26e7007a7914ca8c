/** When a source wants to be asked again. Its clock may be off: what it says in its own time is taken from its own date. */

import type { Answer } from '../payload/reach.ts'

type Headers = Answer['headers']

/** Longest wait that is believed, in milliseconds. */
const LONGEST_MS = 3_600_000
const bounded = (ms: number): number => Math.min(Math.max(ms, 0), LONGEST_MS)

const whole = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,12}$/.test(text.trim()) ? Number(text) : null

/** How far its clock is ahead of ours, in milliseconds; 0 where it does not tell. Its date has whole seconds. */
const aheadMs = (headers: Headers, now: number): number => {
  const date = Date.parse(headers['date'] ?? '')
  return Number.isNaN(date) || Math.abs(date - now) < 2000 ? 0 : date - now
}

/** Instant `Retry-After` names, in seconds or as a date; null where it names none. */
export const retryAfter = (headers: Headers, now: number): number | null => {
  const text = headers['retry-after']
  if (text === undefined) return null
  const seconds = whole(text)
  if (seconds !== null) return now + bounded(seconds * 1000)
  const date = Date.parse(text)
  return Number.isNaN(date) ? null : now + bounded(date - aheadMs(headers, now) - now)
}

export interface RateLimit {
  readonly limit: number | null
  readonly remaining: number
  /** When it is renewed, by our clock. */
  readonly resetAt: number
}

/** What `x-ratelimit-*` says; null where it says nothing. Example: remaining 0 and reset in 60 s by its own date is 60 s from now. */
export const rateLimit = (headers: Headers, now: number): RateLimit | null => {
  const remaining = whole(headers['x-ratelimit-remaining'])
  const reset = whole(headers['x-ratelimit-reset'])
  if (remaining === null || reset === null) return null
  const resetAt = now + bounded(reset * 1000 - aheadMs(headers, now) - now)
  return { limit: whole(headers['x-ratelimit-limit']), remaining, resetAt }
}
