import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { schemaOf } from '../../schemas/load.ts'
import { SCHEMA_NAMES } from '../../schemas/names.ts'
import { TOPIC_NAMES, topicRank, TOPICS } from '../../schemas/topics.ts'
import { unequalTypes } from '../support/schema-text.ts'
import { topicsPage } from '../support/topics-page.ts'

const AVRO = join(import.meta.dirname, '../../schemas/avro')

describe('the TypeScript types of records', () => {
  it('are those of the .avsc files', { timeout: 60_000 }, () => {
    expect(unequalTypes()).toEqual([])
  })
  it.each([
    ['a field that only one of them has', 'reason: string', 'reasons: string'],
    ['a field of another type', 'reason: string', 'reason: number'],
    ['a field that one of them may leave out', 'reason: string', 'reason?: string'],
    ['a field that one of them may have null', 'reason: string', 'reason: string | null'],
  ])('are found unequal for %s', { timeout: 60_000 }, (_, from, to) => {
    const planted = unequalTypes((text, name) =>
      name === 'dead-letter' ? text.replace(from, to) : text,
    )
    expect(planted).toEqual(['dead-letter'])
  })
  it('are found unequal for a word that only one of them knows', { timeout: 60_000 }, () => {
    expect(
      unequalTypes((text) => text.replace(`'skipped' | 'flaky'`, `'skipped' | 'shaky'`)),
    ).toEqual(['test-result'])
  })
})

/** Every field of a schema and of the records inside it, with its path. */
const fieldsOf = (schema: unknown, path = ''): { path: string; doc: unknown }[] => {
  if (Array.isArray(schema)) return schema.flatMap((each) => fieldsOf(each, path))
  if (typeof schema !== 'object' || schema === null) return []
  const { fields, type, items, values } = schema as Record<string, unknown>
  const own = ((fields ?? []) as { name: string; doc?: unknown; type: unknown }[]).flatMap(
    (field) => [
      { path: `${path}.${field.name}`, doc: field.doc },
      ...fieldsOf(field.type, `${path}.${field.name}`),
    ],
  )
  return [type, items, values].reduce<{ path: string; doc: unknown }[]>(
    (all, part) => [...all, ...fieldsOf(part, path)],
    own,
  )
}

describe('the schema files', () => {
  it('are the names in the list, both ways', () => {
    const files = readdirSync(AVRO).map((file) => file.replace(/\.avsc$/, ''))
    expect(files.sort()).toEqual([...SCHEMA_NAMES].sort())
  })
  it.each(SCHEMA_NAMES)('%s says what each field means and its unit', (name) => {
    const fields = fieldsOf(schemaOf(name), name)
    expect(fields.length).toBeGreaterThan(3)
    for (const { path, doc } of fields) {
      expect(doc, path).toMatch(/\S.*(Unit: .+|No unit)\.$/)
    }
    expect(schemaOf(name).doc).toMatch(/\.$/)
  })
  it.each(SCHEMA_NAMES)('%s stamps its records alike', (name) => {
    expect(
      schemaOf(name)
        .fields.slice(0, 3)
        .map((field) => field.name),
    ).toEqual(['eventId', 'eventAt', 'observedAt'])
  })
})

describe('the topic table', () => {
  it('has a topic for each schema and a schema for each topic', () => {
    const used = new Set(TOPIC_NAMES.map((topic) => TOPICS[topic].schema))
    expect([...used].sort()).toEqual([...SCHEMA_NAMES].sort())
  })
  it('names topics ci.<plural noun>.v<n>, and keeps forever only what is compacted', () => {
    for (const topic of TOPIC_NAMES) {
      expect(topic).toMatch(/^ci\.[a-z-]+s\.v\d+$|^ci\.kpi-history\.v\d+$/)
      const { cleanup, retentionMs } = TOPICS[topic]
      expect(retentionMs === null, topic).toBe(cleanup === 'compact')
    }
  })
  it('ranks each topic by its place', () => {
    expect(TOPIC_NAMES.map(topicRank)).toEqual(TOPIC_NAMES.map((_, index) => index))
  })
  it('is what docs/topics.md shows; renew with `npx vitest run test/unit/schemas.test.ts -u`', async () => {
    const page = await topicsPage()
    for (const topic of TOPIC_NAMES) expect(page).toContain(`\`${topic}\``)
    await expect(page).toMatchFileSnapshot('../../docs/topics.md')
  })
})
