/** How many of the runs that are told to stop are left to their end, where stops are acted on. Pure. */

import type { Decision } from './events.ts'

/**
 * The share of runs like this one that is left to its end: the fixed share, or, where that is more, the chance that the job
 * was mended since it was last known to fail. While runs are cut that is long ago, and the share grows until one tells: a job
 * never loses sight of its own recovery. What the run itself showed to have failed was not mended.
 * Example: of .05, for a job that failed for 20 hours and was not heard of for 5: 5 / 25 = .2.
 */
export const keepShareOf = (
  { ground, evidence }: Pick<Decision, 'ground' | 'evidence'>,
  keepShare: number,
): number => (ground === 'sign' ? keepShare : Math.max(keepShare, evidence['mendedChance'] ?? 0))
