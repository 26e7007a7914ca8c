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
const settings = () => ({ url: server.url, username: null, password: null })
const open = () => openRegistry(settings())
/** Time that passes in pauses alone, and whatever happens in one. */
const handTime = (inPause: (count: number) => void = () => undefined) => {
  let [now, pauses] = [MONDAY, 0]
  return {
    now: () => now,
    move: (ms: number) => {
      now += ms
    },
    pauses: () => pauses,
    pause: (ms: number) => {
      now += ms
      pauses += 1
      inPause(pauses)
      return Promise.resolve()
    },
  }
}
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

  it('waits for one that starts, and gives up after half a minute, however long it keeps silent', async () => {
    const { url } = server
    await server.stop()
    const time = handTime()
    // It keeps silent for five seconds before each look at the clock.
    const now = (): number => {
      time.move(5_000)
      return time.now()
    }
    const registry = openRegistry({ ...settings(), url }, { ...time, now })
    await expect(registry.register(nameOf)).rejects.toThrow(RegistryDownError)
    expect(time.now() - MONDAY).toBeLessThanOrEqual(40_000)
    expect(time.pauses()).toBeGreaterThan(2)
    server = await startRegistry()
  })

  it('gives each of many schemas no half minute of its own', async () => {
    let posts = 0
    // Of each three requests for a schema two fail.
    server.isBroken = (request) => request.startsWith('POST') && (posts += 1) % 3 !== 0
    await expect(openRegistry(settings(), handTime()).register(nameOf)).rejects.toThrow(
      RegistryDownError,
    )
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

  it('asks again for an id that a registry which lags does not know yet', async () => {
    const id = server.add(SUBJECT, NEWER)
    server.hidden.add(id)
    const time = handTime((count) => {
      if (count === 3) server.hidden.delete(id)
    })
    await openRegistry(settings(), time).prepare(TOPIC, [writtenBy(id)])
    expect({ ...CODECS['run-event'].decode(writtenBy(id).value) }).toEqual({ ...fact })
    expect(time.pauses()).toBe(3)
  })

  it('leaves an id that nobody knows to the dead letters after some tries, and asks anew after a minute', async () => {
    const time = handTime()
    const registry = openRegistry(settings(), time)
    const id = server.add(SUBJECT, NEWER)
    server.hidden.add(id)
    const message = writtenBy(id)
    await registry.prepare(TOPIC, [message])
    expect([server.requests.length, time.pauses()]).toEqual([5, 4])
    expect(() => CODECS['run-event'].decode(message.value)).toThrow(String(id))
    time.move(59_000)
    expect(registry.prepare(TOPIC, [message])).toBeUndefined()
    time.move(1_000)
    // Nothing waits for it again.
    await registry.prepare(TOPIC, [message])
    expect([server.requests.length, time.pauses()]).toEqual([6, 4])
    server.hidden.clear() // it was restored
    expect(registry.prepare(TOPIC, [message])).toBeUndefined()
    time.move(60_000)
    await registry.prepare(TOPIC, [message])
    expect({ ...CODECS['run-event'].decode(message.value) }).toEqual({ ...fact })
  })

  it('asks once for a schema that ours cannot read: it stays what it is', async () => {
    const time = handTime()
    const registry = openRegistry(settings(), time)
    const id = server.add(SUBJECT, { type: 'record', name: 'other', fields: [] })
    await registry.prepare(TOPIC, [writtenBy(id)])
    time.move(3_600_000)
    expect(registry.prepare(TOPIC, [writtenBy(id)])).toBeUndefined()
    expect(time.pauses()).toBe(0)
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
