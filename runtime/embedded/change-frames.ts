/**
 * How a change of a table lies in a row of changes. Frame: lengths of the name's three parts u16 each, length of the value
 * i32 (−1: deleted), the parts as UTF-8, the value. A first or second part equal to that of the frame before is left out.
 */

export interface Name {
  readonly first: string
  readonly second: string
  readonly third: string
}
export interface Frame extends Name {
  /** Place of the value; `end` lies before `start` where the change deletes. */
  readonly start: number
  readonly end: number
}

const HEAD_BYTES = 10
const SAME = 0xffff

/** Bytes that a frame may need at most. */
export const frameSize = (
  first: string,
  second: string,
  third: string,
  bytes: Uint8Array | null,
): number =>
  HEAD_BYTES +
  3 * (first.length + second.length + third.length) +
  (bytes === null ? 0 : bytes.length)

/** Writes a frame and returns where it ends. */
export const putFrame = (
  into: Buffer,
  from: number,
  last: Name | undefined,
  { first, second, third }: Name,
  bytes: Uint8Array | null,
): number => {
  let at = from + HEAD_BYTES
  const part = (text: string, before: string | undefined, lengthAt: number): void => {
    if (text === before) {
      into.writeUInt16LE(SAME, lengthAt)
      return
    }
    const length = into.write(text, at, 'utf8')
    if (length >= SAME) throw new RangeError(`a name of ${length} bytes is too long: ${text}`)
    into.writeUInt16LE(length, lengthAt)
    at += length
  }
  part(first, last?.first, from)
  part(second, last?.second, from + 2)
  part(third, undefined, from + 4)
  into.writeInt32LE(bytes === null ? -1 : bytes.length, from + 6)
  if (bytes !== null) into.set(bytes, at)
  return at + (bytes === null ? 0 : bytes.length)
}

/** Bytes that a part takes; none where it is left out. */
const partAt = (bytes: Buffer, at: number): number => {
  const length = bytes.readUInt16LE(at)
  return length === SAME ? 0 : length
}
/** Where the third part of the frame at a place begins; it is never left out. */
const thirdAt = (bytes: Buffer, from: number): number =>
  from + HEAD_BYTES + partAt(bytes, from) + partAt(bytes, from + 2)

/** The value of the frame at a place, null where it deletes. */
export const valueAt = (bytes: Buffer, from: number): Uint8Array | null => {
  const start = thirdAt(bytes, from) + bytes.readUInt16LE(from + 4)
  const length = bytes.readInt32LE(from + 6)
  return length < 0 ? null : bytes.subarray(start, start + length)
}

/** True where this is the third part of the name of the frame at a place. */
export const isThird = (bytes: Buffer, from: number, text: string): boolean => {
  const start = thirdAt(bytes, from)
  const length = bytes.readUInt16LE(from + 4)
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) return bytes.subarray(start, start + length).equals(Buffer.from(text))
    if (i >= length || bytes[start + i] !== code) return false
  }
  return length === text.length
}
/** The third part of the name of the frame at a place. */
export const thirdOf = (bytes: Buffer, from: number): string => {
  const start = thirdAt(bytes, from)
  return bytes.toString('utf8', start, start + bytes.readUInt16LE(from + 4))
}

/** The frame at a place; `last` is the one before it, without which parts left out are empty. */
export const frameAt = (bytes: Buffer, from: number, last: Name | undefined): Frame => {
  let at = from + HEAD_BYTES
  const part = (length: number, before: string | undefined): string => {
    if (length === SAME) return before ?? ''
    at += length
    return bytes.toString('utf8', at - length, at)
  }
  const first = part(bytes.readUInt16LE(from), last?.first)
  const second = part(bytes.readUInt16LE(from + 2), last?.second)
  const third = part(bytes.readUInt16LE(from + 4), undefined)
  const length = bytes.readInt32LE(from + 6)
  return { first, second, third, start: at, end: at + length }
}
