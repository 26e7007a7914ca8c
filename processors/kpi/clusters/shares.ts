/** What one job adds to the comparison of each cluster: whole numbers, so that what jobs add comes to the same in any order. */

/** Ends of a job with a class within one hour on one cluster. */
export interface Ends {
  /** End of the hour. Unit: milliseconds since the epoch. */
  readonly end: number
  readonly cluster: string
  runs: number
  passes: number
}
/** What a job adds to a cluster, the last two in millionths (row.ts). */
export interface Share {
  readonly cluster: string
  readonly runs: number
  readonly passes: number
  readonly expected: number
  readonly spread: number
}

const DAY_MS = 86_400_000
export const MILLION = 1_000_000

/** True for hours of the window that ends at `asOf`. */
const isWithin = ({ end }: Ends, asOf: number): boolean => end <= asOf && end + DAY_MS > asOf
/** Whether an hour is in no window any more. */
export const isOver = ({ end }: Pick<Ends, 'end'>, asOf: number): boolean => end + DAY_MS <= asOf

/** When an hour next comes into the window or leaves it. */
export const nextTurn = (all: readonly Ends[], asOf: number): number =>
  all.reduce((at, { end }) => Math.min(at, end > asOf ? end : end + DAY_MS), Infinity)

/**
 * Shares of the clusters on which the job has runs, where it has some elsewhere too. Example: 8 of 10 passed on b1, 18 of 20 on
 * b2: b1 gets 10 runs, 8 passes, 9 expected and a spread of 5, b2 20, 18, 16 and 40.
 */
export const sharesOf = (all: readonly Ends[], asOf: number): Share[] => {
  const sums = new Map<string, { runs: number; passes: number }>()
  let [allRuns, allPasses] = [0, 0]
  for (const each of all) {
    if (!isWithin(each, asOf)) continue
    const sum = sums.get(each.cluster) ?? { runs: 0, passes: 0 }
    sums.set(each.cluster, { runs: sum.runs + each.runs, passes: sum.passes + each.passes })
    allRuns += each.runs
    allPasses += each.passes
  }
  return [...sums].flatMap(([cluster, { runs, passes }]) => {
    const elsewhere = allRuns - runs
    if (runs <= 0 || elsewhere <= 0) return []
    const expected = Math.round((MILLION * runs * (allPasses - passes)) / elsewhere)
    const spread = Math.round((MILLION * runs * runs) / elsewhere)
    return [{ cluster, runs, passes, expected, spread }]
  })
}

/** What has changed from one telling to the next, by cluster; those without a change are left out. */
export const changesOf = (told: readonly Share[], shares: readonly Share[]): Share[] => {
  const of = (list: readonly Share[], cluster: string): Share =>
    list.find((each) => each.cluster === cluster) ?? NO_SHARE
  const clusters = new Set([...told, ...shares].map(({ cluster }) => cluster))
  return [...clusters].sort().flatMap((cluster) => {
    const [before, after] = [of(told, cluster), of(shares, cluster)]
    const change = {
      cluster,
      runs: after.runs - before.runs,
      passes: after.passes - before.passes,
      expected: after.expected - before.expected,
      spread: after.spread - before.spread,
    }
    const { runs, passes, expected, spread } = change
    return [runs, passes, expected, spread].some((amount) => amount !== 0) ? [change] : []
  })
}
const NO_SHARE: Share = { cluster: '', runs: 0, passes: 0, expected: 0, spread: 0 }
