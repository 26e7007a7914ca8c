/** Progress of long work: one line that is rewritten on a terminal, a line now and then elsewhere. Goes to stderr. */

const TERMINAL_MS = 100
const PLAIN_MS = 5_000

export interface Progress {
  /** `share` of the whole from 0 to 1, null where the whole is not known yet. */
  show(share: number | null, text: string): void
  /** Ends the line. */
  done(text: string): void
}

const bar = (share: number): string => {
  const full = Math.round(share * 20)
  return `${'█'.repeat(full)}${'░'.repeat(20 - full)} ${String(Math.floor(share * 100)).padStart(3)} %`
}

export const createProgress = (what: string, isQuiet = false): Progress => {
  const { isTTY } = process.stderr
  let last = 0
  const write = (text: string): void => {
    if (isTTY) process.stderr.write(`\r\u001b[2K${text}`)
    else process.stderr.write(`${text}\n`)
  }
  return {
    show(share, text) {
      const now = performance.now()
      if (isQuiet || now - last < (isTTY ? TERMINAL_MS : PLAIN_MS)) return
      last = now
      write(`${what}: ${share === null ? '' : `${bar(share)}  `}${text}`)
    },
    done(text) {
      if (!isQuiet) write(`${what}: ${text}${isTTY ? '\n' : ''}`)
    },
  }
}
