/** Reads the protocol buffers wire format: as much of it as a model file needs. Throws RangeError on bytes that end too soon. */

/** One field: a varint or fixed number, or bytes. */
export interface Field {
  readonly number: number
  readonly value: number | Uint8Array
}

const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5

export const fieldsOf = (bytes: Uint8Array): Field[] => {
  const fields: Field[] = []
  const reader = { bytes, view: viewOn(bytes), at: 0 }
  while (reader.at < bytes.length) {
    const tag = varint(reader)
    fields.push({ number: Math.floor(tag / 8), value: valueOf(reader, tag % 8) })
  }
  return fields
}

interface Reader {
  readonly bytes: Uint8Array
  readonly view: DataView
  at: number
}
const viewOn = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength)

const valueOf = (reader: Reader, wireType: number): number | Uint8Array => {
  if (wireType === VARINT) return varint(reader)
  const length = wireType === FIXED64 ? 8 : wireType === FIXED32 ? 4 : -1
  if (length < 0 && wireType !== BYTES) throw new RangeError(`unknown wire type ${wireType}`)
  const size = length < 0 ? varint(reader) : length
  const from = reader.at
  reader.at += size
  if (reader.at > reader.bytes.length) throw new RangeError('the bytes end too soon')
  if (wireType === FIXED32) return reader.view.getFloat32(from, true)
  if (wireType === FIXED64) return reader.view.getFloat64(from, true)
  return reader.bytes.subarray(from, reader.at)
}

/** Unsigned; numbers beyond 2^53 lose their last digits, which no model needs. */
const varint = (reader: Reader): number => {
  let value = 0
  for (let scale = 1; ; scale *= 128) {
    const byte = reader.bytes[reader.at]
    if (byte === undefined) throw new RangeError('the bytes end too soon')
    reader.at += 1
    value += (byte & 127) * scale
    if (byte < 128) return value
  }
}

/** All numbers of a repeated field, packed or not. */
export const numbersOf = (
  fields: readonly Field[],
  number: number,
  kind: 'float' | 'int',
): number[] =>
  fields
    .filter((field) => field.number === number)
    .flatMap(({ value }) => (typeof value === 'number' ? [value] : unpacked(value, kind)))

const unpacked = (bytes: Uint8Array, kind: 'float' | 'int'): number[] => {
  const reader = { bytes, view: viewOn(bytes), at: 0 }
  const numbers: number[] = []
  while (reader.at < bytes.length)
    numbers.push(kind === 'int' ? varint(reader) : (valueOf(reader, FIXED32) as number))
  return numbers
}

export const bytesOf = (fields: readonly Field[], number: number): Uint8Array[] =>
  fields.flatMap((field) =>
    field.number === number && typeof field.value !== 'number' ? [field.value] : [],
  )
export const textsOf = (fields: readonly Field[], number: number): string[] =>
  bytesOf(fields, number).map((bytes) => new TextDecoder().decode(bytes))
