/** Kills random processes of a replay, each while it has something to do, and each only after the last kill was recovered from. */

import { setTimeout as wait } from 'node:timers/promises'
import { chanceOf } from '../support/generated-archive.ts'
import { until, type TaskProcess } from './processes.ts'
import type { Stage } from './replay.ts'

/** Lets a writer go on up to a share of its steps. */
export interface Gate {
  readonly pass: (step: number) => Promise<void>
  readonly openTo: (share: number) => void
  readonly openOne: () => void
}
export const createGate = (steps: number): Gate => {
  let end = 0
  return {
    pass: async (step) => {
      while (step >= end) await wait(10)
    },
    openTo: (share) => {
      end = Math.max(end, Math.floor(share * steps))
    },
    openOne: () => {
      end = Math.min(end + 1, steps)
    },
  }
}

export interface KillRun {
  readonly processes: TaskProcess[]
  readonly stage: Stage
  readonly kills: number
  readonly gate: Gate
}
export interface KillReport {
  /** Milliseconds from each kill to the first commit of a task that the victim had. */
  readonly recoveries: readonly number[]
  /** Tasks that the victims had and that were behind at the kill. */
  readonly tasksLost: number
}

/** A kill may fall anywhere within so many milliseconds after its victim is seen at work. */
const WITHIN_MS = 400
/** So long a transaction of a victim may still end, and far less than a session lasts. */
const SETTLE_MS = 1_000
/** So that somebody who waits for hundreds of kills sees that it goes on. */
const TELL_EVERY = 10

/**
 * Ends processes by SIGKILL, one after the other, and begins a new one for each. Input is let in so that whatever is
 * killed is behind, and the last input comes after the last kill.
 */
export const killAgainAndAgain = async (run: KillRun): Promise<KillReport> => {
  const { kills, gate } = run
  const chance = chanceOf(kills)
  const recoveries: number[] = []
  let tasksLost = 0
  for (let kill = 0; kill < kills; kill += 1) {
    gate.openTo((kill + 1) / (kills + 1))
    const index = Math.floor(chance() * run.processes.length)
    const { lost, recovered } = await killOne(run, index, WITHIN_MS * chance())
    tasksLost += lost
    recoveries.push(recovered)
    if ((kill + 1) % TELL_EVERY === 0)
      console.warn(`${new Date().toISOString()} ${kill + 1} of ${kills} kills`)
  }
  gate.openTo(1)
  return { recoveries, tasksLost }
}

const killOne = async (
  { processes, stage, gate }: KillRun,
  index: number,
  delayMs: number,
): Promise<{ readonly lost: number; readonly recovered: number }> => {
  const victim = processes[index]
  if (victim === undefined) throw new Error(`there is no process ${index}`)
  const { board } = stage
  const behind = (): string[] =>
    victim.tasks().filter((task) => board.newest(task).at < stage.writtenAt())
  const isBusy = (): boolean => {
    if (victim.hasEnded()) throw new Error(`process ${index} has ended by itself`)
    // Where it is quicker than the input more is let in, a step at a time.
    if (behind().length === 0) gate.openOne()
    return victim.count('committed') > 0 && behind().length > 0
  }
  await until('the victim is at work', isBusy, () => victim.tasks().length)
  await wait(delayMs)
  await until('the victim is still at work', isBusy)
  const lost = behind()
  const began = performance.now()
  await victim.end('SIGKILL')
  processes[index] = stage.start()
  // What it had asked the broker to commit before it died ends within that; nobody takes over before its session is over.
  await wait(SETTLE_MS)
  const before = new Map(lost.map((task) => [task, board.committed(task).at]))
  const hasMoved = (task: string): boolean => board.committed(task).at > (before.get(task) ?? 0)
  await until('a task of the victim has committed', () => lost.some(hasMoved))
  return { lost: lost.length, recovered: performance.now() - began }
}
