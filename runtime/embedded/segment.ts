/** A stretch of records of one topic: how it is filled, and how it is read. */

import type { RecordCodec } from '../../schemas/codec.ts'
import type { SchemaName } from '../../schemas/names.ts'
import type { RecordOf, TopicName } from '../../schemas/topics.ts'
import type { LogRecord } from '../ports.ts'

/** Frame of a record: key length u32, time f64, value length u32, key, value (Confluent wire format; empty: tombstone). */
const FRAME_BYTES = 16
/** Where a value says the id of its schema. */
const ID_AT = 1
/** Bytes after which a segment ends, so that one record is read without much else. */
const SEGMENT_BYTES = 1 << 16

/** Takes a full segment; the bytes are valid until it returns. */
export type WriteSegment = (base: number, lastAt: number, bytes: Uint8Array) => void

/** The segment at the end of a topic, as it is filled. */
export class OpenSegment {
  readonly #codec: RecordCodec<SchemaName>
  readonly #write: WriteSegment
  /** Grows to the largest record. */
  #bytes = Buffer.allocUnsafeSlow(SEGMENT_BYTES + (1 << 14))
  #end = 0
  #base = 0
  #lastAt = 0

  constructor(codec: RecordCodec<SchemaName>, write: WriteSegment) {
    this.#codec = codec
    this.#write = write
  }

  /** Frames records behind what is there; a segment that is full is written. */
  append(records: readonly LogRecord[]): void {
    for (const record of records) {
      if (this.#end === 0) this.#base = record.offset
      let next = frameInto(this.#bytes, this.#end, record, this.#codec)
      while (next < 0) {
        this.#grow(-next)
        next = frameInto(this.#bytes, this.#end, record, this.#codec)
      }
      this.#end = next
      this.#lastAt = record.at
      if (next >= SEGMENT_BYTES) this.flush()
    }
  }

  /** Writes what is there. */
  flush(): void {
    if (this.#end === 0) return
    this.#write(this.#base, this.#lastAt, this.#bytes.subarray(0, this.#end))
    this.#end = 0
  }

  #grow(size: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, size))
    this.#bytes.copy(larger, 0, 0, this.#end)
    this.#bytes = larger
  }
}

/** Position after the record's frame, or minus the size the buffer would need. */
const frameInto = (
  into: Buffer,
  from: number,
  { key, at, record, bytes }: LogRecord,
  codec: RecordCodec<SchemaName>,
): number => {
  const room = from + FRAME_BYTES + 3 * key.length + (bytes?.length ?? 0)
  if (room > into.length) return -room
  const keyLength = into.write(key, from + FRAME_BYTES, 'utf8')
  const valueStart = from + FRAME_BYTES + keyLength
  const end =
    record === null
      ? valueStart
      : bytes === undefined
        ? codec.encodeInto(record, into, valueStart)
        : valueStart + bytes.copy(into, valueStart)
  if (end < 0) return end
  // What is encoded already has the id that our schema has elsewhere.
  if (record !== null) into.writeUInt32BE(codec.writerId, valueStart + ID_AT)
  into.writeUInt32LE(keyLength, from)
  into.writeDoubleLE(at, from + 4)
  into.writeUInt32LE(end - valueStart, from + 12)
  return end
}

/** Records of a segment from an offset on; those before it are not decoded. */
export const recordsOf = function* <T extends TopicName>(
  topic: T,
  codec: RecordCodec<SchemaName>,
  base: number,
  stored: Uint8Array,
  from: number,
): Iterable<LogRecord<T>> {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength)
  for (let at = 0, offset = base; at < bytes.length; offset += 1) {
    const keyEnd = at + FRAME_BYTES + bytes.readUInt32LE(at)
    const valueEnd = keyEnd + bytes.readUInt32LE(at + 12)
    if (offset >= from)
      yield {
        topic,
        offset,
        key: bytes.toString('utf8', at + FRAME_BYTES, keyEnd),
        at: bytes.readDoubleLE(at + 4),
        record:
          valueEnd === keyEnd
            ? null
            : (codec.decode(bytes.subarray(keyEnd, valueEnd)) as RecordOf<T>),
      }
    at = valueEnd
  }
}
