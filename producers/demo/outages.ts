/** Outages of the simulated clusters: while one lasts, whatever runs there ends in error. */

import { episodesBetween, type Cycle, type Episode } from './behaviours.ts'
import { CLUSTERS, OUTAGE_EVERY_HOURS } from './jobs.ts'

/** When a cluster is out. The clusters take turns. */
export const outageCycle = (cluster: string): Cycle => {
  const turn = (CLUSTERS as readonly string[]).indexOf(cluster)
  const atHours = 3 + (turn * OUTAGE_EVERY_HOURS) / CLUSTERS.length
  return { everyHours: OUTAGE_EVERY_HOURS, atHours, forHours: 1 }
}

/** The first outage of a cluster that overlaps an interval, or null. */
export const outageIn = (cluster: string, t0: number, t1: number): Episode | null =>
  episodesBetween(outageCycle(cluster), t0, t1)[0] ?? null
