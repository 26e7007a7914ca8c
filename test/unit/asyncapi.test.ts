/** The AsyncAPI document, read by the parser that the tools of AsyncAPI share. */

import { execFileSync } from 'node:child_process'
import { Parser, type SchemaParser } from '@asyncapi/parser'
import { expect, it } from 'vitest'
import { buildApp } from '../../api/app.ts'
import { asyncApi, AVRO_FORMAT } from '../../schemas/asyncapi.ts'
import { avroType } from '../../schemas/avro-type.ts'
import type { AvroSchema } from '../../schemas/load.ts'
import { TOPIC_NAMES, TOPICS } from '../../schemas/topics.ts'
import { createTestPipeline } from '../support/api-deps.ts'

/** The parser takes its time for so many schemas. */
const LONG_MS = 240_000

/** Payloads are Avro: avsc judges them. */
const avroParser: SchemaParser = {
  getMimeTypes: () => [AVRO_FORMAT],
  validate: ({ data }) => {
    try {
      avroType(data as AvroSchema)
      return []
    } catch (error) {
      return [{ message: (error as Error).message }]
    }
  },
  parse: ({ data }) => data as never,
}
const parser = new Parser({ schemaParsers: [avroParser] })
const errorsOf = async (document: object): Promise<string[]> => {
  const { diagnostics } = await parser.parse(JSON.stringify(document))
  return diagnostics
    .filter(({ severity }) => String(severity) === '0')
    .map(({ message, path }) => `${path.join('.')}: ${message}`)
}

it(
  'is valid AsyncAPI 3 with a channel for every topic, with its key, its schema and how long it is kept',
  async () => {
    const { document, diagnostics } = await parser.parse(JSON.stringify(asyncApi('1.2.3')))
    expect(diagnostics.filter(({ severity }) => String(severity) === '0')).toEqual([])
    const channels = document?.channels().all() ?? []
    expect(channels.map((channel) => channel.address())).toEqual(TOPIC_NAMES)
    for (const channel of channels) {
      const topic = TOPIC_NAMES.find((name) => name === channel.address())
      if (topic === undefined) throw new Error('a channel without a topic')
      const { cleanup, keyDoc, retentionMs } = TOPICS[topic]
      const binding: unknown = channel.bindings().get('kafka')?.value()
      expect(binding).toHaveProperty('topicConfiguration', {
        'cleanup.policy': [cleanup],
        ...(retentionMs !== null && { 'retention.ms': retentionMs }),
      })
      const [message] = channel.messages().all()
      const key: unknown = message?.bindings().get('kafka')?.value()
      expect(key).toHaveProperty('key.description', keyDoc)
      expect(message?.schemaFormat()).toBe(AVRO_FORMAT)
    }
  },
  LONG_MS,
)

it(
  'is found wrong where it is: a missing message, a schema that is none',
  async () => {
    interface Shape {
      components: { messages: Record<string, { payload: { schema: object } }> }
    }
    const broken = structuredClone(asyncApi('1', ['ci.runs.v1'])) as Shape
    expect(await errorsOf(broken)).toEqual([])
    const message = broken.components.messages['ci.runs.v1']
    if (message !== undefined) message.payload.schema = { type: 'record', name: 'X' }
    expect(await errorsOf(broken)).not.toEqual([])
    delete broken.components.messages['ci.runs.v1']
    expect(await errorsOf(broken)).not.toEqual([])
  },
  LONG_MS,
)

it('is printed by the command line', () => {
  const command = ['cli/main.ts', 'topics', '--asyncapi']
  const printed = execFileSync(process.execPath, command, { maxBuffer: 1 << 26 })
  expect(JSON.parse(printed.toString())).toEqual(asyncApi('0.1.0'))
})

it('is answered by the API', async () => {
  const app = await buildApp(createTestPipeline().deps)
  const answer = await app.inject('/docs/asyncapi.json')
  expect(answer.json()).toEqual(asyncApi('1'))
  await app.close()
})
