/** Ids of derived records: short, and the same wherever and whenever they are derived. */

/** Avalanches 32 bits (the finaliser of MurmurHash3). */
const mixed = (bits: number): number => {
  let h = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
const DIGITS = '0123456789abcdefghijklmnopqrstuv'
/** All pairs of base-32 digits: turning numbers into text digit by digit would cost more than the hash. */
const PAIRS = Array.from({ length: 1024 }, (_, i) => DIGITS.charAt(i >> 5) + DIGITS.charAt(i & 31))
const pair = (bits: number): string => PAIRS[bits & 1023] ?? ''
/** Thirty of the bits as six digits. */
const digits = (bits: number): string => pair(bits >>> 20) + pair(bits >>> 10) + pair(bits)

/**
 * Id of what a step says about an input: 120 bits of the input's id and of what is said, in base 32. Of a billion ids two
 * are alike with a chance below 1e-15.
 */
export const derivedId = (inputId: string, said: string): string => {
  let [a, b, c, d] = [0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c]
  const take = (code: number): void => {
    a = Math.imul(a ^ code, 0x9e3779b1)
    b = Math.imul(b ^ code, 0x85ebca77)
    c = Math.imul(c ^ code, 0xc2b2ae3d)
    d = Math.imul(d ^ code, 0x27d4eb2f)
  }
  for (let i = 0; i < inputId.length; i += 1) take(inputId.charCodeAt(i))
  take(0x1f)
  for (let i = 0; i < said.length; i += 1) take(said.charCodeAt(i))
  return (
    digits(mixed(a ^ (d >>> 7))) +
    digits(mixed(b ^ (c >>> 11))) +
    digits(mixed(c ^ (a >>> 5))) +
    digits(mixed(d ^ (b >>> 9)))
  )
}
