/** Bytes to lines, none longer than a bound in memory. */

/** Longest row that is read, and most bytes of a row that go to the dead letters. */
export const MAX_ROW_BYTES = 65_536
const LF = 10
const CR = 13
const QUOTE = 34

/** One line without its line break. `isCut`: longer than the bound, only its head is here; its quotes are all counted. */
export interface Line {
  readonly number: number
  readonly bytes: Buffer
  readonly isCut: boolean
  readonly hasOddQuotes: boolean
}

const isOddIn = (bytes: Buffer): boolean => {
  let isOdd = false
  for (let at = bytes.indexOf(QUOTE); at !== -1; at = bytes.indexOf(QUOTE, at + 1)) isOdd = !isOdd
  return isOdd
}

/** Splits chunks at line feeds; `rest` gives what follows the last one. */
export const createLineSplitter = () => {
  let number = 1
  let held: Buffer[] = []
  let heldBytes = 0
  let isCut = false
  let hasOddQuotes = false

  const hold = (part: Buffer): void => {
    if (isOddIn(part)) hasOddQuotes = !hasOddQuotes
    const room = MAX_ROW_BYTES - heldBytes
    if (part.length > room) isCut = true
    const kept = part.subarray(0, room)
    if (kept.length === 0) return
    held.push(kept)
    heldBytes += kept.length
  }
  const take = (): Line => {
    const [first = Buffer.alloc(0)] = held
    const whole = held.length > 1 ? Buffer.concat(held) : first
    const bytes = whole.at(-1) === CR ? whole.subarray(0, -1) : whole
    const line = { number, bytes, isCut, hasOddQuotes }
    number += 1
    held = []
    heldBytes = 0
    isCut = false
    hasOddQuotes = false
    return line
  }
  return {
    /** Lines that end in this chunk. */
    split: (chunk: Buffer): Line[] => {
      const lines: Line[] = []
      let from = 0
      for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, from)) {
        hold(chunk.subarray(from, end))
        lines.push(take())
        from = end + 1
      }
      // A copy, so that a short rest does not keep its chunk alive.
      if (from < chunk.length) hold(Buffer.from(chunk.subarray(from)))
      return lines
    },
    /** The last line, where the file does not end in a line feed. */
    rest: (): Line | null => (heldBytes > 0 ? take() : null),
  }
}
