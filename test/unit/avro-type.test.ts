import avro from 'avsc'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { avroType } from '../../schemas/avro-type.ts'

const SCHEMA = {
  type: 'record',
  name: 'R',
  fields: [
    { name: 'text', type: 'string' },
    { name: 'maybe', type: ['null', 'string'] },
    { name: 'list', type: { type: 'array', items: 'string' } },
    { name: 'map', type: { type: 'map', values: 'string' } },
  ],
}
const ours = avroType(SCHEMA)
const plain = avro.Type.forSchema(SCHEMA as never, { wrapUnions: false })

const short = fc.string({ maxLength: 70 })
const text = fc.oneof(
  short,
  fc.string({ unit: 'binary', maxLength: 70 }),
  fc.integer({ min: 0, max: 200 }).map((length) => 'x'.repeat(length)),
)
const record = fc.record({
  text,
  maybe: fc.option(text),
  list: fc.array(text, { maxLength: 4 }),
  map: fc.dictionary(short, text, { maxKeys: 3 }),
})

describe('our types', () => {
  it('write what avsc writes and read it back, whatever the texts', () => {
    fc.assert(
      fc.property(record, (value) => {
        const bytes = ours.toBuffer(value)
        expect(bytes.equals(plain.toBuffer(value))).toBe(true)
        expect(ours.fromBuffer(bytes)).toEqual(plain.fromBuffer(bytes))
      }),
    )
  })
  it('tell how many bytes are missing where there is no room, as avsc does', () => {
    fc.assert(
      fc.property(record, fc.nat(300), (value, room) => {
        const told = [ours, plain].map((type) => type.encode(value, Buffer.alloc(room), 0))
        expect(told[0]).toBe(told[1])
      }),
    )
  })
  it('refuse what is no text', () => {
    const broken = { text: 5, maybe: null, list: [], map: {} }
    expect(() => ours.toBuffer(broken)).toThrow()
  })
})
