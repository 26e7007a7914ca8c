/** Models: the list, versions, cards, and POST /v1/models/:model/predict. Every answer names model and version. */

import type { FastifyInstance } from 'fastify'
import { CodedError } from '../../runtime/errors.ts'
import { predict, type ModelStatus } from '../../runtime/models/serving.ts'
import { tagged } from '../answer.ts'
import type { ApiDeps } from '../deps.ts'
import { listOf, nullable, number, object, ref, text } from '../json-schema.ts'
import { envelope, route, sendAnswer } from '../route.ts'
import { findAbout, findVersion, MODEL_BODY_BYTES } from './find.ts'
import { featuresOfRows, type RowBody } from './rows.ts'

const STATUS = object({
  name: text('Name of the model.'),
  doc: text('What it says.'),
  inService: nullable(text('Version that the pipeline asks when it starts.')),
  problem: nullable(text('Why none is in service: forecasts then go by the plain formulas.')),
  versions: listOf({ type: 'string' }),
})
const MODEL_PARAM = { model: text('Name of the model, as the list tells it.') }
const VERSION_PARAM = { ...MODEL_PARAM, version: text('A version of the model.') }

const statuses = ({ models }: ApiDeps): ModelStatus[] =>
  (models?.names ?? []).flatMap((name) => models?.status(name) ?? [])

const list = route({
  path: '/v1/models',
  tag: 'models',
  summary: 'Models, the version in service of each, and why one is not used',
  isMadeAnew: true,
  isAlways: true,
  data: listOf(STATUS),
  handle: (deps) => ({ data: JSON.stringify(statuses(deps)), isSimulated: false }),
})
const one = route<{ model: string }>({
  path: '/v1/models/:model',
  tag: 'models',
  summary: 'One model with its versions',
  params: MODEL_PARAM,
  isMadeAnew: true,
  isAlways: true,
  data: STATUS,
  handle: ({ models }, { model }) => {
    const status = models?.status(model)
    if (status === undefined) throw new CodedError('not-found', `there is no model ${model}`)
    return { data: JSON.stringify(status), isSimulated: false }
  },
})
const version = route<{ model: string; version: string }>({
  path: '/v1/models/:model/versions/:version',
  tag: 'models',
  summary: 'A version: its features, the card and the scores that its training wrote',
  params: VERSION_PARAM,
  isMadeAnew: true,
  isAlways: true,
  data: object({
    model: text('Name of the model.'),
    version: text('The version.'),
    features: listOf(object({ name: text('Its name.'), doc: text('What it is.') })),
    card: nullable(text('Card in Markdown: data, scores, limits, licences.')),
    scores: nullable({ type: 'object', description: 'Scores as training wrote them.' }),
  }),
  handle: ({ models }, { model, version: wanted }) => {
    const data = { model, version: wanted, ...findAbout(models, model, wanted) }
    return { data: JSON.stringify(data), isSimulated: false }
  },
})
export const MODEL_ROUTES = [list, one, version]

interface PredictBody {
  readonly version?: string
  readonly rows: readonly RowBody[]
}
const VALUE = { type: ['number', 'null'] }
const problem = {
  description: 'A problem.',
  content: { 'application/problem+json': { schema: ref('Problem') } },
}
const PREDICT = {
  tags: ['models'],
  summary: 'What a model says of rows of features',
  description:
    'Rows by name or in the order of the features; what is null or left out is unknown. At most 10,000 rows. The same rows give what the pipeline was given, bit for bit.',
  params: object(MODEL_PARAM),
  body: {
    type: 'object',
    required: ['rows'],
    additionalProperties: false,
    properties: {
      version: text('A version; without it the one in service.'),
      rows: {
        type: 'array',
        items: {
          anyOf: [
            { type: 'array', items: VALUE },
            { type: 'object', additionalProperties: VALUE },
          ],
        },
      },
    },
  },
  response: {
    200: {
      description: 'What it says, row by row.',
      ...envelope(
        object({
          model: text('Name of the model.'),
          version: text('Version that answered.'),
          predictions: listOf({ type: 'object', additionalProperties: number('A figure.') }),
        }),
        false,
      ),
    },
    '4xx': problem,
    '5xx': problem,
  },
}

/** Adds the route that takes rows. */
export const addPredict = (app: FastifyInstance, deps: ApiDeps): void => {
  app.post<{ Body: PredictBody; Params: { model: string } }>(
    '/v1/models/:model/predict',
    { schema: PREDICT, bodyLimit: MODEL_BODY_BYTES },
    (request, reply) => {
      const { params, body } = request
      const found = findVersion(deps.models, params.model, body.version)
      const { outputs, features } = found.row
      const said = predict(found, featuresOfRows(body.rows, features))
      const data = JSON.stringify({
        model: found.name,
        version: found.version,
        predictions: said.map((values) =>
          Object.fromEntries(values.map((value, i) => [outputs[i] ?? '', value])),
        ),
      })
      return sendAnswer(deps.time(), request, reply, tagged({ data, isSimulated: false }))
    },
  )
}
