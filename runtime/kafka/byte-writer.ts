/** Bytes as Kafka's protocol has them, written one after the other into a buffer that grows. */

const TWO_32 = 2 ** 32
/** A number in groups of seven has so many bytes at most. */
const MOST_NUMBER_BYTES = 10
const MOST_CHARACTER_BYTES = 3
/** The length of a shorter text has one byte. */
const SHORT = 64
/** So many bytes has the length of most records: they are left for it before it is known. */
const GAP = 2

/** Bytes of a signed number in groups of seven. Example: 63 has one, 64 has two. */
export const sizeOfNumber = (value: number): number => {
  let left = value < 0 ? -2 * value - 1 : 2 * value
  let size = 1
  for (; left > 127; left = Math.floor(left / 128)) size += 1
  return size
}

/**
 * Writes a value into a buffer at a place and returns where it ends; where it does not fit, minus the length that the buffer
 * would need.
 */
export interface Encoder<R> {
  encodeInto(record: R, bytes: Buffer, at: number): number
}

export class ByteWriter {
  /** What was written ends at `at`. */
  bytes: Buffer
  at = 0

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafeSlow(size)
  }

  /** Makes room for so many more bytes. */
  room(more: number): void {
    const { bytes, at } = this
    if (at + more <= bytes.length) return
    this.bytes = Buffer.allocUnsafeSlow(Math.max(2 * bytes.length, at + more))
    bytes.copy(this.bytes, 0, 0, at)
  }

  int8(value: number): void {
    this.room(1)
    this.bytes[this.at] = value
    this.at += 1
  }
  int16(value: number): void {
    this.room(2)
    this.at = this.bytes.writeInt16BE(value, this.at)
  }
  int32(value: number): void {
    this.room(4)
    this.at = this.bytes.writeInt32BE(value, this.at)
  }
  int64(value: number): void {
    this.int32(Math.floor(value / TWO_32))
    this.int32(value | 0)
  }

  /** A signed number in groups of seven. */
  number(value: number): void {
    this.room(MOST_NUMBER_BYTES)
    let left = value < 0 ? -2 * value - 1 : 2 * value
    for (; left > 127; left = Math.floor(left / 128)) {
      this.bytes[this.at] = (left % 128) + 128
      this.at += 1
    }
    this.bytes[this.at] = left
    this.at += 1
  }

  raw(value: Uint8Array): void {
    this.room(value.length)
    this.bytes.set(value, this.at)
    this.at += value.length
  }
  /** Bytes of another buffer, from a place up to another. */
  part(bytes: Buffer, from: number, to: number): void {
    this.room(to - from)
    this.at += bytes.copy(this.bytes, this.at, from, to)
  }

  /** A text, bytes or nothing, with the length before it. */
  sized(value: string | Uint8Array | null): void {
    if (typeof value === 'string') this.#text(value)
    else {
      this.number(value === null ? -1 : value.length)
      if (value !== null) this.raw(value)
    }
  }
  #text(text: string): void {
    if (this.#short(text)) return
    this.number(Buffer.byteLength(text))
    this.room(MOST_CHARACTER_BYTES * text.length)
    this.at += this.bytes.write(text, this.at)
  }
  /** Most texts are short and of ASCII, a byte for each character. False, and nothing is written for good, where one is not. */
  #short(text: string): boolean {
    const { length } = text
    if (length >= SHORT) return false
    this.room(1 + length)
    const { bytes, at } = this
    for (let i = 0; i < length; i += 1) {
      const code = text.charCodeAt(i)
      if (code > 0x7f) return false
      bytes[at + 1 + i] = code
    }
    bytes[at] = 2 * length
    this.at = at + 1 + length
    return true
  }

  /** A record with its length before it. It is written once, and moved where it is longer or shorter than most. */
  encoded<R>(encoder: Encoder<R>, record: R): void {
    const from = this.at + GAP
    let end = encoder.encodeInto(record, this.bytes, from)
    while (end < 0 || end + MOST_NUMBER_BYTES > this.bytes.length) {
      this.room(Math.abs(end) + MOST_NUMBER_BYTES - this.at)
      end = encoder.encodeInto(record, this.bytes, from)
    }
    const size = end - from
    const begin = this.at + sizeOfNumber(size)
    if (begin !== from) this.bytes.copyWithin(begin, from, end)
    this.number(size)
    this.at = begin + size
  }
}
