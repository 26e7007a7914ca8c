/** What happens to the simulated community at known instants. */

import { episodesBetween, type BehaviourKind, type Episode } from './behaviours.ts'
import { CLUSTERS, JOBS } from './jobs.ts'
import { outageCycle } from './outages.ts'

/** One episode of a job (a streak, a regression, hours without machines, one climb of a drift) or of a cluster. */
export interface DemoEpisode extends Episode {
  readonly kind: BehaviourKind | 'outage'
  /** Job, or cluster of an outage. */
  readonly subject: string
}

/** Episodes that overlap an interval, in order of their start. They are the same for every seed. */
export const demoEpisodes = (t0: number, t1: number): DemoEpisode[] =>
  [
    ...CLUSTERS.flatMap((cluster) =>
      episodesBetween(outageCycle(cluster), t0, t1).map((episode): DemoEpisode => ({
        kind: 'outage',
        subject: cluster,
        ...episode,
      })),
    ),
    ...JOBS.flatMap(({ job, behaviour: { kind, cycle } }) =>
      cycle === null
        ? []
        : episodesBetween(cycle, t0, t1).map((episode) => ({ kind, subject: job, ...episode })),
    ),
  ].sort((a, b) => a.from - b.from)
