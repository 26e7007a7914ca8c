/** What a process that writes a store has not committed cannot be read: whoever waits for it is told. */

/** Live, a process commits several times a second; a replay at full speed only with so many facts. */
const SILENT_MS = 2_000
/** No more often is anything said. */
const TOLD_MS = 60_000

interface Watched {
  /** Another number after each commit of another process. */
  readonly commits: () => number
  /** True where a process may write. */
  readonly isWritten: () => boolean
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number
}

/** To be called now and then: true where a process that may write has committed nothing for a while, once in a minute at most. */
export const createSilence = ({ commits, isWritten, now }: Watched): (() => boolean) => {
  let seen = commits()
  /** The last commit or, while nobody writes, the last look: a process may have begun since. */
  let since = now()
  let toldAt = -Infinity
  return () => {
    const [current, time] = [commits(), now()]
    if (current !== seen) {
      seen = current
      since = time
    }
    if (time - since < SILENT_MS || time - toldAt < TOLD_MS) return false
    since = time
    if (!isWritten()) return false
    toldAt = time
    return true
  }
}
