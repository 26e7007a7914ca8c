/** Where the steps of a run stand on one time line. */

import type { StepAnswer } from './answers.ts'

/** A step whose start or end is not known is drawn as a point. */
const LEAST_SHARE = 0.004

/** What the picture spans. Unit: milliseconds since the epoch. */
export interface Span {
  readonly from: number
  readonly to: number
}
/** From the first instant that is known of a step to the last, or to now while one runs. */
export const spanOf = (steps: readonly StepAnswer[], now: number): Span => {
  const from = steps.flatMap(({ startedAt, finishedAt }) => startedAt ?? finishedAt ?? [])
  const to = steps.flatMap(({ startedAt, finishedAt, outcome }) =>
    outcome === null ? Math.max(now, startedAt ?? 0) : (finishedAt ?? []),
  )
  const first = Math.min(...from)
  return { from: first, to: Math.max(first + 1000, ...to) }
}

/** Place and length of a step's bar. Unit: per cent of the span. */
export const barOf = (step: StepAnswer, { from, to }: Span, now: number) => {
  const end = step.finishedAt ?? (step.outcome === null ? Math.max(now, from) : to)
  const start = step.startedAt ?? end
  const share = (at: number): number => Math.min(1, Math.max(0, (at - from) / (to - from)))
  const width = Math.max(LEAST_SHARE, share(end) - share(start))
  return { left: 100 * Math.min(share(start), 1 - width), width: 100 * width }
}
