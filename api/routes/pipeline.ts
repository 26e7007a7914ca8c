/** How the pipeline itself is doing. */

import type { DeadLetter } from '../../schemas/events.ts'
import { TOPIC_NAMES } from '../../schemas/topics.ts'
import type { ApiDeps } from '../deps.ts'
import { flag, integer, listOf, number, object, recordWith, text } from '../json-schema.ts'
import { pageOf, PAGE_QUERY, type PageQuery } from '../paging.ts'
import { recordsOf } from '../position.ts'
import { jsonList, route } from '../route.ts'
import type { Throughput } from '../throughput.ts'

const TOPIC_NAME = { type: 'string', enum: TOPIC_NAMES }
const PIPELINE = object({
  isReady: flag('True once the store is open and the pipeline runs.'),
  storeBytes: integer('Size of the store on disk. Unit: bytes.'),
  deadLetters: integer('Dead letters ever written.'),
  sources: listOf(
    object({
      name: text('Source.'),
      state: { type: 'string', enum: ['running', 'ended', 'failed'] },
      isSimulated: flag('True where it makes its data up.'),
      cursor: integer('How far it has been heard, in its own count.'),
      detail: { type: ['string', 'null'], description: 'What to know about it.' },
    }),
  ),
  stages: listOf(
    object({
      name: text('Processor.'),
      inputs: listOf(TOPIC_NAME),
      outputs: listOf(TOPIC_NAME),
      perSecond: number('Records read over the last minute. Unit: records per second.'),
    }),
  ),
  topics: listOf(
    object({
      topic: TOPIC_NAME,
      endOffset: integer('Records ever published.'),
      perSecond: number('Over the last minute. Unit: records per second.'),
    }),
  ),
})

const pipelineJson = ({ status, log }: ApiDeps, throughput: Throughput): string => {
  const { stages, ...rest } = status()
  return JSON.stringify({
    ...rest,
    deadLetters: recordsOf(log, 'ci.dead-letters.v1'),
    stages: stages.map((stage) => ({
      ...stage,
      perSecond: stage.inputs.reduce((sum, topic) => sum + throughput.perSecond(topic), 0),
    })),
    topics: TOPIC_NAMES.map((topic) => ({
      topic,
      endOffset: recordsOf(log, topic),
      perSecond: throughput.perSecond(topic),
    })),
  })
}

const deadLetters = route<object, PageQuery & { reason?: string }>({
  path: '/v1/dead-letters',
  tag: 'pipeline',
  summary: 'What could never succeed, with origin, position and reason, newest first',
  description: 'The bytes themselves are in the topic ci.dead-letters.v1.',
  query: { ...PAGE_QUERY, reason: { ...text('Only this reason.'), maxLength: 200 } },
  data: listOf(
    recordWith('dead-letter', (field) => field !== 'payload', {
      payloadBytes: integer('Size of what was refused. Unit: bytes.'),
    }),
  ),
  isPaged: true,
  handle: async ({ views }, _params, { reason, ...page }) => {
    const isReason = ({ json }: { json: string }): boolean =>
      (JSON.parse(json) as DeadLetter).reason === reason
    const keep = reason === undefined ? undefined : isReason
    const { rows, next } = await pageOf(views, 'dead-letters', page, { keep })
    return { data: jsonList(rows), isSimulated: false, next }
  },
})

/** Routes of the pipeline; `throughput` is sampled by the app. */
export const pipelineRoutes = (throughput: Throughput) => [
  route({
    path: '/v1/pipeline',
    tag: 'pipeline',
    summary: 'Sources, stages, topics, dead letters and store',
    isMadeAnew: true,
    isAlways: true,
    data: PIPELINE,
    handle: (deps) => ({
      data: pipelineJson(deps, throughput),
      isSimulated: deps.status().sources.some(({ isSimulated }) => isSimulated),
    }),
  }),
  deadLetters,
]
