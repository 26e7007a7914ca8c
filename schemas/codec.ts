/** Records to bytes and back, in the Confluent wire format: byte 0, 4-byte big-endian schema id, Avro body. */

import type avro from 'avsc'
import { avroType } from './avro-type.ts'
import type { Records } from './events.ts'
import { schemaOf } from './load.ts'
import { SCHEMA_NAMES, type SchemaName } from './names.ts'

/** Why bytes cannot be read. `reason` is the slug that goes to the dead letters. */
export class UndecodableError extends Error {
  readonly reason: 'truncated' | 'bad-magic' | 'unknown-schema' | 'undecodable'
  constructor(reason: UndecodableError['reason'], message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'UndecodableError'
    this.reason = reason
  }
}
/** A record that its schema cannot hold; the message names the field. */
export class UnencodableError extends Error {
  override name = 'UnencodableError'
}

const HEADER_BYTES = 5

/** Records are written one behind the other into a slab, so that none is copied; a full one is left to those that lie in it. */
const SLAB_BYTES = 65_536
let slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
let slabEnd = 0

/** Encodes and decodes one record type: writes with our schema, reads what any registered writer wrote. */
export class RecordCodec<S extends SchemaName> {
  readonly type: avro.Type
  readonly #writers = new Map<number, ReturnType<avro.Type['createResolver']> | null>()
  #writerId: number
  readonly #name: S
  #canonical: string | undefined

  constructor(name: S, writerId: number, type = avroType(schemaOf(name))) {
    this.#name = name
    this.type = type
    this.#writerId = writerId
    this.#writers.set(writerId, null)
  }

  /** The id its own bytes are written with. */
  get writerId(): number {
    return this.#writerId
  }

  /** Our schema as far as bytes depend on it: two that have this text in common write alike. */
  get canonical(): string {
    return (this.#canonical ??= JSON.stringify(this.type.schema()))
  }

  /** A codec of the same schema whose ids are its own affair, for a place where they mean something else. */
  withId(id: number): RecordCodec<S> {
    return new RecordCodec(this.#name, id, this.type)
  }

  /** Writes from now on with the id that a registry has given our schema; what the id before meant is unknown then. */
  writeAs(id: number): void {
    this.#writers.delete(this.#writerId)
    this.#writers.set(id, null)
    this.#writerId = id
  }

  /** True where bytes that were written with a schema id can be read. */
  knows(id: number): boolean {
    return this.#writers.has(id)
  }

  /** Makes bytes of another writer version readable. Throws where the versions do not resolve. */
  addWriter(id: number, schema: object): void {
    const writer = avroType(schema)
    this.#writers.set(id, this.type.createResolver(writer))
  }

  /** Wire bytes of a record. Throws {@link UnencodableError} that names the first unfit field. */
  encode(record: Records[S]): Buffer {
    let end = this.encodeInto(record, slab, slabEnd)
    for (let size = SLAB_BYTES; end < 0; size = 2 * -end) {
      slab = Buffer.allocUnsafeSlow(size)
      slabEnd = 0
      end = this.encodeInto(record, slab, 0)
    }
    const bytes = slab.subarray(slabEnd, end)
    slabEnd = end
    return bytes
  }

  /**
   * Writes the wire bytes into a buffer at a position and returns the position after them; where they do not fit, a
   * negative number: minus the length the buffer would need. Throws {@link UnencodableError} as `encode` does.
   */
  encodeInto(record: Records[S], bytes: Buffer, at: number): number {
    if (at + HEADER_BYTES > bytes.length) return -(at + HEADER_BYTES)
    bytes[at] = 0
    bytes.writeUInt32BE(this.#writerId, at + 1)
    try {
      const end = this.type.encode(record, bytes, at + HEADER_BYTES)
      // avsc tells how many bytes were missing.
      return end < 0 ? end - bytes.length : end
    } catch (error) {
      throw new UnencodableError(this.#explain(record), { cause: error })
    }
  }

  /** The record in wire bytes. Throws {@link UndecodableError} with a reason slug. */
  decode(bytes: Buffer): Records[S] {
    if (bytes.length < HEADER_BYTES)
      throw new UndecodableError(
        'truncated',
        `${this.#name}: ${bytes.length} bytes, a record has at least 5`,
      )
    if (bytes[0] !== 0)
      throw new UndecodableError(
        'bad-magic',
        `${this.#name}: first byte is ${bytes[0]}, the wire format has 0`,
      )
    const id = bytes.readUInt32BE(1)
    const resolver = this.#writers.get(id)
    if (resolver === undefined)
      throw new UndecodableError(
        'unknown-schema',
        `${this.#name}: schema id ${id} is not known here`,
      )
    try {
      const read: unknown = this.type.decode(bytes, HEADER_BYTES, resolver ?? undefined)
      const { value, offset } = read as { value: Records[S]; offset: number }
      if (offset !== bytes.length)
        throw new Error(offset < 0 ? 'truncated buffer' : 'trailing data')
      return value
    } catch (error) {
      throw new UndecodableError('undecodable', `${this.#name}: ${(error as Error).message}`, error)
    }
  }

  #explain(record: Records[S]): string {
    let found = `${this.#name}: the record does not fit its schema`
    this.type.isValid(record, {
      errorHook: (path, value, type) => {
        const tooLong =
          typeof value === 'number' && !Number.isSafeInteger(value) && type.typeName === 'long'
        found = `${this.#name}.${path.join('.')}: ${tooLong ? `${value} is not an integer below 2^53` : `${String(value)} is not ${type.toString()}`}`
      },
    })
    return found
  }
}

/** Codecs of all records. Schema ids are positions in the schema list, from 1, until a registry or a store gives others. */
export const CODECS: { [S in SchemaName]: RecordCodec<S> } = Object.fromEntries(
  SCHEMA_NAMES.map((name, index) => [name, new RecordCodec(name, index + 1)]),
) as never
