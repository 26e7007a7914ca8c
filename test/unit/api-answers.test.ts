import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isNamed } from '../../api/answer.ts'
import { buildApp } from '../../api/app.ts'
import { createAnswerCache } from '../../api/answer-cache.ts'
import { evaluateForecast } from '../../api/evaluate.ts'
import { addMeasures } from '../../api/measures.ts'
import { encodeCursor, pageOf } from '../../api/paging.ts'
import { createThroughput } from '../../api/throughput.ts'
import { CodedError } from '../../runtime/errors.ts'
import { onePartition } from '../../runtime/one-partition.ts'
import { atOnce } from '../support/at-once.ts'
import { createTestPipeline, published } from '../support/api-deps.ts'
import { MemoryLog, MemoryViews } from '../support/memory-views.ts'
import { NOON, sampleForecast, sampleMeasure, sampleRun } from '../support/sample-records.ts'

const pipeline = createTestPipeline()
let app: FastifyInstance
beforeAll(async () => {
  pipeline.publish([published('ci.runs.v1', sampleRun())])
  app = await buildApp(pipeline.deps)
  app.get('/v1/breaks', () => {
    throw new Error('secret of the inside')
  })
  app.post('/v1/takes', () => 'taken')
})
afterAll(() => app.close())

const problemOf = async (url: string, accept = '*/*') => {
  const response = await app.inject({ url, headers: { accept } })
  expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8')
  const problem = response.json<{ code: string; status: number; detail: string; type: string }>()
  expect(problem.status).toBe(response.statusCode)
  expect(problem.type).toBe(`urn:stopline:error:${problem.code}`)
  return problem
}

describe('an answer', () => {
  it('says in its headers what it is true at, and may not be framed or sniffed', async () => {
    const { headers } = await app.inject('/v1/jobs')
    expect(headers).toMatchObject({
      'stopline-as-of': String(NOON),
      'stopline-lag-ms': '7',
      'stopline-simulated': 'false',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    })
  })

  it('is not sent again while its data is the same, though time has moved', async () => {
    const { etag } = (await app.inject('/v1/jobs')).headers
    pipeline.setNow(NOON + 1_000)
    const again = await app.inject({ url: '/v1/jobs', headers: { 'if-none-match': etag } })
    expect(again.statusCode).toBe(304)
    expect(again.body).toBe('')
    expect(again.headers['stopline-as-of']).toBe(String(NOON + 1_000))
    pipeline.publish([published('ci.runs.v1', sampleRun({ job: 'another' }))])
    const changed = await app.inject({ url: '/v1/jobs', headers: { 'if-none-match': etag } })
    expect(changed.statusCode).toBe(200)
  })
})

describe('If-None-Match', () => {
  it.each([
    ['W/"a"', true],
    ['"a"', true],
    ['"b", W/"a"', true],
    ['W/"b","a" , "c"', true],
    ['*', true],
    [' * ', true],
    [undefined, false],
    ['', false],
    ['a', false],
    ['W/"b"', false],
    ['"*"', false],
    ['"b, a"', false],
  ])('of %s names W/"a": %s', (asked, isSame) => {
    expect(isNamed('W/"a"', asked)).toBe(isSame)
  })

  it('may list several answers', async () => {
    const { etag = '' } = (await app.inject('/v1/jobs')).headers
    const headers = { 'if-none-match': `W/"other", ${etag}` }
    expect((await app.inject({ url: '/v1/jobs', headers })).statusCode).toBe(304)
  })
})

