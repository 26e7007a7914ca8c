/** Ids of derived records: short, and the same wherever and whenever they are derived. */

/** Avalanches 32 bits (the finaliser of MurmurHash3). */
const mixed = (bits: number): number => {
  let h = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
const DIGITS = Buffer.from('0123456789abcdefghijklmnopqrstuv', 'latin1')
const HASH = new Int32Array(4)
const START = Int32Array.of(0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c)
const TEXT = Buffer.alloc(24)

/** Hashes a text on top of what was hashed before. Numbers that live in an array of integers leave no garbage. */
const take = (text: string): void => {
  let [a, b, c, d] = HASH as unknown as [number, number, number, number]
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    a = Math.imul(a ^ code, 0x9e3779b1)
    b = Math.imul(b ^ code, 0x85ebca77)
    c = Math.imul(c ^ code, 0xc2b2ae3d)
    d = Math.imul(d ^ code, 0x27d4eb2f)
  }
  HASH[0] = a
  HASH[1] = b
  HASH[2] = c
  HASH[3] = d
}
/** Thirty of the bits as six digits. */
const putDigits = (bits: number, at: number): void => {
  for (let i = 0; i < 6; i += 1) TEXT[at + i] = DIGITS[(bits >>> (25 - 5 * i)) & 31] ?? 0
}

/**
 * Id of what a step says about an input: 120 bits of the input's id and of what is said, in base 32. Of a billion ids two
 * are alike with a chance below 1e-15.
 */
export const derivedId = (inputId: string, said: string): string => {
  HASH.set(START)
  take(inputId)
  take('\u001f')
  take(said)
  const [a, b, c, d] = HASH as unknown as [number, number, number, number]
  putDigits(mixed(a ^ (d >>> 7)), 0)
  putDigits(mixed(b ^ (c >>> 11)), 6)
  putDigits(mixed(c ^ (a >>> 5)), 12)
  putDigits(mixed(d ^ (b >>> 9)), 18)
  return TEXT.toString('latin1')
}
