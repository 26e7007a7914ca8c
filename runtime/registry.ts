/**
 * The schema registry: our schemas are registered there before a process begins, those of other writers are fetched before
 * the batch that needs them. What has been fetched is kept: ids never change their meaning.
 */

import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import { CODECS } from '../schemas/codec.ts'
import type { AvroSchema } from '../schemas/load.ts'
import { TOPICS, type TopicName } from '../schemas/topics.ts'
import {
  inTime,
  ON_THE_WALL,
  RegistryDownError,
  REST_MS,
  statusOf,
  type Waiting,
} from './registry-answer.ts'
import type { RegistrySettings } from './registry-level.ts'
import { registerAll } from './registry-register.ts'

export { RegistryDownError } from './registry-answer.ts'
export { IncompatibleSchemaError } from './registry-register.ts'
export type { RegistrySettings } from './registry-level.ts'

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

const HEADER_BYTES = 5
/** So often a registry that does not know an id is asked, so long apart: it may lag behind whoever wrote with it. */
const UNKNOWN_TRIES = 5
const UNKNOWN_PAUSE_MS = 1_000
/** So long an id is then taken for one that nobody knows: a registry may be restored. */
const UNKNOWN_MS = 60_000

export const openRegistry = (settings: RegistrySettings, time: Waiting = ON_THE_WALL): Registry => {
  const { url, username, password } = settings
  const client = new SchemaRegistry({
    host: url,
    retry: { retries: 0 },
    ...(username !== null && password !== null && { auth: { username, password } }),
  })
  /** Ids that the registry does not know, or whose schema ours cannot read, by topic; until when they are not asked for. */
  const unreadable = new Map<string, number>()
  let restUntil = 0

  /** The schema of an id; null where the registry does not know it. */
  const ask = async (id: number) => {
    if (time.now() < restUntil) throw new RegistryDownError(`${url} did not answer a moment ago`)
    return inTime(client.getSchema(id)).catch((error: unknown) => {
      if (statusOf(error) === 404) return null
      restUntil = time.now() + REST_MS
      throw new RegistryDownError(`schema ${id} cannot be asked for: ${url} does not answer`, {
        cause: error,
      })
    })
  }
  const fetchOne = async (topic: TopicName, id: number): Promise<void> => {
    const key = `${topic} ${id}`
    // Where it was waited for in vain once, nothing waits for it again.
    const tries = unreadable.has(key) ? 1 : UNKNOWN_TRIES
    let schema = await ask(id)
    for (let asked = 1; schema === null && asked < tries; asked += 1) {
      await time.pause(UNKNOWN_PAUSE_MS)
      schema = await ask(id)
    }
    if (schema === null) {
      unreadable.set(key, time.now() + UNKNOWN_MS)
      return
    }
    try {
      CODECS[TOPICS[topic].schema].addWriter(id, rawOf(schema))
    } catch {
      unreadable.set(key, Infinity)
    }
  }

  return {
    register: (nameOf) => registerAll(client, settings, nameOf, time),
    prepare: (topic, messages) => {
      const ids = unknownIds(topic, messages)
      const isWanted = (id: number): boolean =>
        time.now() >= (unreadable.get(`${topic} ${id}`) ?? -Infinity)
      const wanted = [...ids].filter(isWanted)
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
