/**
 * cluster_health_delta: pass rate of the runs on a cluster less that of runs of the same jobs elsewhere, weighted as the cluster
 * runs them. Unit: ratio points. Window: 24 h, by finish. Only jobs with classed runs both here and elsewhere count.
 * Assumes independent runs, and that clusters get like changes to test: what runs on one of them alone is not compared.
 * Source: Sippy's health of build clusters; the mix of jobs is held fixed by direct standardisation. Interval: Newcombe 1998,
 * method 10, where the pass rate elsewhere counts as seen over as many runs as would make it as uncertain: runs² / Σ runs² / elsewhere.
 * Example: job A passes 8 of 10 here and 18 of 20 elsewhere, job B 5 of 5 and 4 of 8. Expected are 10 · .9 + 5 · .5 = 11.5 passes
 * of 15, there were 13: .1, −.1727 to .3072.
 */

import { newcombe } from '../../../schemas/measures.ts'
import { NOTHING } from '../row.ts'
import type { ClusterKpiRow } from './row.ts'

export const clusterHealthDelta: ClusterKpiRow = {
  name: 'cluster_health_delta',
  unit: 'ratio points',
  windows: ['24h'],
  doc: '(passes − passes expected at the pass rates that the same jobs have elsewhere) / runs, over runs with a class of jobs that have some here and some elsewhere',
  value: ({ runs, passes, expected, spread }) => {
    if (runs <= 0) return NOTHING
    const likeRuns = (runs * runs) / spread
    const elsewhere = expected / runs
    const { value, low, high } = newcombe([passes, runs], [elsewhere * likeRuns, likeRuns])
    return { value, numerator: passes - expected, denominator: runs, low, high, n: runs }
  },
}
