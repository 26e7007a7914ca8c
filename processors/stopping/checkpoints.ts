/** Where forecasts are scored: fixed shares of the job's median passing duration, as known when the run started. */

/** 0, 25, 50, 75, 100 and 125 % of the median passing duration. */
const CHECKPOINTS = [0, 0.25, 0.5, 0.75, 1, 1.25] as const

/** Elapsed seconds of the checkpoints; a cold run, whose median nobody knows, has only the first. */
export const checkpointSeconds = (medianPassSeconds: number | null): number[] =>
  medianPassSeconds === null ? [0] : CHECKPOINTS.map((share) => share * medianPassSeconds)
