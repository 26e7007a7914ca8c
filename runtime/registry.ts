/**
 * The schema registry: our schemas are registered there before a process begins, those of other writers are fetched before
 * the batch that needs them. What has been fetched is kept: ids never change their meaning.
 */

import { SchemaRegistry, SchemaType, COMPATIBILITY } from '@kafkajs/confluent-schema-registry'
import { setTimeout as sleep } from 'node:timers/promises'
import { CODECS } from '../schemas/codec.ts'
import { schemaOf, type AvroSchema } from '../schemas/load.ts'
import { TOPIC_NAMES, TOPICS, type TopicName } from '../schemas/topics.ts'
import { levelOf, setLevel, type RegistrySettings } from './registry-level.ts'

export type { RegistrySettings } from './registry-level.ts'

/** The registry cannot be reached, and what it would say is not known yet. */
export class RegistryDownError extends Error {
  override name = 'RegistryDownError'
}
/** Records written by this version could not be read by others, or the other way round. */
export class IncompatibleSchemaError extends Error {
  override name = 'IncompatibleSchemaError'
}

interface Valued {
  readonly value: Buffer | null
}
export interface Registry {
  /**
   * Registers our schemas under `<topic>-value`, each checked against all its versions both ways; from then on records are written with the
   * registry's ids. Throws {@link IncompatibleSchemaError} or {@link RegistryDownError}.
   */
  register(nameOf: (topic: TopicName) => string): Promise<void>
  /** Makes readable what these values of a topic were written with; undefined where all of it is. */
  prepare(topic: TopicName, messages: readonly Valued[]): Promise<void> | undefined
}

const LEVEL = COMPATIBILITY.FULL_TRANSITIVE
const HEADER_BYTES = 5
const ANSWER_MS = 5_000
/** So long nothing is asked after a failure. */
const REST_MS = 1_000

export const openRegistry = (settings: RegistrySettings): Registry => {
  const { url, username, password } = settings
  const client = new SchemaRegistry({
    host: url,
    retry: { retries: 0 },
    ...(username !== null && password !== null && { auth: { username, password } }),
  })
  /** Ids that the registry does not know, or whose schema ours cannot read, by topic. */
  const unreadable = new Set<string>()
  let restUntil = 0

  const fetchOne = async (topic: TopicName, id: number): Promise<void> => {
    if (Date.now() < restUntil) throw new RegistryDownError(`${url} did not answer a moment ago`)
    const schema = await inTime(client.getSchema(id)).catch((error: unknown) => {
      if (statusOf(error) === 404) return null
      restUntil = Date.now() + REST_MS
      throw new RegistryDownError(`schema ${id} cannot be asked for: ${url} does not answer`, {
        cause: error,
      })
    })
    try {
      if (schema === null) throw new Error('not found')
      CODECS[TOPICS[topic].schema].addWriter(id, rawOf(schema))
    } catch {
      unreadable.add(`${topic} ${id}`)
    }
  }

  return {
    register: async (nameOf) => {
      for (const topic of TOPIC_NAMES) {
        const subject = `${nameOf(topic)}-value`
        const id = await registerOne(client, settings, subject, TOPICS[topic].schema)
        CODECS[TOPICS[topic].schema].writeAs(id)
      }
    },
    prepare: (topic, messages) => {
      const ids = unknownIds(topic, messages)
      const wanted = [...ids].filter((id) => !unreadable.has(`${topic} ${id}`))
      if (wanted.length === 0) return undefined
      return Promise.all(wanted.map((id) => fetchOne(topic, id))).then(() => undefined)
    },
  }
}

/**
 * The registry of an installation, with our schemas registered; null where none is set. Whoever reads joins too: the ids of our own
 * list might be those of other schemas there. Throws as {@link Registry.register} does.
 */
export const joinRegistry = async (
  settings: RegistrySettings | null,
  nameOf: (topic: TopicName) => string,
): Promise<Registry | null> => {
  if (settings === null) return null
  const registry = openRegistry(settings)
  await registry.register(nameOf)
  return registry
}

const unknownIds = (topic: TopicName, messages: readonly Valued[]): Set<number> => {
  const codec = CODECS[TOPICS[topic].schema]
  const ids = new Set<number>()
  for (const { value } of messages) {
    if (value === null || value.length < HEADER_BYTES || value[0] !== 0) continue
    const id = value.readUInt32BE(1)
    if (!codec.knows(id)) ids.add(id)
  }
  return ids
}

/** The schema as its JSON, with what avsc keeps of it. */
const rawOf = (schema: unknown): AvroSchema =>
  (schema as { schema(of: object): unknown }).schema({ exportAttrs: true }) as AvroSchema

const REGISTER_TRIES = 30

const registerOne = async (
  client: SchemaRegistry,
  settings: RegistrySettings,
  subject: string,
  name: (typeof TOPICS)[TopicName]['schema'],
): Promise<number> => {
  for (let tries = 1; ; tries += 1)
    try {
      const level = await levelOf(settings, subject)
      if (level === null) await setLevel(settings, subject, LEVEL)
      const schema = { type: SchemaType.AVRO as const, schema: JSON.stringify(schemaOf(name)) }
      const { id } = await inTime(client.register(schema, { subject, compatibility: LEVEL }))
      return id
    } catch (error) {
      const status = statusOf(error)
      if (status === 409 || isLevel(error))
        throw new IncompatibleSchemaError(`${subject}: ${(error as Error).message}`, {
          cause: error,
        })
      if (tries === REGISTER_TRIES)
        throw new RegistryDownError(
          `${subject} cannot be registered at ${settings.url}: ${String(error)}`,
          {
            cause: error,
          },
        )
      await sleep(REST_MS)
    }
}

const isLevel = (error: unknown): boolean =>
  (error as Error).name === 'ConfluentSchemaRegistryCompatibilityError'
const statusOf = (error: unknown): number | undefined => (error as { status?: number }).status

/** A registry that keeps silent is one that is down. */
const inTime = async <T>(answer: Promise<T>): Promise<T> => {
  const late = new AbortController()
  const timeOut = sleep(ANSWER_MS, undefined, { signal: late.signal }).then(() => {
    throw new RegistryDownError(`no answer within ${ANSWER_MS / 1000} s`)
  })
  timeOut.catch(() => undefined)
  try {
    return await Promise.race([answer, timeOut])
  } finally {
    late.abort()
  }
}
