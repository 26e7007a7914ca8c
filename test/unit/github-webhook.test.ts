import { createHmac } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { buildApp } from '../../api/app.ts'
import { openDeliveries, type DeliveryStore } from '../../producers/github/deliveries.ts'
import { createGithubWebhook } from '../../producers/github/webhook.ts'
import type { Note } from '../../producers/payload/heard.ts'
import { createHeardBefore } from '../../producers/polling/heard-before.ts'
import { offersOf } from '../../producers/polling/offers.ts'
import { readJob } from '../../producers/github/normalize-job.ts'
import { turnOf } from '../../producers/payload/turn.ts'
import type { Offer } from '../../runtime/ports.ts'
import type { RunEvent } from '../../schemas/events.ts'
import { createTestPipeline } from '../support/api-deps.ts'
import { dataDir } from '../support/data.ts'

const NOW = Date.parse('2026-01-02T12:00:00Z')
const SECRET = 'a secret of some length'
const apps: FastifyInstance[] = []
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close()
})

const job = {
  id: 7,
  run_id: 3,
  run_attempt: 1,
  workflow_name: 'CI',
  name: 'unit',
  status: 'completed',
  conclusion: 'failure',
  created_at: '2026-01-02T11:00:00Z',
  started_at: '2026-01-02T11:01:00Z',
  completed_at: '2026-01-02T11:09:00Z',
  steps: [],
}
const repository = { full_name: 'o/r' }

interface Given {
  readonly log?: () => Promise<void>
  /** Until what was taken is kept. */
  readonly kept?: () => Promise<void>
  readonly now?: number
  /** What a process before it left. */
  readonly texts?: Map<string, string>
}
const storeOf = (texts: Map<string, string>, kept = () => Promise.resolve()): DeliveryStore => ({
  loadText: (name) => texts.get(name),
  saveText: async (name, text) => {
    await kept()
    texts.set(name, text)
  },
})
const start = async ({
  log = () => Promise.resolve(),
  kept = () => Promise.resolve(),
  now = NOW,
  texts = new Map<string, string>(),
}: Given = {}) => {
  const offered: Offer[] = []
  const notes: Note[] = []
  const heard = createHeardBefore()
  const webhook = createGithubWebhook({
    source: 'github',
    secret: SECRET,
    clock: { now: () => now },
    heard,
    store: storeOf(texts, kept),
    startLabels: () => null,
    offer: async (offers) => {
      await log()
      offered.push(...offers)
    },
    onNotes: (more) => notes.push(...more),
  })
  const app = await buildApp(createTestPipeline({ ingest: webhook.take }).deps)
  apps.push(app)
  let count = 0
  const post = (
    event: string,
    payload: unknown,
    {
      id = `id-${(count += 1)}`,
      secret = SECRET,
      headers = {},
    }: { id?: string; secret?: string; headers?: Record<string, string> } = {},
  ) => {
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload)
    const signature = createHmac('sha256', secret).update(body).digest('hex')
    return app.inject({
      method: 'POST',
      url: '/v1/ingest/github',
      payload: body,
      headers: {
        'content-type': 'application/json',
        'x-github-event': event,
        'x-github-delivery': id,
        'x-hub-signature-256': `sha256=${signature}`,
        ...headers,
      },
    })
  }
  return { post, offered, notes, heard, app, texts }
}

