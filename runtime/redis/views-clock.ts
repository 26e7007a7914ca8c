/** Follows what sinks say of the views, for the API: asked every moment, and known between. */

import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { RedisClient } from './client.ts'
import {
  readFresh,
  shownGeneration,
  viewsTimeOf,
  type FreshnessLimits,
  type PartitionFreshness,
  type ViewsTime,
} from './freshness.ts'
import { FIRST_GENERATION } from './keys.ts'

const POLL_MS = 200

export interface ViewsClockSettings {
  readonly redis: RedisClient
  readonly space: string
  readonly partitions: number
  readonly limits: FreshnessLimits
  readonly clock: Clock
}
export interface ViewsClock {
  readonly time: () => ViewsTime
  readonly generation: () => number
  /** Asks again and again until the signal; calls the listener where time has moved. */
  readonly run: (signal: AbortSignal, onMove: () => void) => Promise<void>
}

export const createViewsClock = (settings: ViewsClockSettings): ViewsClock => {
  const { redis, space, partitions, limits, clock } = settings
  let generation = FIRST_GENERATION
  let fresh: ReadonlyMap<number, PartitionFreshness> = new Map()
  let silent: string | undefined
  const ask = async (): Promise<void> => {
    try {
      generation = await shownGeneration(redis, space)
      fresh = await readFresh(redis, space, generation)
      silent = undefined
    } catch (error) {
      silent = `Redis does not answer: ${(error as Error).message}`
    }
  }
  const time = (): ViewsTime => {
    const known = viewsTimeOf(fresh, partitions, clock.now(), limits)
    const { outage } = known
    return outage === undefined || silent === undefined ? known : { ...known, outage: silent }
  }
  return {
    time,
    generation: () => generation,
    run: async (signal, onMove) => {
      let last = ''
      while (!signal.aborted) {
        await ask()
        const mark = `${generation} ${time().now}`
        if (mark !== last) onMove()
        last = mark
        await wait(POLL_MS, undefined, { signal }).catch(() => undefined)
      }
    },
  }
}
