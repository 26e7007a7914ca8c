/** What a process that writes a store has not committed cannot be read: whoever waits for it is told, once. */

/** Live, a process commits several times a second; a replay at full speed only with so many facts. */
const SILENT_MS = 2_000

interface Watched {
  /** Another number after each commit of another process. */
  readonly commits: () => number
  /** True where a process may write. */
  readonly isWritten: () => boolean
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number
}

/** To be called now and then: true where a process that may write has committed nothing for a while, once after each commit. */
export const createSilence = ({ commits, isWritten, now }: Watched): (() => boolean) => {
  let seen = commits()
  let since = now()
  let isLooked = false
  return () => {
    const current = commits()
    if (current !== seen) {
      seen = current
      since = now()
      isLooked = false
    }
    if (isLooked || now() - since < SILENT_MS) return false
    isLooked = true
    return isWritten()
  }
}
