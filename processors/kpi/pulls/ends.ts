/**
 * Ends of all runs of one job on one commit, in order of time: `[end, ms, 1 where it failed]` of each, so that one which is
 * corrected leaves what would be there without it.
 */

export type Ends = number[]
const FIELDS = 3
/** Of more the middle ones go: the first failure is among the first, the last end among the last. */
const MOST = 16

export interface End {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly ms: number
  readonly failed: boolean
}
const isBefore = (ends: Readonly<Ends>, from: number, { at, ms, failed }: End): boolean => {
  const [a = 0, m = 0, f = 0] = ends.slice(from, from + FIELDS)
  return a !== at ? a < at : m !== ms ? m < ms : f < Number(failed)
}
const placeOf = (ends: Readonly<Ends>, end: End): number => {
  let from = 0
  while (from < ends.length && isBefore(ends, from, end)) from += FIELDS
  return from
}

/** Changes its first argument. */
export const putEnd = (ends: Ends, end: End): void => {
  ends.splice(placeOf(ends, end), 0, end.at, end.ms, Number(end.failed))
  if (ends.length > MOST * FIELDS) ends.splice((MOST / 2) * FIELDS, FIELDS)
}
/** Takes back an end as it was put; one that is no longer kept is passed over. */
export const takeEnd = (ends: Ends, end: End): void => {
  const from = placeOf(ends, end)
  if (ends[from] === end.at && ends[from + 1] === end.ms) ends.splice(from, FIELDS)
}

/** When the last one ended and how long it took; zeros where there is none. */
export const lastEnd = (ends: Readonly<Ends>): Pick<End, 'at' | 'ms'> => ({
  at: ends.at(-FIELDS) ?? 0,
  ms: ends.at(1 - FIELDS) ?? 0,
})
/** When the first one failed; 0 where none has. */
export const firstFailure = (ends: Readonly<Ends>): number => {
  for (let from = 0; from < ends.length; from += FIELDS)
    if (ends[from + 2] === 1) return ends[from] ?? 0
  return 0
}
