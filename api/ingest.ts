/** POST /v1/ingest/github: deliveries of webhooks. The signature is of the body as it was sent, so it is not parsed here. */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { CodedError } from '../runtime/errors.ts'
import type { ApiDeps } from './deps.ts'
import { integer, object, ref } from './json-schema.ts'
import { ANSWER_SECURITY } from './security.ts'

export const NO_WEBHOOK_SECRET = 'no secret of GitHub webhooks is configured'
const INGEST_PATH = '/v1/ingest/github'
/** Deliveries are a few 10 kB; the longest lists of commits stay below this. */
const BODY_LIMIT_BYTES = 5 * 2 ** 20

const PROBLEM = {
  description: 'A problem.',
  content: { 'application/problem+json': { schema: ref('Problem') } },
}
const SCHEMA = {
  tags: ['ingest'],
  summary: 'Takes a delivery of a GitHub webhook; answered when the log has it',
  description:
    'Content type application/json; signed with the secret of the source (x-hub-signature-256). Events read: workflow_job, workflow_run, pull_request, pull_request_review, check_run; others are answered and left. A delivery that comes again, by its x-github-delivery or its body, adds nothing, also after a restart.',
  response: {
    202: {
      description: 'It is on the log.',
      ...object({
        result: { type: 'string', enum: ['taken', 'repeated', 'ignored', 'refused'] },
        records: integer('Records it put on the log.'),
      }),
    },
    '4xx': PROBLEM,
    '5xx': PROBLEM,
  },
}

const headersOf = ({ headers }: FastifyRequest): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]),
  )

export const addIngest = async (
  app: FastifyInstance,
  { ingest, metrics }: Pick<ApiDeps, 'ingest' | 'metrics'>,
): Promise<void> => {
  const counter = metrics.counter('stopline_ingest_deliveries_total')
  // A scope of its own: everywhere else bodies are parsed.
  await app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES },
      (_request, body, parsed) => {
        parsed(null, body)
      },
    )
    scope.post(
      INGEST_PATH,
      { schema: SCHEMA, bodyLimit: BODY_LIMIT_BYTES },
      async (request, reply) => {
        if (ingest === undefined) throw new CodedError('not-found', NO_WEBHOOK_SECRET)
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        try {
          const { result, records } = await ingest({ headers: headersOf(request), body })
          counter.inc({ result })
          return await reply.code(202).headers(ANSWER_SECURITY).send({ result, records })
        } catch (error) {
          counter.inc({ result: 'rejected' })
          throw error
        }
      },
    )
    done()
  })
}
