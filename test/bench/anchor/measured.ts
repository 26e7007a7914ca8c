/** Runs a program to its end and says what it wrote and what it took, read from /proc: alike for ours and for the peer. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const EVERY_MS = 100
/** What Linux counts CPU time in. */
const TICKS_PER_SECOND = 100

export interface Taken {
  readonly said: string
  /** Highest resident memory, in bytes. */
  readonly peakBytes: number
  readonly cpuSeconds: number
}
export interface Program {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
}
export interface Measured {
  readonly ended: Promise<Taken>
  /** Lets it end in order. */
  stop(): void
  /** What it has taken so far. */
  taken(): Taken
}

export const startMeasured = ({ command, args, cwd }: Program): Measured => {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = once(child, 'close')
  let taken: Taken = { said: '', peakBytes: 0, cpuSeconds: 0 }
  let isGone = false
  const kill = (): void => {
    child.kill('SIGKILL')
  }
  process.once('exit', kill)
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    taken = { ...taken, said: taken.said + text }
  })
  const watch = async (): Promise<void> => {
    while (!isGone) {
      if (child.pid !== undefined) taken = { ...taken, ...takenBy(child.pid) }
      await sleep(EVERY_MS)
    }
  }
  const end = async (): Promise<Taken> => {
    const [code, signal] = (await gone) as [number | null, string | null]
    isGone = true
    process.off('exit', kill)
    if (code !== 0 && signal !== 'SIGTERM' && code !== 143)
      throw new Error(`${command} ended with ${String(code ?? signal)}: ${taken.said}`)
    return taken
  }
  void watch()
  return {
    ended: end(),
    stop: () => child.kill('SIGTERM'),
    taken: () => taken,
  }
}

/** Nothing where the process has just gone. */
const takenBy = (pid: number): Partial<Taken> => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const peak = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1])
    const ticks = Number(fields[11]) + Number(fields[12])
    return Number.isNaN(peak)
      ? {}
      : { peakBytes: peak * 1024, cpuSeconds: ticks / TICKS_PER_SECOND }
  } catch {
    return {}
  }
}
