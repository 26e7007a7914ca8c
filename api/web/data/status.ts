/** What every answer says about itself: the instant it is true at, how far behind it is, whether it is simulated. */

import { useEffect, useState } from 'preact/hooks'
import { hear, NO_PACE, pipelineTime, type Pace } from '../lib/pace.ts'
import { createStore } from './store.ts'

export interface Status {
  readonly asOf: number
  readonly lagMs: number
  readonly isSimulated: boolean
  /** Wall clock, when it was heard. */
  readonly heardAt: number
}

export const status = createStore<Status | null>(null)

let pace: Pace = NO_PACE

/** Notes what an answer or an event says about itself. */
export const noteStatus = (answer: {
  readonly asOf: number
  readonly lagMs?: number | null
  readonly simulated?: boolean
}): void => {
  const wall = Date.now()
  pace = hear(pace, answer.asOf, wall)
  const before = status.get()
  status.set({
    asOf: pace.asOf,
    lagMs: answer.lagMs ?? before?.lagMs ?? 0,
    // Once is enough: what holds simulated data does not become real by an answer without it.
    isSimulated: answer.simulated === true || before?.isSimulated === true,
    heardAt: wall,
  })
}

/** Pipeline time now; 0 before anything was heard. */
export const now = (): number => pipelineTime(pace, Date.now())

/** Pipeline time, once a second while `isActive`. */
export const useNow = (isActive = true): number => {
  const [time, setTime] = useState(now)
  useEffect(() => {
    if (!isActive) return undefined
    const tick = (): void => {
      setTime(now())
    }
    tick()
    const timer = setInterval(tick, 1000)
    return () => {
      clearInterval(timer)
    }
  }, [isActive])
  return time
}
