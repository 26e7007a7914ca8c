import { describe, expect, it } from 'vitest'
import { schemaOf, type AvroField, type AvroSchema } from '../../schemas/load.ts'
import { SCHEMA_NAMES } from '../../schemas/names.ts'
import { incompatibility, isCommitted, versionsOf } from '../support/schema-versions.ts'

describe('the schemas', () => {
  it.each(SCHEMA_NAMES)('%s can be read across all its versions, both ways', (name) => {
    const versions = versionsOf(name)
    expect(versions.length).toBeGreaterThan(0)
    for (const version of versions) expect(incompatibility(version, schemaOf(name))).toBeNull()
  })
  it('are committed as they are; add versions with `node test/support/schema-versions.ts`', () => {
    expect(SCHEMA_NAMES.filter((name) => !isCommitted(name))).toEqual([])
  })
})

describe('a schema that changes', () => {
  const schema = schemaOf('run')
  const withFields = (change: (fields: readonly AvroField[]) => AvroField[]): AvroSchema => ({
    ...schema,
    fields: change(schema.fields),
  })
  const extra = { name: 'extra', type: 'string', doc: 'No unit.' }
  const retyped = (name: string, type: unknown): AvroSchema =>
    withFields((fields) => fields.map((each) => (each.name === name ? { ...each, type } : each)))

  it('may gain and lose a field that has a default', () => {
    const gained = withFields((fields) => [...fields, { ...extra, default: '' }])
    expect(incompatibility(schema, gained)).toBeNull()
    const lost = withFields((fields) => fields.filter(({ name }) => name !== 'group'))
    expect(incompatibility(schema, lost)).toBeNull()
  })
  it.each([
    ['gain a field without a default', withFields((fields) => [...fields, extra]), /new.*old/],
    [
      'lose a field without a default',
      withFields((fields) => fields.filter(({ name }) => name !== 'runId')),
      /old.*new/,
    ],
    ['change the type of a field', retyped('runId', 'long'), /new.*old/],
    ['widen the type of a field', retyped('attempt', 'long'), /old.*new/],
    ['allow null where there was none', retyped('runId', ['null', 'string']), /old.*new/],
    ['take another name', { ...schema, name: 'Walk' }, /new.*old/],
  ])('may not %s', (_, changed, reason) => {
    expect(incompatibility(schema, changed)).toMatch(reason)
  })
})
