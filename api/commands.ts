/** POST /v1/incidents/{incident}/{command}: takes and mutes incidents. Each request is one record, under its own key. */

import type { FastifyInstance } from 'fastify'
import { CodedError } from '../runtime/errors.ts'
import type { Incident, IncidentCommandKind } from '../schemas/events.ts'
import { derivedId } from '../schemas/ids.ts'
import { mustOperate } from './access.ts'
import type { ApiDeps } from './deps.ts'
import { flag, integer, object, ref, text } from './json-schema.ts'
import { ANSWER_SECURITY } from './security.ts'

const COMMANDS: readonly IncidentCommandKind[] = ['ack', 'unack', 'mute', 'unmute']
const MOST_MUTE_SECONDS = 90 * 86_400

interface Body {
  readonly seconds?: number
  readonly note?: string
}
const PROBLEM = {
  description: 'A problem.',
  content: { 'application/problem+json': { schema: ref('Problem') } },
}
const SCHEMA = {
  tags: ['incidents'],
  summary: 'Takes (ack) or mutes an incident, or takes that back',
  description:
    'Needs a token of the role operate. The header idempotency-key names the request: one that comes again is refused, so a copy of it does nothing. Answered when the log has it, or on Kafka the mailbox of the producer that feeds; the incident shows it with its next record.',
  params: object({
    incident: { ...text('Incident key, percent-encoded.'), maxLength: 1_000 },
    command: { type: 'string', enum: [...COMMANDS] },
  }),
  headers: {
    type: 'object',
    required: ['idempotency-key'],
    properties: { 'idempotency-key': { type: 'string', minLength: 8, maxLength: 200 } },
  },
  body: {
    type: ['object', 'null'],
    additionalProperties: false,
    properties: {
      seconds: {
        ...integer('How long a mute lasts, at most 90 days. Unit: seconds.'),
        minimum: 60,
        maximum: MOST_MUTE_SECONDS,
      },
      note: { ...text('Why.'), maxLength: 500 },
    },
  },
  response: {
    202: {
      description: 'It is kept, and will be done.',
      ...object({ taken: flag('True.'), by: text('Name of the token.') }),
    },
    '4xx': PROBLEM,
    '5xx': PROBLEM,
  },
}

const untilOf = (command: string, body: Body | null, now: number): number | null => {
  if (command !== 'mute') return null
  if (body?.seconds === undefined)
    throw new CodedError('invalid-parameter', 'seconds: a mute needs to be told how long it lasts')
  return now + body.seconds * 1000
}

export const addCommands = (app: FastifyInstance, deps: ApiDeps): void => {
  app.post<{
    Params: { incident: string; command: IncidentCommandKind }
    Body: Body | null
    Headers: { 'idempotency-key': string }
  }>('/v1/incidents/:incident/:command', { schema: SCHEMA }, async (request, reply) => {
    const caller = mustOperate(request)
    if (deps.command === undefined)
      throw new CodedError('not-found', 'this process takes no commands')
    // Where the views are of long ago, so are the time and the incident that a command would be about.
    const { now, outage } = deps.time()
    if (outage !== undefined) throw new CodedError('views-behind', outage)
    const { incident, command } = request.params
    const json = await deps.views.get('incidents', incident)
    if (json === undefined) throw new CodedError('not-found', 'there is no such incident')
    const id = derivedId(request.headers['idempotency-key'], `command/${caller.name}`)
    const { source, repo } = JSON.parse(json) as Incident
    const until = untilOf(command, request.body, now)
    const taken = await deps.command({
      ...{ eventId: id, eventAt: now, observedAt: now, source, repo, incident, command },
      ...{ by: caller.name, until, note: request.body?.note ?? '' },
    })
    if (!taken) throw new CodedError('repeated-request', 'this idempotency-key was used before')
    return reply.code(202).headers(ANSWER_SECURITY).send({ taken: true, by: caller.name })
  })
}
