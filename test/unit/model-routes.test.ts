import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../api/app.ts'
import { MODEL_TABLE } from '../../cli/models.ts'
import { FEATURE_NAMES } from '../../processors/stopping/features.ts'
import { loadModel, readFeatureFile, rowOf } from '../../runtime/models/load.ts'
import { currentOf, versionFolder } from '../../runtime/models/registry.ts'
import { servedModels } from '../../runtime/models/serving.ts'
import { createTestPipeline } from '../support/api-deps.ts'
import { temporaryFolder } from '../support/temporary.ts'

const SHIPPED = join(import.meta.dirname, '../../models')
const VERSION = currentOf(SHIPPED, 'stopping')?.version ?? 'none'
const FOLDER = versionFolder(SHIPPED, 'stopping', VERSION)
const { checks } = readFeatureFile(FOLDER)
const ROWS = checks.map(({ features }) => features)

const appOf = (folder: string): Promise<FastifyInstance> =>
  buildApp(createTestPipeline({ models: servedModels(folder, MODEL_TABLE) }).deps)
let app: FastifyInstance
beforeAll(async () => {
  app = await appOf(SHIPPED)
})
afterAll(() => app.close())

const post = async (url: string, payload: object, to = app) => {
  const response = await to.inject({ method: 'POST', url, payload })
  return { status: response.statusCode, body: response.json<Record<string, unknown>>() }
}
const PREDICT = '/v1/models/stopping/predict'
const INFER = '/v2/models/stopping/infer'
const tensor = (rows: readonly (readonly (number | null)[])[], data: unknown = rows.flat()) => ({
  inputs: [
    { name: 'features', shape: [rows.length, FEATURE_NAMES.length], datatype: 'FP32', data },
  ],
})

describe('the models', () => {
  it('are listed with what is in service, and one by one with versions, features and card', async () => {
    const list = (await app.inject('/v1/models')).json<{ data: object[] }>().data
    expect(list).toContainEqual(
      expect.objectContaining({ name: 'stopping', inService: VERSION, problem: null }),
    )
    const one = await app.inject(`/v1/models/stopping/versions/${VERSION}`)
    const { features, card, scores } = one.json<{ data: Record<string, never> }>().data
    expect(features).toHaveLength(FEATURE_NAMES.length)
    expect(card).toContain('# Model')
    expect(scores).toMatchObject({ version: VERSION })
    const broken = temporaryFolder()
    cpSync(SHIPPED, broken, { recursive: true })
    writeFileSync(join(versionFolder(broken, 'stopping', VERSION), 'scores.json'), '{')
    const other = await appOf(broken)
    const told = await other.inject(`/v1/models/stopping/versions/${VERSION}`)
    expect(told.json()).toMatchObject({ code: 'model-unavailable' })
    await other.close()
    for (const path of ['/v1/models/weather', '/v1/models/stopping/versions/..%2F..%2Fetc'])
      expect((await app.inject(path)).statusCode).toBe(404)
  })
})

describe('a prediction', () => {
  it('is what the trees in the pipeline say, bit for bit, whether rows are told by place or by name', async () => {
    const model = loadModel(FOLDER, FEATURE_NAMES)
    const byName = ROWS.map((row) =>
      Object.fromEntries(row.map((value, i) => [FEATURE_NAMES[i] ?? '', value])),
    )
    for (const rows of [ROWS, byName]) {
      const { status, body } = await post(PREDICT, { rows })
      expect(status).toBe(200)
      const { predictions, ...named } = body['data'] as { predictions: { score: number }[] }
      expect(named).toEqual({ model: 'stopping', version: VERSION })
      expect(predictions.map(({ score }) => score)).toEqual(
        ROWS.map((row) => model.score(rowOf(row), {})),
      )
    }
  })
  it.each([
    ['no rows', { rows: [] }, 400, /1 to 10000 rows, not 0/],
    ['too many rows', { rows: Array.from({ length: 10_001 }, () => []) }, 400, /not 10001/],
    ['a short row', { rows: [[1, 2]] }, 400, /row 0 has 2 values/],
    ['a feature it does not know', { rows: [{ weather: 1 }] }, 400, /weather is no feature/],
    ['a number beyond 32 bits', { rows: [{ [FEATURE_NAMES[0] ?? '']: 1e300 }] }, 400, /beyond/],
    ['words', { rows: [{ [FEATURE_NAMES[0] ?? '']: 'many' }] }, 400, /./],
    ['a version it has not', { rows: ROWS, version: '2020-01-01-no' }, 404, /has no version/],
    ['a version elsewhere', { rows: ROWS, version: '../stopping' }, 404, /has no version/],
  ])('is refused for %s', async (_, payload, wanted, words) => {
    const { status, body } = await post(PREDICT, payload)
    expect(status).toBe(wanted)
    expect(body['detail']).toMatch(words)
  })
  it('is refused where the body is too large, before it is read', async () => {
    const { status, body } = await post(PREDICT, { rows: [], more: 'x'.repeat(9_000_000) })
    expect(status).toBe(413)
    expect(body['code']).toBe('body-too-large')
  })
  it('is refused with the reason where no model can be used', async () => {
    const broken = temporaryFolder()
    cpSync(SHIPPED, broken, { recursive: true })
    writeFileSync(join(versionFolder(broken, 'stopping', VERSION), 'model.onnx'), 'no model')
    for (const [folder, words] of [
      ['/nowhere', 'no version of it is in service'],
      [broken, 'not an ONNX file'],
    ] as const) {
      const other = await appOf(folder)
      const { status, body } = await post(PREDICT, { rows: ROWS }, other)
      expect(status).toBe(503)
      expect(body).toMatchObject({
        code: 'model-unavailable',
        detail: expect.stringContaining(words) as unknown,
      })
      const [listed] = (await other.inject('/v1/models')).json<{ data: object[] }>().data
      expect(listed).toMatchObject({
        inService: null,
        problem: expect.stringContaining(words) as unknown,
      })
      const ready = await other.inject('/v2/health/ready')
      expect(ready.statusCode).toBe(folder === broken ? 503 : 200)
      expect((await other.inject('/v1/jobs')).statusCode).toBe(200)
      await other.close()
    }
  })
})

