/** Registers our schemas before a process begins: each is checked against all versions of its subject both ways. */

import { COMPATIBILITY, SchemaType, type SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import { CODECS } from '../schemas/codec.ts'
import { schemaOf } from '../schemas/load.ts'
import { TOPIC_NAMES, TOPICS, type TopicName } from '../schemas/topics.ts'
import { inTime, RegistryDownError, REST_MS, statusOf, type Waiting } from './registry-answer.ts'
import { levelOf, setLevel, type RegistrySettings } from './registry-level.ts'

/** Records written by this version could not be read by others, or the other way round. */
export class IncompatibleSchemaError extends Error {
  override name = 'IncompatibleSchemaError'
}

const LEVEL = COMPATIBILITY.FULL_TRANSITIVE
/** From so long after the start on nothing that fails is tried again: all of it together, not each of many schemas. */
const START_MS = 30_000

/** From then on records are written with the registry's ids. */
export const registerAll = async (
  client: SchemaRegistry,
  settings: RegistrySettings,
  nameOf: (topic: TopicName) => string,
  time: Waiting,
): Promise<void> => {
  const deadline = time.now() + START_MS
  const patiently = async (
    subject: string,
    name: (typeof TOPICS)[TopicName]['schema'],
  ): Promise<number> => {
    for (;;)
      try {
        return await registerOne(client, settings, subject, name)
      } catch (cause) {
        if (isRefusal(cause))
          throw new IncompatibleSchemaError(`${subject}: ${(cause as Error).message}`, { cause })
        if (time.now() + REST_MS > deadline)
          throw new RegistryDownError(
            `${subject} cannot be registered at ${settings.url}: ${String(cause)}`,
            { cause },
          )
        await time.pause(REST_MS)
      }
  }
  for (const topic of TOPIC_NAMES) {
    const { schema } = TOPICS[topic]
    const id = await patiently(`${nameOf(topic)}-value`, schema)
    CODECS[schema].writeAs(id)
  }
}

const registerOne = async (
  client: SchemaRegistry,
  settings: RegistrySettings,
  subject: string,
  name: (typeof TOPICS)[TopicName]['schema'],
): Promise<number> => {
  const level = await levelOf(settings, subject)
  if (level === null) await setLevel(settings, subject, LEVEL)
  const schema = { type: SchemaType.AVRO as const, schema: JSON.stringify(schemaOf(name)) }
  const { id } = await inTime(client.register(schema, { subject, compatibility: LEVEL }))
  return id
}

/** It answered, and will not answer otherwise: the schema breaks another one, or the level is not ours. */
const isRefusal = (error: unknown): boolean =>
  statusOf(error) === 409 || (error as Error).name === 'ConfluentSchemaRegistryCompatibilityError'
