/** Chance as a pure function of names and numbers: the same parts give the same draws, in any order of asking. */

/** The next draw, uniform in [0, 1). */
export type Chance = () => number

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193
const TWO_32 = 4_294_967_296

/** Murmur3's finaliser: every bit of the input moves every bit of the output. */
const scramble = (bits: number): number => {
  let h = bits
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** 32-bit hash of the parts: FNV-1a over the characters of text and the halves of numbers. */
export const hashOf = (...parts: readonly (string | number)[]): number => {
  let h = FNV_OFFSET
  for (const part of parts) {
    if (typeof part === 'string')
      for (let i = 0; i < part.length; i++) h = Math.imul(h ^ part.charCodeAt(i), FNV_PRIME)
    else {
      h = scramble(h ^ (part | 0))
      h = Math.imul(h ^ (Math.floor(part / TWO_32) | 0), FNV_PRIME)
    }
    h = Math.imul(h ^ 0xff, FNV_PRIME)
  }
  return scramble(h)
}

/** Draws (mulberry32) that belong to the parts. */
export const chanceOf = (...parts: readonly (string | number)[]): Chance => {
  let state = hashOf(...parts)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / TWO_32
  }
}

/** Uniform between two numbers. */
export const between = (chance: Chance, low: number, high: number): number =>
  low + chance() * (high - low)

/** One of a list that is not empty. */
export const pick = <T>(chance: Chance, list: readonly T[]): T =>
  list[Math.floor(chance() * list.length)] as T

/** Standard normal (Box and Muller), cut at 2.5 so that no duration runs away. */
export const normal = (chance: Chance): number => {
  const z = Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance())
  return Math.max(-2.5, Math.min(2.5, z))
}
