/**
 * The Open Inference Protocol v2, as KServe, Triton and their clients speak it: health, metadata, and infer over one tensor
 * of features, as JSON or with its data as bytes behind it. https://github.com/kserve/open-inference-protocol, REST. Problems are
 * `{"error": ...}` there, not RFC 9457.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CodedError, ERRORS } from '../../runtime/errors.ts'
import { predict, type ServedVersion } from '../../runtime/models/serving.ts'
import type { ApiDeps } from '../deps.ts'
import { JSON_LENGTH, readBinaryTensors } from './binary-tensors.ts'
import { checkInService, findVersion, MODEL_BODY_BYTES } from './find.ts'
import { featuresOfTensor } from './rows.ts'

interface Named {
  readonly Params: { readonly model: string; readonly version?: string }
}
interface Tensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly datatype: string
  readonly data?: readonly unknown[]
}
interface InferBody {
  readonly id?: string
  readonly inputs: readonly Tensor[]
  readonly outputs?: readonly { readonly name: string }[]
}
const INPUT = 'features'
/** Types whose values JSON tells as numbers; all are taken as 32-bit floats. */
const DATATYPES: ReadonlySet<string> = new Set(['FP32', 'FP64', 'INT32', 'INT64'])

const TENSOR = {
  type: 'object',
  required: ['name', 'shape', 'datatype'],
  properties: {
    name: { type: 'string' },
    shape: { type: 'array', items: { type: 'integer' } },
    datatype: { type: 'string' },
    parameters: { type: 'object' },
    data: { type: 'array', items: {} },
  },
}
const INFER_BODY = {
  type: 'object',
  required: ['inputs'],
  properties: {
    id: { type: 'string' },
    parameters: { type: 'object' },
    inputs: { type: 'array', items: TENSOR },
    outputs: {
      type: 'array',
      items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
    },
  },
}

const refuse = (detail: string): never => {
  throw new CodedError('invalid-parameter', detail)
}

const metadata = (deps: ApiDeps, { name, version, row }: ServedVersion): object => ({
  name,
  versions: deps.models?.status(name)?.versions ?? [version],
  platform: 'stopline_trees',
  inputs: [{ name: INPUT, datatype: 'FP32', shape: [-1, row.features.length] }],
  outputs: row.outputs.map((output) => ({ name: output, datatype: 'FP32', shape: [-1, 1] })),
})

const infer = (found: ServedVersion, { id, inputs, outputs }: InferBody): object => {
  const [input, ...others] = inputs
  if (input?.name !== INPUT || others.length > 0) return refuse(`the one input is named ${INPUT}`)
  if (!DATATYPES.has(input.datatype)) refuse(`${INPUT} is FP32, not ${input.datatype}`)
  if (input.data === undefined) return refuse('the input has no data')
  const width = found.row.features.length
  const said = predict(found, featuresOfTensor(input.shape, input.data, width))
  const names = outputs?.map(({ name }) => name) ?? found.row.outputs
  return {
    model_name: found.name,
    model_version: found.version,
    ...(id === undefined ? {} : { id }),
    outputs: names.map((name) => {
      const place = found.row.outputs.indexOf(name)
      if (place < 0) return refuse(`there is no output ${name}`)
      const data = said.map((values) => values[place])
      return { name, datatype: 'FP32', shape: [said.length, 1], data }
    }),
  }
}

const onError = (
  error: Error & { statusCode?: number },
  _: FastifyRequest,
  reply: FastifyReply,
) => {
  const isCoded = error instanceof CodedError
  const status = isCoded ? ERRORS[error.code].status : (error.statusCode ?? 500)
  const told = isCoded || status < 500 ? error.message : ERRORS.internal.title
  void reply.code(status).send(JSON.stringify({ error: told }))
}

/** Adds the routes of the protocol below /v2. */
export const addOpenInference = async (app: FastifyInstance, deps: ApiDeps): Promise<void> => {
  await app.register((scope, _options, done) => {
    scope.setErrorHandler(onError)
    scope.addHook('onSend', async (_request, reply) => {
      void reply.header('content-type', 'application/json; charset=utf-8')
    })
    const asBytes = { parseAs: 'buffer', bodyLimit: MODEL_BODY_BYTES } as const
    // Clients name no type, or that of bytes.
    scope.addContentTypeParser<Buffer>('*', asBytes, (request, body, parsed) => {
      try {
        const length = request.headers[JSON_LENGTH]
        parsed(null, readBinaryTensors(body, length?.toString()))
      } catch (error) {
        parsed(error as Error)
      }
    })
    const get = (path: string, summary: string, answer: (params: Named['Params']) => object) =>
      scope.get<Named>(path, { schema: { tags: ['inference'], summary } }, (request) =>
        answer(request.params),
      )
    const find = ({ model, version }: Named['Params']) => findVersion(deps.models, model, version)
    get('/v2', 'The server', () => ({ name: 'stopline', version: '1', extensions: ['binary_tensor_data'] }))
    get('/v2/health/live', 'It lives', () => ({ live: true }))
    get('/v2/health/ready', 'It answers, and every model that is in service can be asked', () => {
      checkInService(deps.models)
      return { ready: true }
    })
    for (const path of ['/v2/models/:model', '/v2/models/:model/versions/:version']) {
      get(path, 'Inputs and outputs of a model', (params) => metadata(deps, find(params)))
      get(`${path}/ready`, 'It can be asked', (params) => {
        const { name } = find(params)
        return { name, ready: true }
      })
      scope.post<Named & { Body: InferBody }>(
        `${path}/infer`,
        {
          bodyLimit: MODEL_BODY_BYTES,
          schema: { tags: ['inference'], summary: 'What a model says', body: INFER_BODY },
        },
        ({ params, body }) => infer(find(params), body),
      )
    }
    done()
  })
}
