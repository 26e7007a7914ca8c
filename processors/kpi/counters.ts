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
  else addPair(counters, placeOf(counters, id), id, amount)
}

/** Adds a pair at the place where its id belongs; tells the place behind it. */
const addPair = (counters: Counters, at: number, id: number, amount: number): number => {
  if (counters[at] !== id) {
    counters.splice(at, 0, id, amount)
    return at + 2
  }
  const sum = (counters[at + 1] ?? 0) + amount
  if (sum === 0) {
    counters.splice(at, 2)
    return at
  }
  counters[at + 1] = sum
  return at + 2
}

/** Adds (sign 1) or subtracts (sign −1) all counters of `from`. Example: [1, 2] and [1, 3, 4, 5] is [1, 5, 4, 5]. */
export const merge = (into: Counters, from: Readonly<Counters>, sign: 1 | -1): void => {
  let at = 0
  for (let pair = 0; pair < from.length; pair += 2) {
    const id = from[pair] ?? 0
    while (at < into.length && (into[at] ?? 0) < id) at += 2
    at = addPair(into, at, id, sign * (from[pair + 1] ?? 0))
  }
}