describe('a delivery', () => {
  it('is on the log before it is answered, and once, however often it comes', async () => {
    const { post, offered } = await start()
    const first = await post(
      'workflow_job',
      { action: 'completed', workflow_job: job, repository },
      { id: 'a' },
    )
    expect([first.statusCode, first.json()]).toEqual([202, { result: 'taken', records: 3 }])
    expect(offered.map(({ record }) => (record as RunEvent).kind)).toEqual([
      'queued',
      'started',
      'finished',
    ])
    expect(offered[0]?.record).toMatchObject({ observedAt: NOW, repo: 'o/r', source: 'github' })
    const again = { action: 'completed', workflow_job: job, repository }
    expect((await post('workflow_job', again, { id: 'a' })).json()).toEqual({
      result: 'repeated',
      records: 0,
    })
    expect(offered).toHaveLength(3)
  })

  it('that somebody copied adds nothing under another id or event, which are not signed', async () => {
    const { post, offered } = await start()
    const payload = { action: 'completed', workflow_job: job, repository }
    await post('workflow_job', payload, { id: 'a' })
    for (const event of ['workflow_job', 'workflow_run', 'pull_request'])
      expect((await post(event, payload, { id: `copy-${event}` })).json()).toEqual({
        result: 'repeated',
        records: 0,
      })
    expect(offered).toHaveLength(3)
  })

  it('is known again after a restart, for a week', async () => {
    const first = await start()
    const payload = { action: 'completed', workflow_job: job, repository }
    await first.post('workflow_job', payload, { id: 'a' })
    const { texts } = first
    // What is known of the log of the process before is not at hand here.
    const second = await start({ texts, now: NOW + 6 * 86_400_000 })
    const other = { action: 'completed', workflow_job: { ...job, id: 8 }, repository }
    for (const [body, id] of [
      [payload, 'a'],
      [payload, 'copy'],
      [other, 'a'],
    ] as const)
      expect((await second.post('workflow_job', body, { id })).json()).toMatchObject({
        result: 'repeated',
      })
    expect(second.offered).toEqual([])
    expect((await second.post('workflow_job', other, { id: 'b' })).json()).toMatchObject({
      result: 'taken',
    })
    const later = await start({ texts, now: NOW + 8 * 86_400_000 })
    expect((await later.post('workflow_job', payload, { id: 'a' })).json()).toMatchObject({
      result: 'taken',
    })
  })

  it('is remembered among the last 50,000, in texts that do not grow', async () => {
    const texts = new Map<string, string>()
    const store = storeOf(texts)
    const deliveries = openDeliveries(store, NOW)
    let last = Promise.resolve()
    for (let i = 0; i < 60_000; i += 1) last = deliveries.add(`id-${i}`, `s-${i}`, NOW + i)
    await last
    expect(texts.size).toBe(500)
    expect(Math.max(...[...texts.values()].map(({ length }) => length))).toBeLessThan(6_000)
    const again = openDeliveries(store, NOW + 60_000)
    for (const known of [deliveries, again]) {
      expect([59_999, 10_100].map((i) => known.has(`id-${i}`, 'none'))).toEqual([true, true])
      expect([59_999, 10_100].map((i) => known.has('none', `s-${i}`))).toEqual([true, true])
      expect([0, 9_900].map((i) => known.has(`id-${i}`, `s-${i}`))).toEqual([false, false])
    }
  })

  it('is answered when it is kept, so that whoever takes over knows it', async () => {
    const gate = Promise.withResolvers<undefined>()
    const texts = new Map<string, string>()
    const { post } = await start({ texts, kept: () => gate.promise.then(() => undefined) })
    const payload = { action: 'completed', workflow_job: job, repository }
    const answer = post('workflow_job', payload, { id: 'a' })
    expect(
      await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 50, 'waits'))]),
    ).toBe('waits')
    gate.resolve(undefined)
    expect((await answer).json()).toMatchObject({ result: 'taken' })
    const other = await start({ texts })
    expect((await other.post('workflow_job', payload, { id: 'a' })).json()).toMatchObject({
      result: 'repeated',
    })
  })

  it('that comes twice at once waits for the log, and is told as repeated only when it is there', async () => {
    const gate = Promise.withResolvers<undefined>()
    const { post, offered } = await start({ log: () => gate.promise.then(() => undefined) })
    const payload = { action: 'completed', workflow_job: job, repository }
    const both = [post('workflow_job', payload, { id: 'a' }), post('workflow_job', payload)]
    expect(
      await Promise.race([...both, new Promise((resolve) => setTimeout(resolve, 50, 'waits'))]),
    ).toBe('waits')
    gate.resolve(undefined)
    const results = (await Promise.all(both)).map((each) => each.json<{ result: string }>().result)
    expect(results.toSorted()).toEqual(['repeated', 'taken'])
    expect(offered).toHaveLength(3)
  })

  it('and a poll of the same job tell it once together', async () => {
    const { post, offered, heard } = await start()
    await post('workflow_job', { workflow_job: job, repository })
    const polled = readJob(job, {
      source: 'github',
      repo: 'o/r',
      now: NOW,
      run: { workflow: 'CI', trigger: 'push', branch: 'main', pull: null },
    })
    expect(polled.facts.map(({ eventId }) => eventId)).toEqual(
      offered.map(({ record }) => record.eventId),
    )
    expect(offersOf('github', turnOf(polled), NOW, heard, () => null)).toEqual([])
  })

  it('of a job knows what its workflow run told', async () => {
    const { post, offered } = await start()
    const run = {
      id: 3,
      name: 'CI',
      event: 'pull_request',
      status: 'queued',
      conclusion: null,
      created_at: job.created_at,
      head_branch: 'fix',
      pull_requests: [{ number: 12 }],
    }
    await post('workflow_run', { action: 'requested', workflow_run: run, repository })
    await post('workflow_job', { workflow_job: job, repository })
    expect(offered[0]?.record).toMatchObject({ pull: 12, trigger: 'pull_request', branch: 'fix' })
  })

  it('that is forged, changed on the way or not signed is turned away', async () => {
    const { post, offered } = await start()
    const payload = { workflow_job: job, repository }
    const answers = [
      await post('workflow_job', payload, { secret: 'another' }),
      await post('workflow_job', payload, { headers: { 'x-hub-signature-256': '' } }),
      await post('workflow_job', payload, {
        headers: { 'x-hub-signature-256': `sha1=${'0'.repeat(40)}` },
      }),
      await post('workflow_job', payload, {
        headers: { 'x-hub-signature-256': `sha256=${'é'.repeat(64)}` },
      }),
    ]
    for (const answer of answers) {
      expect(answer.statusCode).toBe(401)
      expect(answer.json()).toMatchObject({ code: 'bad-signature' })
    }
    expect(offered).toEqual([])
  })

  it('that is none is told what is wrong with it', async () => {
    const { post } = await start()
    expect((await post('workflow_job', 'no json')).json()).toMatchObject({ code: 'bad-delivery' })
    const nameless = await post('x', {}, { headers: { 'x-github-delivery': '' } })
    expect(nameless.json()).toMatchObject({ status: 400, code: 'bad-delivery' })
    expect((await post('ping', { zen: 'x' })).json()).toEqual({ result: 'ignored', records: 0 })
    expect((await post('constructor', {})).json()).toEqual({ result: 'ignored', records: 0 })
    const large = await post('workflow_job', `"${'x'.repeat(6 * 2 ** 20)}"`)
    expect(large.json()).toMatchObject({ code: 'body-too-large' })
    const form = await post('workflow_job', 'payload=x', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect(form.statusCode).toBe(400)
  })

  it('that cannot be read goes to the dead letters, with its payload', async () => {
    const { post, offered } = await start()
    const answer = await post('workflow_job', { workflow_job: { ...job, id: null }, repository })
    expect(answer.json()).toEqual({ result: 'refused', records: 1 })
    expect(offered[0]).toMatchObject({
      topic: 'ci.dead-letters.v1',
      record: { reason: 'missing-field', detail: 'id is missing' },
    })
  })

  it('is not answered with success where the log does not take it', async () => {
    const { post } = await start({ log: () => Promise.reject(new Error('the disk is full')) })
    const answer = await post('workflow_job', { workflow_job: job, repository }, { id: 'a' })
    expect(answer.statusCode).toBe(500)
    expect(answer.body).not.toContain('disk')
  })

  it('is not taken where no secret is configured', async () => {
    const app = await buildApp(createTestPipeline().deps)
    apps.push(app)
    const answer = await app.inject({
      method: 'POST',
      url: '/v1/ingest/github',
      payload: '{}',
      headers: { 'content-type': 'application/json' },
    })
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([404, 'not-found'])
  })

  it('is answered within 50 ms at 200 a second', async () => {
    const { post } = await start()
    const ms: number[] = []
    for (let index = 0; index < 200; index += 1) {
      const began = performance.now()
      await post('workflow_job', { workflow_job: { ...job, id: index + 100 }, repository })
      ms.push(performance.now() - began)
    }
    const sorted = ms.toSorted((a, b) => a - b)
    expect(sorted[Math.floor(sorted.length * 0.9)]).toBeLessThan(50)
  })
})

const folder = dataDir('fixtures/github/webhooks')

describe.skipIf(folder === null)('every recorded delivery', () => {
  it('is taken, and what it tells is noted nowhere as odd', async () => {
    const { post, offered, notes } = await start()
    const results: string[] = []
    for (const name of readdirSync(folder ?? '').toSorted()) {
      const payload = readFileSync(join(folder ?? '', name), 'utf8')
      const answer = await post(name.split('.')[0] ?? '', payload)
      results.push(`${name} ${answer.json<{ result: string; records: number }>().result}`)
    }
    expect(results).toHaveLength(14)
    expect(results.filter((line) => !line.endsWith('taken'))).toEqual([
      'check_suite.completed.json ignored',
    ])
    expect(notes).toEqual([])
    const kinds = offered.map(({ record }) => ('kind' in record ? record.kind : ''))
    expect(new Set(kinds)).toEqual(
      new Set([
        'queued',
        'started',
        'finished',
        'stepStarted',
        'stepFinished',
        'opened',
        'synchronised',
        'closed',
      ]),
    )
  })
})
