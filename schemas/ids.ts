/** Ids of derived records: short, and the same wherever and whenever they are derived. */

/** 53 bits of a string, as two interleaved multiplicative hashes (after Steele and Vigna's mixing constants). */
const hash53 = (text: string, seed: number): number => {
  let a = 0xdeadbeef ^ seed
  let b = 0x41c6ce57 ^ seed
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    a = Math.imul(a ^ code, 0x9e3779b1)
    b = Math.imul(b ^ code, 0x5f356495)
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35)
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35)
  return 4_294_967_296 * (0x1fffff & b) + (a >>> 0)
}

/**
 * Id of what a step says about an input: 106 bits of the input's id and of what is said, in base 36. Of a billion ids two
 * are alike with a chance below 1e-13.
 */
export const derivedId = (inputId: string, said: string): string => {
  const text = `${inputId}/${said}`
  return hash53(text, 1).toString(36) + hash53(text, 2).toString(36).padStart(11, '0')
}
