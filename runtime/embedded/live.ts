/** Live offers into a runtime: kept as soon as they are heard, and time moved on where nothing is. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { Fed, Offer } from '../ports.ts'

export interface LiveOptions {
  /** Least time between two commits, in milliseconds: what is heard meanwhile shares one flush to disk. */
  readonly commitMs?: number
  /** How often time moves on when nothing is heard, in milliseconds. */
  readonly tickMs?: number
}
export interface LiveLoop {
  /**
   * Queues offers, observed at the clock's time or before. Resolves when they are on disk and handled; rejects where
   * their commit failed or the loop has ended, and then they must be offered again to a new one.
   */
  readonly offer: (offers: readonly Offer[]) => Promise<void>
  /** Commits until the signal, then what still waits. Rejects with the first error of a commit. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

interface Waiting {
  readonly offers: readonly Offer[]
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** The loop of one runtime. Offers heard before it runs wait for it. */
export const createLiveLoop = (
  runtime: Pick<Fed, 'commit'>,
  clock: Clock,
  { commitMs = 10, tickMs = 250 }: LiveOptions = {},
): LiveLoop => {
  let waiting: Waiting[] = []
  let wake = new AbortController()
  let end: Error | undefined

  const commit = async (): Promise<void> => {
    const batch = waiting
    waiting = []
    try {
      // What is still observed at this very millisecond must not come too late.
      await runtime.commit(
        batch.flatMap(({ offers }) => offers),
        clock.now() - 1,
      )
    } catch (error) {
      for (const { reject } of batch) reject(error)
      throw error
    }
    for (const { resolve } of batch) resolve()
  }
  /** Until something waits, at most until the next tick. */
  const somethingToDo = async (signal: AbortSignal): Promise<void> => {
    if (waiting.length > 0) return
    wake = new AbortController()
    await pause(tickMs, AbortSignal.any([signal, wake.signal]))
  }

  return {
    offer: (offers) =>
      new Promise((resolve, reject) => {
        if (end !== undefined) {
          reject(end)
          return
        }
        waiting.push({ offers, resolve, reject })
        wake.abort()
      }),
    run: async (signal) => {
      try {
        while (!signal.aborted) {
          await somethingToDo(signal)
          await commit()
          await pause(commitMs, signal)
        }
        if (waiting.length > 0) await commit()
        end = new Error('the live loop has ended')
      } catch (error) {
        end = error instanceof Error ? error : new Error(String(error))
        for (const { reject } of waiting) reject(end)
        throw end
      }
    },
  }
}

/** Returns early when aborted. */
const pause = (ms: number, signal: AbortSignal): Promise<unknown> =>
  sleep(ms, undefined, { signal }).catch(() => undefined)
