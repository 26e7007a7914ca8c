import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { IncompatibleSchemaError, openRegistry, RegistryDownError } from '../../runtime/registry.ts'
import { avroType } from '../../schemas/avro-type.ts'
import { CODECS } from '../../schemas/codec.ts'
import { schemaOf, type AvroSchema } from '../../schemas/load.ts'
import { TOPIC_NAMES } from '../../schemas/topics.ts'
import { startRegistry, type FakeRegistry } from '../support/cluster-registry.ts'
import { aFact, aRun, MONDAY } from '../support/facts.ts'

const TOPIC = 'ci.run-events.v1'
const SUBJECT = `${TOPIC}-value`
const fact = aFact(aRun(), 'started', MONDAY)
const schema = schemaOf('run-event')
const withField = (field: object): AvroSchema => ({
  ...schema,
  fields: [...schema.fields, field as AvroSchema['fields'][number]],
})
/** A later version of us. */
const NEWER = withField({ name: 'extra', type: 'string', doc: 'No unit.', default: '' })

let server: FakeRegistry
beforeEach(async () => {
  server = await startRegistry()
})
afterEach(() => server.stop())
const open = () => openRegistry({ url: server.url, username: null, password: null })
const nameOf = (topic: string): string => topic

/** What a newer version writes, framed with the id it was given. */
const writtenBy = (id: number): { value: Buffer } => {
  const body = avroType(NEWER).toBuffer({ ...fact, extra: 'more' })
  const head = Buffer.alloc(5)
  head.writeUInt32BE(id, 1)
  return { value: Buffer.concat([head, body]) }
}

describe('registering', () => {
  it('sets the level of each subject first, and writes with the ids it is given', async () => {
    await open().register(nameOf)
    expect([...server.levels.values()]).toEqual(TOPIC_NAMES.map(() => 'FULL_TRANSITIVE'))
    const [set, registered] = [`PUT /config/${SUBJECT}`, `POST /subjects/${SUBJECT}/versions`]
    expect(server.requests.indexOf(set)).toBeLessThan(server.requests.indexOf(registered))
    const bytes = CODECS['run-event'].encode(fact)
    expect(bytes.readUInt32BE(1)).toBe(server.subjects.get(SUBJECT)?.[0]?.id)
    expect({ ...CODECS['run-event'].decode(bytes) }).toEqual({ ...fact })
  })

  it('again gives the same ids', async () => {
    await open().register(nameOf)
    const id = CODECS['run-event'].writerId
    await open().register(nameOf)
    expect(CODECS['run-event'].writerId).toBe(id)
  })

  it('refuses where our schema breaks one that is there', async () => {
    server.levels.set(SUBJECT, 'FULL_TRANSITIVE')
    server.add(SUBJECT, withField({ name: 'needed', type: 'string', doc: 'No unit.' }))
    await expect(open().register(nameOf)).rejects.toThrow(IncompatibleSchemaError)
  })

  it('refuses where somebody has lowered the level', async () => {
    server.levels.set(SUBJECT, 'NONE')
    await expect(open().register(nameOf)).rejects.toThrow(/FULL_TRANSITIVE != NONE/)
  })
})

describe('reading what others write', () => {
  it('fetches a schema once, then decodes without asking', async () => {
    const registry = open()
    const message = writtenBy(server.add(SUBJECT, NEWER))
    await registry.prepare(TOPIC, [message, message])
    expect({ ...CODECS['run-event'].decode(message.value) }).toEqual({ ...fact })
    const asked = server.requests.length
    expect(registry.prepare(TOPIC, [message])).toBeUndefined()
    expect(server.requests.length).toBe(asked)
  })

  it('leaves an id that nobody knows to the dead letters, and asks for it once', async () => {
    const registry = open()
    await registry.prepare(TOPIC, [writtenBy(4711)])
    expect(registry.prepare(TOPIC, [writtenBy(4711)])).toBeUndefined()
    expect(() => CODECS['run-event'].decode(writtenBy(4711).value)).toThrow(/4711/)
  })

  it('does not need the registry for what it knows, and says so where it does', async () => {
    const registry = open()
    await registry.register(nameOf)
    const known = writtenBy(server.add(SUBJECT, NEWER))
    await registry.prepare(TOPIC, [known])
    await server.stop()
    expect(registry.prepare(TOPIC, [known, { value: CODECS['run-event'].encode(fact) }])).toBe(
      undefined,
    )
    await expect(registry.prepare(TOPIC, [writtenBy(815)])).rejects.toThrow(RegistryDownError)
    // Nothing is asked for a moment.
    await expect(registry.prepare(TOPIC, [writtenBy(815)])).rejects.toThrow(/a moment ago/)
    server = await startRegistry()
  })
})
