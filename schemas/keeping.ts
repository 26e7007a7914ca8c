/** How many of the runs that are told to stop are left to their end, where stops are acted on. Pure. */

import type { Decision } from './events.ts'

/** The fixed share, where none is configured. Unit: ratio 0..1. */
export const KEEP_SHARE = 0.05

/** Grounds that the run itself showed: what happened in it was not mended before it began. */
const OWN: readonly Decision['ground'][] = ['sign', 'late', 'silent']

/**
 * The share of runs like this one that is left to its end: the fixed share, or, where that is more, the chance that the job
 * was mended since it was last known to fail: by the time that has gone by, or by a commit or a configuration on which it
 * has not failed. While runs are cut the last known failure is long ago, and the share grows until one tells: a job never
 * loses sight of its own recovery.
 * Example: of .05, for a job that failed for 20 hours and was not heard of for 5: 5 / 25 = .2. Had it failed on three commits
 * in these hours, a run on a fourth would be left with 1 / 4.
 */
export const keepShareOf = (
  { ground, evidence }: Pick<Decision, 'ground' | 'evidence'>,
  keepShare: number,
): number =>
  OWN.includes(ground)
    ? keepShare
    : Math.max(keepShare, evidence['mendedChance'] ?? 0, evidence['mendedByChange'] ?? 0)
