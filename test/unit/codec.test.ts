import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CODECS, RecordCodec, UndecodableError } from '../../schemas/codec.ts'
import type { DeadLetter } from '../../schemas/events.ts'
import { key, keyParts } from '../../schemas/keys.ts'
import { schemaOf } from '../../schemas/load.ts'
import { SCHEMA_NAMES } from '../../schemas/names.ts'

const letter: DeadLetter = {
  eventId: 'a',
  eventAt: 1,
  observedAt: 2,
  origin: 'runs.csv',
  position: '7',
  reason: 'bad-row',
  detail: 'd',
  step: 'archive',
  payload: Buffer.from('x'),
}
const codec = CODECS['dead-letter']
const reasonOf = (read: () => unknown): string => {
  try {
    read()
  } catch (error) {
    if (error instanceof UndecodableError) return error.reason
    throw error
  }
  return 'read'
}

describe('the codec', () => {
  it('reads back what it wrote, in the Confluent wire format', () => {
    const bytes = codec.encode(letter)
    expect(bytes[0]).toBe(0)
    expect(bytes.readUInt32BE(1)).toBe(SCHEMA_NAMES.indexOf('dead-letter') + 1)
    expect({ ...codec.decode(bytes) }).toEqual(letter)
  })
  it('writes records of any length, and says how much room one needs that does not fit', () => {
    for (const length of [65_500, 65_600, 70_000, 140_000, 500_000]) {
      const long = { ...letter, payload: Buffer.alloc(length, 1) }
      const bytes = codec.encode(long)
      expect(codec.decode(bytes).payload.length).toBe(length)
      expect(codec.encodeInto(long, Buffer.alloc(10), 3)).toBe(-(3 + bytes.length))
      expect(codec.encodeInto(long, Buffer.alloc(3 + bytes.length), 3)).toBe(3 + bytes.length)
    }
  })
  it('names the reason for bytes it cannot read', () => {
    const bytes = codec.encode(letter)
    const foreign = Buffer.from(bytes)
    foreign.writeUInt32BE(999, 1)
    const magic = Buffer.from(bytes)
    magic[0] = 1
    expect(reasonOf(() => codec.decode(Buffer.from([0, 0])))).toBe('truncated')
    expect(reasonOf(() => codec.decode(magic))).toBe('bad-magic')
    expect(reasonOf(() => codec.decode(foreign))).toBe('unknown-schema')
    expect(reasonOf(() => codec.decode(bytes.subarray(0, bytes.length - 1)))).toBe('undecodable')
  })
  it('refuses a long beyond 2^53 by the name of its field', () => {
    expect(() => codec.encode({ ...letter, eventAt: 2 ** 53 })).toThrow(
      /dead-letter\.eventAt.*2\^53/,
    )
  })
  it('reads an older writer that lacked a field with a default, and refuses one that lacked a key part', () => {
    const reader = new RecordCodec('dead-letter', 1)
    const schema = schemaOf('dead-letter')
    const without = (name: string) => ({
      ...schema,
      fields: schema.fields.filter((f) => f.name !== name),
    })
    const newer = {
      ...schema,
      fields: [...schema.fields, { name: 'extra', type: 'int', default: 0, doc: 'No unit.' }],
    }
    reader.addWriter(77, newer)
    const bytes = codec.encode(letter)
    bytes.writeUInt32BE(77, 1)
    expect({ ...reader.decode(Buffer.concat([bytes, Buffer.from([2])])) }).toEqual(letter)
    expect(() => {
      reader.addWriter(78, without('origin'))
    }).toThrow()
  })
})

describe('schemas', () => {
  it.each(SCHEMA_NAMES)('%s has a doc and a unit on every field', (name) => {
    for (const field of schemaOf(name).fields) expect(field.doc, field.name).toMatch(/[Uu]nit/)
  })
})

describe('keys', () => {
  it('survive colons and percent signs in their parts', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (parts) => {
        expect(keyParts(key(...parts))).toEqual(parts)
      }),
    )
  })
})