describe('the Open Inference Protocol', () => {
  const get = async (path: string) => (await app.inject(path)).json<Record<string, unknown>>()

  it('tells of server, health, and the tensors of a model', async () => {
    expect(await get('/v2')).toEqual({
      name: 'stopline',
      version: '1',
      extensions: ['binary_tensor_data'],
    })
    expect(await get('/v2/health/live')).toEqual({ live: true })
    const about = {
      ...{ name: 'stopping', platform: 'stopline_trees' },
      inputs: [{ name: 'features', datatype: 'FP32', shape: [-1, FEATURE_NAMES.length] }],
    }
    for (const path of ['/v2/models/stopping', `/v2/models/stopping/versions/${VERSION}`])
      expect(await get(path)).toMatchObject(about)
    expect(await get('/v2/models/stopping/ready')).toEqual({ name: 'stopping', ready: true })
  })
  it('gives for a tensor, flat or nested, what predict gives, and names model, version and request', async () => {
    const { body: plain } = await post(PREDICT, { rows: ROWS })
    const { predictions } = plain['data'] as { predictions: Record<string, number>[] }
    for (const payload of [tensor(ROWS), tensor(ROWS, ROWS)]) {
      const { status, body } = await post(INFER, { ...payload, id: '7' })
      expect(status).toBe(200)
      expect(body).toMatchObject({ model_name: 'stopping', model_version: VERSION, id: '7' })
      for (const { name, shape, data } of body['outputs'] as {
        name: string
        shape: number[]
        data: number[]
      }[]) {
        expect(shape).toEqual([ROWS.length, 1])
        expect(data).toEqual(predictions.map((row) => row[name]))
      }
    }
    const { body } = await post(INFER, { ...tensor(ROWS), outputs: [{ name: 'probability' }] })
    expect(body['outputs']).toHaveLength(1)
  })
  it.each([
    ['another input', { inputs: [{ name: 'x', shape: [1, 1], datatype: 'FP32', data: [1] }] }],
    ['another shape', { inputs: [{ ...tensor(ROWS).inputs[0], shape: [1, 2] }] }],
    ['too few values', tensor(ROWS, [1, 2])],
    ['text', { inputs: [{ ...tensor(ROWS).inputs[0], datatype: 'BYTES' }] }],
    ['a tensor without data', { inputs: [{ ...tensor(ROWS).inputs[0], data: undefined }] }],
    ['an output it has not', { ...tensor(ROWS), outputs: [{ name: 'weather' }] }],
    ['no inputs', {}],
  ])('refuses %s in its own words', async (_, payload) => {
    const { status, body } = await post(INFER, payload)
    expect(status).toBe(400)
    expect(Object.keys(body)).toEqual(['error'])
    expect(body['error']).not.toBe('')
  })
  it('knows no other model', async () => {
    const { status, body } = await post('/v2/models/weather/infer', tensor(ROWS))
    expect([status, body]).toEqual([404, { error: 'there is no model weather' }])
  })
})
