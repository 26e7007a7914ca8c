/**
 * Counters: everything that is windowed is a whole number under an id (names.ts). Whole numbers add exactly in any order,
 * so panes can be subtracted when they expire and jobs summed to repositories. They are kept as one flat list of pairs
 * `[id, amount, id, amount, ...]` in order of id, none of them zero: small to store, quick to add up, alike in any order.
 */

export type Counters = number[]

/** Shares and squared errors are counted in millionths, time in milliseconds. */
export const MILLION = 1_000_000

/** Place of the first pair whose id is not below `id`. */
export const placeOf = (counters: Readonly<Counters>, id: number): number => {
  let low = 0
  let high = counters.length >> 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((counters[2 * middle] ?? 0) < id) low = middle + 1
    else high = middle
  }
  return 2 * low
}

/** One counter; 0 where it was never counted. */
export const countOf = (counters: Readonly<Counters>, id: number): number => {
  const at = placeOf(counters, id)
  return counters[at] === id ? (counters[at + 1] ?? 0) : 0
}

/** Adds to one counter; a counter that comes to zero is forgotten. */
export const add = (counters: Counters, id: number, amount: number): void => {
  if (amount === 0) return
  const last = counters.length - 2
  if (last < 0 || (counters[last] ?? 0) < id) counters.push(id, amount)
  else merge(counters, [id, amount], 1)
}

/**
 * Adds (sign 1) or subtracts (sign −1) the counters of `from` at the places `start` to `end`, all of them if not told.
 * Example: [1, 2] and [1, 3, 4, 5] is [1, 5, 4, 5].
 */
export const merge = (
  into: Counters,
  from: Readonly<Counters>,
  sign: 1 | -1,
  start = 0,
  end = from.length,
): void => {
  let at = 0
  let missing = 0
  let hasZero = false
  for (let pair = start; pair < end; pair += 2) {
    const id = from[pair] ?? 0
    while (at < into.length && (into[at] ?? 0) < id) at += 2
    if (into[at] === id) {
      const sum = (into[at + 1] ?? 0) + sign * (from[pair + 1] ?? 0)
      into[at + 1] = sum
      if (sum === 0) hasZero = true
    } else missing += 1
  }
  if (missing > 0) insert(into, from, sign, start, end, missing)
  if (hasZero) dropZeros(into)
}

/** Puts the pairs whose id is `missing` into their places: from the end, so that each pair moves once. */
const insert = (
  into: Counters,
  from: Readonly<Counters>,
  sign: 1 | -1,
  start: number,
  end: number,
  missing: number,
): void => {
  let read = into.length - 2
  for (let i = 0; i < missing; i += 1) into.push(0, 0)
  let write = into.length - 2
  for (let pair = end - 2; pair >= start && write > read; pair -= 2) {
    const id = from[pair] ?? 0
    for (; read >= 0 && (into[read] ?? 0) > id; read -= 2, write -= 2) {
      into[write] = into[read] ?? 0
      into[write + 1] = into[read + 1] ?? 0
    }
    if (read >= 0 && into[read] === id) continue
    into[write] = id
    into[write + 1] = sign * (from[pair + 1] ?? 0)
    write -= 2
  }
}

const dropZeros = (counters: Counters): void => {
  let kept = 0
  for (let at = 0; at < counters.length; at += 2) {
    const amount = counters[at + 1] ?? 0
    if (amount === 0) continue
    counters[kept] = counters[at] ?? 0
    counters[kept + 1] = amount
    kept += 2
  }
  counters.length = kept
}
