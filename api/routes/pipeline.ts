/** How the pipeline itself is doing. */

import { CodedError } from '../../runtime/errors.ts'
import type { DeadLetter } from '../../schemas/events.ts'
import { TOPIC_NAMES } from '../../schemas/topics.ts'
import type { ApiDeps } from '../deps.ts'
import {
  flag,
  integer,
  listOf,
  nullable,
  number,
  object,
  recordWith,
  text,
} from '../json-schema.ts'
import { pageOf, PAGE_QUERY, type PageQuery } from '../paging.ts'
import { endOf } from '../position.ts'
import { jsonList, route } from '../route.ts'
import type { Throughput } from '../throughput.ts'

const TOPIC_NAME = { type: 'string', enum: TOPIC_NAMES }
const PIPELINE = object({
  isReady: flag('True once the store is open and the pipeline runs.'),
  storeBytes: integer('Size of the store on disk. Unit: bytes.'),
  deadLetters: nullable(
    integer('Dead letters that are kept; null where the read models cannot be asked.'),
  ),
  hasCommitMarks: flag(
    'True on Kafka, where each commit takes an offset of every partition that it writes to: ends and rates of topics count these marks beside records.',
  ),
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
      perSecond: number(
        'What is added to its inputs, over the last minute, as topics count. Unit: records per second.',
      ),
    }),
  ),
  topics: listOf(
    object({
      topic: TOPIC_NAME,
      endOffset: integer(
        'Where it ends, its partitions added up: records ever published, and marks of commits where there are any.',
      ),
      perSecond: number(
        'How fast that grows, over the last minute. Unit: records (and marks) per second.',
      ),
    }),
  ),
})

/** Null where the read models cannot be asked: the pipeline is asked for most when something is wrong. */
const countDeadLetters = async ({ views, time }: ApiDeps): Promise<number | null> => {
  if (time().outage !== undefined) return null
  try {
    return await views.count('dead-letters')
  } catch (error) {
    if (error instanceof CodedError && error.code === 'views-unreachable') return null
    throw error
  }
}

const pipelineJson = async (deps: ApiDeps, throughput: Throughput): Promise<string> => {
  const { status, log } = deps
  const deadLetters = await countDeadLetters(deps)
  const { stages, ...rest } = status()
  return JSON.stringify({
    ...rest,
    deadLetters,
    hasCommitMarks: log.hasCommitMarks ?? false,
    stages: stages.map((stage) => ({
      ...stage,
      perSecond: stage.inputs.reduce((sum, topic) => sum + throughput.perSecond(topic), 0),
    })),
    topics: TOPIC_NAMES.map((topic) => ({
      topic,
      endOffset: endOf(log, topic),
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
    handle: async (deps) => ({
      data: await pipelineJson(deps, throughput),
      isSimulated: deps.status().sources.some(({ isSimulated }) => isSimulated),
    }),
  }),
  deadLetters,
]
