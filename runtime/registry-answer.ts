/** How long a registry is waited for, and what is made of its silence. */

import { setTimeout as sleep } from 'node:timers/promises'

/** The registry cannot be reached, and what it would say is not known yet. */
export class RegistryDownError extends Error {
  override name = 'RegistryDownError'
}

/** Time as it passes while a registry is asked. */
export interface Waiting {
  readonly now: () => number
  readonly pause: (ms: number) => Promise<unknown>
}
export const ON_THE_WALL: Waiting = { now: () => Date.now(), pause: (ms) => sleep(ms) }

/** So long an answer is waited for. */
export const ANSWER_MS = 5_000
/** So long nothing is asked after a failure. */
export const REST_MS = 1_000

/** A registry that keeps silent is one that is down. */
export const inTime = async <T>(answer: Promise<T>): Promise<T> => {
  const late = new AbortController()
  const timeOut = sleep(ANSWER_MS, undefined, { signal: late.signal }).then(() => {
    throw new RegistryDownError(`no answer within ${ANSWER_MS / 1000} s`)
  })
  timeOut.catch(() => undefined)
  try {
    return await Promise.race([answer, timeOut])
  } finally {
    late.abort()
  }
}

export const statusOf = (error: unknown): number | undefined =>
  (error as { status?: number }).status
