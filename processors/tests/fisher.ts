/** Exact tests of small counts. */

const LOG_FACTORIALS: number[] = [0]
const logFactorial = (n: number): number => {
  for (let i = LOG_FACTORIALS.length; i <= n; i += 1)
    LOG_FACTORIALS.push((LOG_FACTORIALS[i - 1] ?? 0) + Math.log(i))
  return LOG_FACTORIALS[n] ?? 0
}
const logChoose = (n: number, k: number): number =>
  logFactorial(n) - logFactorial(k) - logFactorial(n - k)

/**
 * Fisher's exact test, right tail: the chance of at least `failures` failures among `runs`, given all failures of both
 * groups. Unit: ratio 0..1. Source: Sippy, component readiness. Example: 3 of 4 against 1 of 4 is 17 / 70 = .2429.
 */
export const fisherRight = (
  failures: number,
  runs: number,
  basisFailures: number,
  basisRuns: number,
): number => {
  const all = failures + basisFailures
  const total = logChoose(runs + basisRuns, all)
  let p = 0
  for (let k = failures; k <= Math.min(all, runs); k += 1)
    if (all - k <= basisRuns)
      p += Math.exp(logChoose(runs, k) + logChoose(basisRuns, all - k) - total)
  return Math.min(1, p)
}

const atMost = (failures: number, runs: number, p: number): number => {
  let sum = 0
  for (let k = 0; k <= failures; k += 1)
    sum += Math.exp(logChoose(runs, k) + k * Math.log(p) + (runs - k) * Math.log1p(-p))
  return sum
}

const KNOWN_BOUNDS = 20_000
const bounds = new Map<number, number>()
/**
 * Upper bound of a failure rate at 97.5 % (Clopper and Pearson 1934). Unit: ratio 0..1.
 * Example: no failure in 50 runs gives 1 − .025^(1/50) = .0711; 5 of 20 gives .4910.
 */
export const upperRate = (failures: number, runs: number): number => {
  if (failures >= runs) return 1
  const name = runs * 4096 + failures
  const known = bounds.get(name)
  if (known !== undefined) return known
  let [low, high] = [failures / runs, 1]
  for (let i = 0; i < 50; i += 1) {
    const middle = (low + high) / 2
    if (atMost(failures, runs, middle) > 0.025) low = middle
    else high = middle
  }
  if (bounds.size >= KNOWN_BOUNDS) bounds.clear()
  bounds.set(name, high)
  return high
}
