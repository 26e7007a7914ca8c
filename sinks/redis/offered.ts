/** What the log was offered, and whether that follows the clock on the wall. */

import { OUTSIDE } from '../../runtime/kafka/names.ts'
import type { ProgressBoard } from '../../runtime/kafka/progress-board.ts'

export interface Offered {
  /** Pipeline time up to which the log was offered everything. */
  readonly offeredAt: number
  /** False where it is a replay. */
  readonly isLive: boolean
}

/** Whoever does not say so and is no further from the clock on the wall follows it. */
const LIVE_MS = 60_000

/**
 * Tells what was offered as of a time on the wall. Whoever offers it says whether it is live. Of one who does not, it is judged
 * when the offered time moves, not while it stands still; but a view of it that has just begun never saw it move.
 */
export const createOffered = (
  board: Pick<ProgressBoard, 'newest'>,
): ((nowMs: number) => Offered) => {
  let last: Offered = { offeredAt: 0, isLive: false }
  return (nowMs) => {
    const { at, isLive } = board.newest(OUTSIDE)
    if (at !== last.offeredAt) last = { offeredAt: at, isLive: Math.abs(nowMs - at) < LIVE_MS }
    return isLive === undefined ? last : { offeredAt: at, isLive }
  }
}
