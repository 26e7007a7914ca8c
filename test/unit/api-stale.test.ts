import { afterEach, describe, expect, it } from 'vitest'
import type { FastifyInstance } from 'fastify'
import { buildApp } from '../../api/app.ts'
import type { PipelineTime } from '../../api/deps.ts'
import { CodedError } from '../../runtime/errors.ts'
import { createTestPipeline, published } from '../support/api-deps.ts'
import { NOON, sampleRun } from '../support/sample-records.ts'

let app: FastifyInstance
afterEach(() => app.close())

const open = async (time: Partial<PipelineTime>) => {
  const now = { now: NOON, lagMs: 7_000, ...time }
  const pipeline = createTestPipeline({ time: () => now })
  pipeline.publish([published('ci.runs.v1', sampleRun())])
  app = await buildApp(pipeline.deps)
  return pipeline
}
const get = async (url: string) => {
  const { statusCode, json } = await app.inject(url)
  return { statusCode, body: json<Record<string, unknown>>() }
}

describe('answers of views that are behind', () => {
  it('say so, and say nothing where they are not', async () => {
    await open({ isStale: true })
    expect((await get('/v1/jobs')).body).toMatchObject({ asOf: NOON, lagMs: 7_000, stale: true })
    await app.close()
    await open({ isStale: false })
    expect((await get('/v1/jobs')).body).not.toHaveProperty('stale')
  })

  it('are refused with the reason where that is too far, but for what reads no views', async () => {
    await open({ isStale: true, outage: 'no sink was heard for 70 s' })
    for (const url of ['/v1/jobs', '/v1/runs?state=running', '/v1/savings', '/v1/kpis'])
      expect(await get(url)).toMatchObject({
        statusCode: 503,
        body: { code: 'views-behind', detail: 'no sink was heard for 70 s' },
      })
    const whatIf = await app.inject({ method: 'POST', url: '/v1/what-if/stop', payload: {} })
    expect(whatIf.statusCode).toBe(503)
    expect(await get('/readyz')).toMatchObject({ statusCode: 503, body: { code: 'not-ready' } })
    for (const url of ['/healthz', '/v1/topics', '/v1/schemas', '/v1/pipeline'])
      expect((await get(url)).statusCode).toBe(200)
  })

  it('are refused where the store of views does not answer, and answered again when it does', async () => {
    const { views } = await open({})
    const list = views.list.bind(views)
    let isDown = true
    views.list = (...of) => {
      if (isDown) throw new CodedError('views-unreachable', 'Redis: the connection is closed')
      return list(...of)
    }
    expect(await get('/v1/jobs')).toMatchObject({
      statusCode: 503,
      body: { code: 'views-unreachable', detail: 'Redis: the connection is closed' },
    })
    isDown = false
    expect((await get('/v1/jobs')).statusCode).toBe(200)
  })
})
