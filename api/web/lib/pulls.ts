/** Pull requests as the page tells of them. Pure. */

import type { MergeForecast, MergeScore } from '../../../schemas/events.ts'
import type { PullPoint } from '../../../schemas/views.ts'

/** What the API answers of one pull request. Times are epoch milliseconds. */
export interface PullAnswer {
  readonly forecast: MergeForecast
  readonly expected: { readonly at: Readonly<Record<string, number>> } | null
  readonly compat: readonly {
    readonly class: number
    readonly fromSeconds: number
    readonly toSeconds: number | null
    readonly p: number
  }[]
  readonly score: MergeScore | null
}

/** Forecasts of a pull request, oldest first, and its last score, from the API's points, newest first. */
export const pullTrajectoryOf = (
  points: readonly PullPoint[],
): { readonly forecasts: readonly MergeForecast[]; readonly score: MergeScore | null } => {
  const forecasts: MergeForecast[] = []
  let score: MergeScore | null = null
  for (const point of [...points].reverse())
    if (point.kind === 'forecast') forecasts.push(point.forecast)
    else score = point.score
  return { forecasts: forecasts.sort((a, b) => a.elapsedSeconds - b.elapsedSeconds), score }
}

/**
 * What a driver does to the expected time, as a factor of it. Examples: -.693 is `× 0.50`, .405 `× 1.50`.
 */
export const factorText = (log: number): string => `× ${Math.exp(log).toFixed(2)}`
