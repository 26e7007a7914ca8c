/** When a delivery that failed is tried again, and when it never is. */

import type { HttpResponse } from '../../runtime/http.ts'

export interface RetryPolicy {
  /** Wait after the first failure; doubled after each further one. */
  readonly firstWaitMs: number
  readonly maxWaitMs: number
}
export const RETRY_POLICY: RetryPolicy = {
  firstWaitMs: 1_000,
  maxWaitMs: 5 * 60_000,
}

/** Answers that may be another one later; every other 4xx or 3xx stays what it is. */
const PASSING_STATUS = new Set([408, 425, 429])
export const isPassing = (status: number): boolean => status >= 500 || PASSING_STATUS.has(status)
export const isDelivered = (status: number): boolean => status >= 200 && status < 300

/** Wait before attempt `attempt` + 1. Example: first 1 s, third failure: 4 s. Unit: milliseconds. */
export const backoffMs = (policy: RetryPolicy, attempt: number): number =>
  Math.min(policy.maxWaitMs, policy.firstWaitMs * 2 ** (attempt - 1))

/** What `Retry-After` asks for, in seconds or as a date; undefined where it says nothing. Unit: milliseconds. */
export const retryAfterMs = (response: HttpResponse, now: number): number | undefined => {
  const text = response.headers['retry-after']
  if (text === undefined) return undefined
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - now
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
