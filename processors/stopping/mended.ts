/** How likely a failing job was mended since it was last known to fail. */

/** First and last start of failing runs, in milliseconds. */
interface Span {
  readonly from: number
  readonly to: number
}
/** Failing runs since the job last passed; null while it passes. */
export interface Failing extends Span {
  /** What they ran on, newest first. */
  readonly heads: readonly number[]
}
/** Heads remembered of a row of failures. */
const MAX_HEADS = 30

/** What is known of a failing job after one more run with a class. Example: a pass ends it. */
export const stillFailing = (
  known: Failing | null,
  failed: boolean,
  startedAt: number | null,
  head: number,
): Failing | null => {
  if (!failed) return null
  if (startedAt === null) return known
  const heads = known?.heads ?? []
  return {
    from: Math.min(known?.from ?? startedAt, startedAt),
    to: Math.max(known?.to ?? startedAt, startedAt),
    heads: heads.includes(head) ? heads : [head, ...heads].slice(0, MAX_HEADS),
  }
}

/**
 * Chance that the job was mended before a run started. What has lasted for a time A lasts for a time g more with chance
 * A / (A + g), where nothing is known of how long it lasts (Pareto: Jeffreys' prior on a constant rate). A run that started
 * before one that failed ran against what was broken.
 * Example: failing for 20 days, last known by a run that started 2 hours before this one: .0041.
 */
export const mendedChance = (failing: Span | null, startedAt: number): number => {
  if (failing === null) return 1
  const gap = startedAt - failing.to
  return gap <= 0 ? 0 : gap / (failing.to - failing.from + gap)
}

/**
 * Chance that what a run runs on mends the job, where it has not failed on it: what failed on n commits or configurations in a
 * row is mended by the next with chance 1 / (n + 1) (Laplace 1814, succession, of which nothing was known before).
 * Example: failing on four commits, and a fifth: .2; on one of the four again: 0.
 */
export const mendedByChange = (failing: Failing | null, head: number): number =>
  failing === null ? 1 : failing.heads.includes(head) ? 0 : 1 / (failing.heads.length + 1)

/** One mend in fifty looks is rare enough for all runs of the job to be stopped at once, though they be wrong together. */
const RARE = 0.02
/**
 * True where what is broken is all but sure to have met the run. Once it has outlived half of the failing ones it is not: runs
 * that grow old together are one bet, and a run may be old for being sound.
 */
export const isMendRare = (
  failing: Span | null,
  startedAt: number,
  elapsedSeconds: number,
  medianFail: number | null,
): boolean => mendedChance(failing, startedAt) < RARE && elapsedSeconds <= (medianFail ?? 0)
