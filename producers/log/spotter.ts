/**
 * Finds the first of many words in bytes, whatever their case, by the algorithm of Wu and Manber (1994): two bytes at the
 * end of a window tell how far it may move on, so that most bytes are never read. Its time is bounded by bytes × words.
 */

export interface Spotter {
  /** Place of the first word that begins at `from` or later and ends before `to`; −1 where there is none. */
  readonly find: (bytes: Uint8Array, from: number, to: number) => number
}

const BLOCK = 2
const fold = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 65 && byte <= 90 ? byte + 32 : byte,
)

const blockAt = (bytes: Uint8Array, at: number): number =>
  ((fold[bytes[at] ?? 0] ?? 0) << 8) | (fold[bytes[at + 1] ?? 0] ?? 0)

const isAt = (word: Uint8Array, bytes: Uint8Array, start: number, to: number): boolean => {
  if (start + word.length > to) return false
  for (let i = 0; i < word.length; i += 1) if (fold[bytes[start + i] ?? 0] !== word[i]) return false
  return true
}

/** Words in small letters. Example: `spotterOf(['fail']).find(bytes of 'It FAILED', 0, 9)` is 3. */
export const spotterOf = (texts: readonly string[]): Spotter => {
  const words = texts.map((text) => new TextEncoder().encode(text))
  const window = Math.min(...words.map(({ length }) => length))
  const shifts = new Uint8Array(65_536).fill(window - BLOCK + 1)
  const endings = new Map<number, Uint8Array[]>()
  for (const word of words) {
    for (let at = 0; at <= window - BLOCK; at += 1) {
      const block = blockAt(word, at)
      shifts[block] = Math.min(shifts[block] ?? 0, window - BLOCK - at)
    }
    const last = blockAt(word, window - BLOCK)
    endings.set(last, [...(endings.get(last) ?? []), word])
  }
  const find = (bytes: Uint8Array, from: number, to: number): number => {
    let at = from + window - BLOCK
    while (at + 1 < to) {
      const block = ((fold[bytes[at] ?? 0] ?? 0) << 8) | (fold[bytes[at + 1] ?? 0] ?? 0)
      const shift = shifts[block] ?? 1
      if (shift > 0) {
        at += shift
        continue
      }
      const start = at - window + BLOCK
      for (const word of endings.get(block) ?? []) if (isAt(word, bytes, start, to)) return start
      at += 1
    }
    return -1
  }
  return { find }
}