describe('a problem', () => {
  it('names a query parameter that is not known', async () => {
    const problem = await problemOf('/v1/jobs?sort=name')
    expect(problem).toMatchObject({ code: 'unknown-parameter', status: 400 })
    expect(problem.detail).toBe('sort is not a parameter of this route')
  })

  it.each([
    ['/v1/jobs?limit=0', 'invalid-parameter'],
    ['/v1/jobs?limit=501', 'invalid-parameter'],
    ['/v1/jobs?limit=1e309', 'invalid-parameter'],
    ['/v1/topics/ci.runs.v1/records?limit=1e309', 'invalid-parameter'],
    ['/v1/runs?state=running&min_p=-1e309', 'invalid-parameter'],
    ['/v1/jobs/%E0%A4%A/o%2Fr/unit', 'bad-request'],
    ['/v1/compare?base=job:a:7d', 'invalid-parameter'],
    ['/testgrid/prow%3Ao%2Fr/table', 'invalid-parameter'],
    ['/v1/runs?state=lost', 'invalid-parameter'],
    ['/v1/jobs?cursor=%21', 'invalid-cursor'],
    [`/v1/jobs?cursor=${encodeCursor(7)}`, 'invalid-cursor'],
    [`/v1/topics/ci.runs.v1/records?cursor=${encodeCursor([1, 'a'])}`, 'invalid-cursor'],
    ['/v1/stream?topics=forecast,weather', 'invalid-parameter'],
    ['/v1/kpis/history?dimension=job', 'invalid-parameter'],
    ['/v1/savings?dimension=job', 'invalid-parameter'],
    ['/v1/savings?dimension=job&subject=a', 'not-found'],
    ['/v1/topics/ci.weather.v1/records', 'not-found'],
    ['/v1/jobs/prow/o%2Fr/none', 'not-found'],
    ['/v1/jobs/prow/o%2Fr/none/kpis', 'not-found'],
    ['/v1/runs/prow/o%2Fr/none/1/1', 'not-found'],
    ['/v1/runs/prow/o%2Fr/none/1/one', 'not-found'],
    ['/v1/weather', 'not-found'],
    [`/v1/jobs?q=${'x'.repeat(5_000)}`, 'address-too-long'],
  ])('answers %s with %s', async (url, code) => {
    expect((await problemOf(url)).code).toBe(code)
  })

  it('tells nothing of the inside', async () => {
    const problem = await problemOf('/v1/breaks')
    expect(problem.code).toBe('internal')
    expect(JSON.stringify(problem)).not.toContain('secret')
  })

  it('refuses a body that is too large', async () => {
    const payload = JSON.stringify('x'.repeat(70_000))
    const headers = { 'content-type': 'application/json' }
    const response = await app.inject({ method: 'POST', url: '/v1/takes', headers, payload })
    expect(response.json()).toMatchObject({ code: 'body-too-large', status: 413 })
  })

  it('is what /readyz answers before the pipeline has reached any time', async () => {
    const cold = await buildApp(createTestPipeline().deps)
    expect((await cold.inject('/readyz')).json()).toMatchObject({ code: 'not-ready', status: 503 })
    await cold.close()
    expect((await app.inject('/readyz')).json()).toMatchObject({ data: { status: 'ready' } })
  })
})

describe('the page', () => {
  it('that has not been built says how to build it, and the API works without', async () => {
    const response = await app.inject({ url: '/', headers: { accept: 'text/html' } })
    expect(response.statusCode).toBe(503)
    expect(response.body).toContain('npm run build:web')
  })
})

