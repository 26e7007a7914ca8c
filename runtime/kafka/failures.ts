/** Bears failures for a while: the pauses after them become longer, and after a minute without success it gives up. */

import { setTimeout as sleep } from 'node:timers/promises'

const MOST_FAILING_MS = 60_000
const BACK_OFF_MS = 50
const LONGEST_BACK_OFF_MS = 2_000

export class Failures {
  #count = 0
  #since = Infinity

  /** Something succeeded. */
  forget(): void {
    this.#count = 0
    this.#since = Infinity
  }

  /** Calls `tell` and pauses before the next try, shorter where the signal comes. Throws the error where there shall be none. */
  async bear(error: Error, signal: AbortSignal, tell: () => void): Promise<void> {
    this.#since = Math.min(this.#since, Date.now())
    if (Date.now() > this.#since + MOST_FAILING_MS) throw error
    tell()
    await pause(Math.min(BACK_OFF_MS * 2 ** this.#count, LONGEST_BACK_OFF_MS), signal)
    this.#count += 1
  }
}

/** Returns early when aborted. */
export const pause = (ms: number, signal: AbortSignal): Promise<unknown> =>
  sleep(ms, undefined, { signal }).catch(() => undefined)
