/** Names of tests: what they are told apart by, and which are none; and names of cells with a number. */

/** 53 bits of a name: of 100,000 tests two are alike with a chance below 1e-6. */
export const hashOf = (name: string): number => {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (let i = 0; i < name.length; i += 1) {
    const code = name.charCodeAt(i)
    a = Math.imul(a ^ code, 0x9e3779b1)
    b = Math.imul(b ^ code, 0x5f356495)
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35)
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35)
  return (b & 0x1fffff) * 4_294_967_296 + (a >>> 0)
}

/**
 * True for rows that sum up others, which some sources put among their tests: words between double underscores, with a
 * number after them or not. Example: `__passed__ (168)` is one, `__init__ loads` is none.
 */
export const isSum = (name: string): boolean =>
  name.startsWith('__') && /^__[a-z_]+__(?: \(\d+\))?$/.test(name)

const MOST_KNOWN = 10_000
/** Names cells of one kind by number, most of them once: one text for all uses makes tables quick to look up. Example: `sheet/3`. */
export const numberedCells = (kind: string): ((number: number) => string) => {
  const known: string[] = []
  return (number) => {
    const cell = known[number] ?? `${kind}/${number}`
    if (number < MOST_KNOWN) known[number] = cell
    return cell
  }
}