describe('metrics', () => {
  it('count what is refused before its route is asked', async () => {
    const { statusCode } = await app.inject(`/v1/jobs?${'x'.repeat(5_000)}`)
    expect(statusCode).toBe(414)
    const { body } = await app.inject('/metrics')
    expect(body).toMatch(/requests_total\{route="\/v1\/jobs",status="414"\} [1-9]/)
    const [, seconds] =
      /request_seconds_total\{route="\/v1\/jobs",status="414"\} (.*)/.exec(body) ?? []
    expect(Number(seconds)).toBeGreaterThan(0)
    expect(Number(seconds)).toBeLessThan(performance.now() / 1000)
  })

  it('are OpenMetrics, count requests by route and never by address', async () => {
    await app.inject('/v1/jobs/prow/openshift%2Forigin/none')
    await app.inject('/v1/jobs')
    const { headers, body } = await app.inject('/metrics')
    expect(headers['content-type']).toContain('application/openmetrics-text')
    expect(body).toContain(
      'stopline_http_requests_total{route="/v1/jobs/:source/:repo/:job",status="404"}',
    )
    expect(body).not.toContain('openshift')
    expect(body).toMatch(/requests_total\{route="\/v1\/jobs",status="200"\} [1-9]/)
    const seconds = [
      ...body.matchAll(/^stopline_http_request_seconds_total\{route="\/v1\/job.*\} (.*)$/gm),
    ]
    expect(seconds.length).toBeGreaterThan(1)
    for (const [, value] of seconds) expect(Number(value)).toBeGreaterThan(0)
    expect(body).toContain('stopline_topic_records{topic="ci.runs.v1"} 2')
    expect(body.endsWith('# EOF\n')).toBe(true)
  })
})

describe('a forecast at a later instant', () => {
  it('is read off its curve and has less time left', () => {
    const forecast = sampleForecast({ elapsedSeconds: 20, observedAt: NOON })
    const later = evaluateForecast(forecast, NOON + 30_000)
    expect(later.elapsedSeconds).toBe(50)
    expect(later.pFail).toBeCloseTo(0.4, 12)
    expect(later.remainingSeconds).toBe(570)
    expect(evaluateForecast(forecast, NOON + 999_000_000)).toMatchObject({
      pFail: 0.6,
      remainingSeconds: 0,
    })
    expect(evaluateForecast(forecast, NOON - 5).elapsedSeconds).toBe(20)
    const bare = sampleForecast({ curveSeconds: [], curvePFail: [], remainingSeconds: null })
    expect(evaluateForecast(bare, NOON)).toMatchObject({ pFail: 0.2, remainingSeconds: null })
  })
})

describe('a page of a view', () => {
  it('that is filtered ends early with a cursor rather than looking at everything', async () => {
    const views = new MemoryViews()
    const row = (index: number) => ({
      view: 'v',
      key: String(index),
      sort: -index,
      at: 0,
      value: {},
    })
    views.write(Array.from({ length: 10_001 }, (_, index) => row(index)))
    const keep = ({ key }: { key: string }) => key === '10000'
    const first = await pageOf(views, 'v', { limit: 5 }, { keep })
    expect(first.rows).toEqual([])
    const second = await pageOf(views, 'v', { limit: 5, cursor: first.next ?? '' }, { keep })
    expect(second.rows.map(({ key }) => key)).toEqual(['10000'])
    expect(second.next).toBeNull()
  })

  it('refuses a cursor that is none', async () => {
    const page = () => pageOf(new MemoryViews(), 'v', { limit: 5, cursor: '%' })
    await expect(page()).rejects.toThrow(CodedError)
  })
})

describe('measures', () => {
  it('add up by rule, checkpoint and bin', () => {
    const sum = addMeasures(
      sampleMeasure(),
      sampleMeasure({ passing: 1, rules: [], simulated: true }),
    )
    expect(sum).toMatchObject({ passing: 101, failing: 100, remainingN: 40, simulated: true })
    expect(sum.rules).toEqual(sampleMeasure().rules)
    expect(sum.checkpoints).toMatchObject([{ at: 0.5, n: 40, binCount: [0, 20, 20] }])
  })
})

describe('throughput', () => {
  it('is records a second since the oldest sample of the last minute', () => {
    const log = new MemoryLog()
    const throughput = createThroughput(onePartition(log))
    throughput.sample(0)
    expect(throughput.perSecond('ci.runs.v1')).toBe(0)
    log.append(Array.from({ length: 30 }, () => published('ci.runs.v1', sampleRun())))
    throughput.sample(10_000)
    expect(throughput.perSecond('ci.runs.v1')).toBe(3)
    throughput.sample(60_000)
    throughput.sample(70_001)
    expect(throughput.perSecond('ci.runs.v1')).toBe(0)
  })
})

describe('the cache of answers', () => {
  it('reads an address once between commits, and again after one or when time has moved', () => {
    const changing = createTestPipeline()
    const cache = createAnswerCache(changing.deps)
    let made = 0
    const get = (address = '/a') =>
      atOnce(cache.get(address, () => ({ data: String((made += 1)), isSimulated: false }))).data
    expect([get(), get(), get('/b'), get()]).toEqual(['1', '1', '2', '1'])
    changing.setNow(5)
    expect([get(), get()]).toEqual(['3', '3'])
    changing.publish([])
    expect([get(), get()]).toEqual(['4', '4'])
  })

  it('keeps neither errors nor what is too large', () => {
    const cache = createAnswerCache(createTestPipeline().deps)
    let made = 0
    const fail = () => {
      made += 1
      throw new CodedError('not-found', 'none')
    }
    const large = () => {
      made += 1
      return { data: 'x'.repeat(70_000), isSimulated: false }
    }
    for (const make of [fail, large, fail, large])
      try {
        atOnce(cache.get('/a', make))
      } catch (error) {
        expect(error).toBeInstanceOf(CodedError)
      }
    expect(made).toBe(4)
  })
})
