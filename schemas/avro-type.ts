/** Avro types of schemas: of records, and of what processors keep. */

import avro from 'avsc'

/** The type of a schema. Longs are numbers, unions are plain values. Throws where the schema is none. */
export const avroType = (schema: object): avro.Type => {
  const making = new Set<unknown>()
  return avro.Type.forSchema(schema as never, {
    registry: {},
    logicalTypes: {},
    wrapUnions: false,
    typeHook: (part: unknown, options) => {
      if (part === 'string') return QUICK_STRING
      if (!Array.isArray(part) || part.length !== 2 || making.has(part)) return undefined
      making.add(part)
      return quickNullable(avro.Type.forSchema(part, options) as Union)
    },
  })
}

/** Of avsc's inside what is used here. */
interface Tap {
  readonly buf: Buffer
  pos: number
  readLong(): number
  writeLong(index: number): void
}
interface Inner extends avro.Type {
  _read(tap: Tap): unknown
  _write(tap: Tap, value: unknown): void
}
interface Union extends Inner {
  readonly types: readonly [Inner, Inner]
}

/**
 * Of a union of null and one other type, avsc asks each branch whether it takes the value. Null can be told at a glance,
 * and the other branch refuses what is not its own as it writes: most fields may be null, and this is most of their cost.
 */
const quickNullable = (union: Union): Union => {
  const [first, other] = union.types
  if (first.typeName !== 'null') return union
  return Object.create(union, {
    _read: {
      value: (tap: Tap) => {
        const index = tap.readLong()
        if (index === 1) return other._read(tap)
        if (index === 0) return null
        throw new Error(`invalid union index: ${index}`)
      },
    },
    _write: {
      value: (tap: Tap, value: unknown) => {
        tap.writeLong(value === null ? 0 : 1)
        if (value !== null) other._write(tap, value)
      },
    },
  }) as Union
}

/** Longer texts have a length of two bytes. */
const SHORT = 64
/** Writes a short text of ASCII; false, and nothing is written for good, where it is none or has no room. */
const putShort = (tap: Tap, text: string): boolean => {
  const { length } = text
  const { buf, pos } = tap
  if (length >= SHORT || pos + 1 + length > buf.length) return false
  for (let i = 0; i < length; i += 1) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) return false
    buf[pos + 1 + i] = code
  }
  buf[pos] = 2 * length
  tap.pos = pos + 1 + length
  return true
}
/**
 * Of a text, avsc asks first how many bytes it will take. Most are short and of ASCII, and then it is as many as characters:
 * a record has a dozen texts, which take a third of the time that it takes to write it.
 */
const quickString = (string: Inner): Inner =>
  Object.create(string, {
    _write: {
      value: (tap: Tap, text: unknown) => {
        if (typeof text !== 'string' || !putShort(tap, text)) string._write(tap, text)
      },
    },
  }) as Inner
const QUICK_STRING = quickString(avro.Type.forSchema('string') as Inner)
