/** The threshold that would have been best: chosen from the runs it is shown for, so never a promise. */

import { isWithinBound } from '../../lib/rules.ts'
import type { PointAnswer } from './answer.ts'

/** The point of the highest net above 0 within the bound of false stops, the higher threshold of equals; null where none is. */
export const bestOf = (curve: readonly PointAnswer[]): PointAnswer | null =>
  curve
    .filter((point) => isWithinBound(point) && point.netSeconds > 0)
    .reduce<PointAnswer | null>(
      (best, point) => (best !== null && best.netSeconds > point.netSeconds ? best : point),
      null,
    )
