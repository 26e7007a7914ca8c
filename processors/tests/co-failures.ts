/** Tests that fail together: the phi coefficient of each pair, over runs in which both had a result. */

/** A test over the kept runs, as sets of bits. */
export interface Member {
  readonly test: string
  readonly ran: Uint32Array
  readonly failed: Uint32Array
}
export interface Partner {
  readonly test: string
  readonly phi: number
  readonly runs: number
}
/** What makes two tests partners. */
export interface Together {
  readonly phi: number
  readonly runs: number
}
/** Beyond so many failing tests a run says that all is broken, not what belongs together. */
export const MOST_MEMBERS = 256
export const TOGETHER: Together = { phi: 0.9, runs: 3 }

/** Sets of bits of a test's results, one bit a run: true failed, false did not, null had no result. */
export const memberOf = (test: string, results: readonly (boolean | null)[]): Member => {
  const words = Math.ceil(results.length / 32)
  const [ran, failed] = [new Uint32Array(words), new Uint32Array(words)]
  results.forEach((result, i) => {
    if (result === null) return
    const word = i >> 5
    ran[word] = (ran[word] ?? 0) | (1 << (i & 31))
    if (result) failed[word] = (failed[word] ?? 0) | (1 << (i & 31))
  })
  return { test, ran, failed }
}

const ones = (bits: number): number => {
  let n = bits - ((bits >>> 1) & 0x55555555)
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333)
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/**
 * Phi of two tests' failures (Pearson 1900) and the runs in which both failed; null where either never or always failed.
 * Unit: ratio −1..1. Example: of 10 runs of both, 3 with both failing, 1 with only the first: phi .8018.
 */
export const phiOf = (a: Member, b: Member): { phi: number; runs: number } | null => {
  let [all, both, first, second] = [0, 0, 0, 0]
  for (let i = 0; i < a.ran.length; i += 1) {
    const ran = (a.ran[i] ?? 0) & (b.ran[i] ?? 0)
    const [x, y] = [ran & (a.failed[i] ?? 0), ran & (b.failed[i] ?? 0)]
    all += ones(ran)
    both += ones(x & y)
    first += ones(x)
    second += ones(y)
  }
  const spread = first * (all - first) * second * (all - second)
  return spread === 0
    ? null
    : { phi: (all * both - first * second) / Math.sqrt(spread), runs: both }
}

/** Partners of each member, the closest first. */
export const partnersOf = (members: readonly Member[], { phi, runs }: Together): Partner[][] => {
  const partners: Partner[][] = members.map(() => [])
  members.forEach((a, i) => {
    for (let j = i + 1; j < members.length; j += 1) {
      const b = members[j]
      const found = b === undefined ? null : phiOf(a, b)
      if (b === undefined || found === null || found.phi < phi || found.runs < runs) continue
      partners[i]?.push({ test: b.test, ...found })
      partners[j]?.push({ test: a.test, ...found })
    }
  })
  for (const each of partners) each.sort((a, b) => b.phi - a.phi || b.runs - a.runs)
  return partners
}
