/** Where a benchmark runs, and what every one of them asks of its process. */

import type { Figure } from './figures.ts'

export interface Setting {
  /** Lasts for one round of one benchmark: what one case leaves there the next one finds. */
  readonly folder: string
  /** Lasts for all rounds: for inputs that are the same each time. */
  readonly shared: string
  /** A small size, to see that it runs. */
  readonly isQuick: boolean
  /** From 1. */
  readonly round: number
}
export type BenchCase = (setting: Setting) => Promise<readonly Figure[]> | readonly Figure[]

/** Highest resident memory of this process so far, in bytes. */
export const peakBytes = (): number => process.resourceUsage().maxRSS * 1024
export const MB = 1e6

export interface Time {
  readonly seconds: number
  /** CPU time of the process with all its threads. */
  readonly cpuSeconds: number
  /** CPU time of this thread: what one core must do, while others collect garbage. */
  readonly threadSeconds: number
}
const cpuSecondsOf = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1e6

/** Time that some work takes. */
export const timed = async (work: () => unknown): Promise<Time> => {
  const began = performance.now()
  const cpu = process.cpuUsage()
  const thread = process.threadCpuUsage()
  await work()
  return {
    seconds: (performance.now() - began) / 1000,
    cpuSeconds: cpuSecondsOf(process.cpuUsage(cpu)),
    threadSeconds: cpuSecondsOf(process.threadCpuUsage(thread)),
  }
}

/** Fewest seconds of some work over a few tries, each after a garbage collection: for what is too short for a process. */
export const shortest = (work: () => unknown, tries = 5): number => {
  let best = Infinity
  for (let i = 0; i < tries; i += 1) {
    globalThis.gc?.()
    const began = performance.now()
    work()
    best = Math.min(best, (performance.now() - began) / 1000)
  }
  return best
}

/** Milliseconds of a clock that all threads and processes of this machine share. */
export const sharedMs = (): number => Number(process.hrtime.bigint()) / 1e6
