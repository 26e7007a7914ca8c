/** Roles, tokens, limits and origins: a token to read does nothing else; one that is forged, over or repeated neither. */

import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { buildApp } from '../../api/app.ts'
import { hashOf } from '../../api/access.ts'
import type { Access, ApiDeps } from '../../api/deps.ts'
import { readAccess } from '../../cli/config/access.ts'
import { CodedError } from '../../runtime/errors.ts'
import type { IncidentCommand } from '../../schemas/events.ts'
import { createTestPipeline, published } from '../support/api-deps.ts'
import { NOON, sampleIncident } from '../support/sample-records.ts'

const READ = 'read-token-of-some-length-1'
const OPERATE = 'operate-token-of-some-length'
const ENDED = 'token-that-ended-yesterday-x'
const ACCESS: Access = {
  tokens: [
    { name: 'dash', role: 'read', sha256: hashOf(READ), until: null },
    { name: 'ada', role: 'operate', sha256: hashOf(OPERATE), until: NOON + 1_000 },
    { name: 'old', role: 'operate', sha256: hashOf(ENDED), until: NOON },
  ],
  perMinute: 100,
  origins: ['https://dash.test'],
  now: () => NOON,
}
const INCIDENT = sampleIncident({ incident: 'job-overdue:prow:o/r:e2e' })
const PATH = `/v1/incidents/${encodeURIComponent(INCIDENT.incident)}`

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})
const start = async (access: Access | undefined = ACCESS, more: Partial<ApiDeps> = {}) => {
  const commands: IncidentCommand[] = []
  const pipeline = createTestPipeline({
    access,
    command: (command) => {
      if (commands.some(({ eventId }) => eventId === command.eventId)) return false
      commands.push(command)
      return true
    },
    ...more,
  })
  pipeline.publish([published('ci.incidents.v1', INCIDENT)])
  const app = await buildApp(pipeline.deps)
  cleanups.push(() => app.close())
  let count = 0
  const ask = (
    method: 'GET' | 'POST' | 'OPTIONS',
    url: string,
    { token, ...headers }: Record<string, string> = {},
    payload?: object,
    remoteAddress = '10.1.2.3',
  ) =>
    app.inject({
      ...{ method, url, remoteAddress, ...(payload === undefined ? {} : { payload }) },
      headers: {
        ...(method === 'POST' ? { 'idempotency-key': `request-${(count += 1)}` } : {}),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
    })
  return { app, ask, commands }
}

describe('with tokens', () => {
  it('everything that is data needs one; health and metrics stay open', async () => {
    const { ask } = await start()
    for (const url of [
      '/v1/incidents',
      '/v1/jobs',
      '/v1/stream',
      '/docs',
      '/v1/nothing',
      '/v2/health/ready',
      '/api/jobs',
      '/testgrid/any/summary',
      '/badge/a/b/c.svg',
    ]) {
      const { statusCode, headers, json } = await ask('GET', url)
      expect([url, statusCode]).toEqual([url, 401])
      expect(headers['www-authenticate']).toBe('Bearer')
      // The Open Inference Protocol has errors of its own.
      if (!url.startsWith('/v2')) expect(json()).toMatchObject({ code: 'unauthorised' })
    }
    expect((await ask('GET', '/metrics')).statusCode).toBe(200)
  })

  it('one to read may read, and nothing else', async () => {
    const { ask, commands } = await start()
    expect((await ask('GET', '/v1/incidents', { token: READ })).statusCode).toBe(200)
    for (const command of ['ack', 'unack', 'unmute', 'mute']) {
      const body = command === 'mute' ? { seconds: 600 } : {}
      const { statusCode, json } = await ask('POST', `${PATH}/${command}`, { token: READ }, body)
      expect([statusCode, json<{ code: string }>().code]).toEqual([403, 'forbidden'])
    }
    expect(commands).toEqual([])
  })

  it('one to operate takes and mutes, in its name', async () => {
    const { ask, commands } = await start()
    const ack = await ask('POST', `${PATH}/ack`, { token: OPERATE })
    expect([ack.statusCode, ack.json()]).toEqual([202, { taken: true, by: 'ada' }])
    await ask('POST', `${PATH}/mute`, { token: OPERATE }, { seconds: 600, note: 'known' })
    expect(commands).toMatchObject([
      { command: 'ack', by: 'ada', incident: INCIDENT.incident, source: INCIDENT.source },
      { command: 'mute', until: INCIDENT.observedAt + 600_000, note: 'known' },
    ])
  })

  it.each([
    ['forged', `${OPERATE}x`],
    ['cut', OPERATE.slice(0, -1)],
    ['of other letters', OPERATE.toUpperCase()],
    ['its own hash', hashOf(OPERATE)],
    ['over', ENDED],
    ['empty', ''],
    ['too long', 'x'.repeat(600)],
  ])('one that is %s does nothing', async (_, token) => {
    const { ask, commands } = await start()
    expect((await ask('GET', '/v1/incidents', { token })).statusCode).toBe(401)
    expect((await ask('POST', `${PATH}/ack`, { token })).statusCode).toBe(401)
    expect(commands).toEqual([])
  })

  it('a request that is sent again does nothing, and one without a key is refused', async () => {
    const { ask, app, commands } = await start()
    const copy = { token: OPERATE, 'idempotency-key': 'a-copied-request' }
    expect((await ask('POST', `${PATH}/ack`, copy)).statusCode).toBe(202)
    const again = await ask('POST', `${PATH}/ack`, copy)
    expect([again.statusCode, again.json<{ code: string }>().code]).toEqual([
      409,
      'repeated-request',
    ])
    expect(commands).toHaveLength(1)
    const bare = await app.inject({
      method: 'POST',
      url: `${PATH}/ack`,
      headers: { authorization: `Bearer ${OPERATE}` },
    })
    expect(bare.statusCode).toBe(400)
  })

  it('nothing is taken where the views are of long ago, or the log does not answer', async () => {
    const outage = 'no sink was heard for 70 s'
    const behind = await start(ACCESS, { time: () => ({ now: NOON, lagMs: 70_000, outage }) })
    const refused = await behind.ask('POST', `${PATH}/ack`, { token: OPERATE })
    expect([refused.statusCode, refused.json()]).toMatchObject([
      503,
      { code: 'views-behind', detail: outage },
    ])
    expect(behind.commands).toEqual([])
    const command = () => Promise.reject(new CodedError('log-unreachable', 'Kafka: closed'))
    const lost = await start(ACCESS, { command })
    const answer = await lost.ask('POST', `${PATH}/ack`, { token: OPERATE })
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([
      503,
      'log-unreachable',
    ])
  })

  it('a session gives the page its token, for its own requests only', async () => {
    const { ask, commands } = await start()
    expect(
      (await ask('POST', '/v1/session', {}, { token: 'nobody-knows-this-token-1' })).statusCode,
    ).toBe(401)
    const begun = await ask('POST', '/v1/session', {}, { token: OPERATE })
    const cookie = String(begun.headers['set-cookie'])
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/)
    const mine = { cookie: cookie.split(';')[0] ?? '', host: 'ci.test' }
    expect((await ask('GET', '/v1/incidents', mine)).statusCode).toBe(200)
    const from = (origin: string) => ask('POST', `${PATH}/ack`, { ...mine, origin })
    expect((await from('https://evil.test')).statusCode).toBe(401)
    expect((await ask('POST', `${PATH}/ack`, mine)).statusCode).toBe(401)
    expect(commands).toEqual([])
    expect((await from('https://ci.test')).statusCode).toBe(202)
  })

  it('so many requests a minute may be asked, each token by itself', async () => {
    const { ask } = await start({ ...ACCESS, perMinute: 2 })
    const get = (token: string) => ask('GET', '/v1/incidents', { token })
    expect([(await get(READ)).statusCode, (await get(READ)).statusCode]).toEqual([200, 200])
    const third = await get(READ)
    expect([third.statusCode, third.headers['retry-after']]).toEqual([429, '60'])
    expect((await get(OPERATE)).statusCode).toBe(200)
  })

  it('guesses of an address are counted with its requests, also those of a session', async () => {
    const { ask, app } = await start({ ...ACCESS, perMinute: 2 })
    const guess = (token: string) => ask('GET', '/v1/incidents', { token })
    const session = () => ask('POST', '/v1/session', {}, { token: 'nobody-knows-this-token-1' })
    const codes = [await guess('a'.repeat(24)), await session(), await guess('b'.repeat(24))]
    expect(codes.map(({ statusCode }) => statusCode)).toEqual([401, 401, 429])
    expect([codes[2]?.headers['retry-after'], (await session()).statusCode]).toEqual(['60', 429])
    // Who has a token is not kept out by the guesses of others.
    expect((await ask('GET', '/v1/incidents', { token: READ })).statusCode).toBe(200)
    expect((await app.inject({ url: '/healthz', remoteAddress: '10.1.2.3' })).statusCode).not.toBe(
      429,
    )
  })

  it('a stream ends with its token, though it was begun before', async () => {
    let now = NOON
    const { app } = await start({ ...ACCESS, now: () => now })
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as AddressInfo
    const streamOf = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` }
      const answer = await fetch(`http://127.0.0.1:${port}/v1/stream`, { headers })
      expect(answer.status).toBe(200)
      const state = { isOver: false }
      const over = (): void => {
        state.isOver = true
      }
      answer.text().then(over, over)
      return state
    }
    const [ending, lasting] = [await streamOf(OPERATE), await streamOf(READ)]
    now = NOON + 999
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect([ending.isOver, lasting.isOver]).toEqual([false, false])
    now = NOON + 1_000
    await expect.poll(() => ending.isOver).toBe(true)
    expect(lasting.isOver).toBe(false)
  })

  it('pages of configured origins may listen as they may read, others may not', async () => {
    const { app } = await start()
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as AddressInfo
    const allowed = async (origin: string): Promise<string | null> => {
      const headers = { authorization: `Bearer ${READ}`, origin }
      const listening = new AbortController()
      const url = `http://127.0.0.1:${port}/v1/stream`
      const answer = await fetch(url, { headers, signal: listening.signal })
      listening.abort()
      expect(answer.status).toBe(200)
      return answer.headers.get('access-control-allow-origin')
    }
    expect(await allowed('https://dash.test')).toBe('https://dash.test')
    expect(await allowed('https://evil.test')).toBeNull()
  })

  it('only pages of configured origins may read answers', async () => {
    const { ask } = await start()
    const allowed = async (origin: string) =>
      (await ask('GET', '/v1/incidents', { token: READ, origin })).headers[
        'access-control-allow-origin'
      ]
    expect(await allowed('https://dash.test')).toBe('https://dash.test')
    expect(await allowed('https://dash.test.evil.test')).toBeUndefined()
    expect(await allowed('null')).toBeUndefined()
    const preflight = await ask('OPTIONS', '/v1/incidents', { origin: 'https://dash.test' })
    expect([preflight.statusCode, preflight.headers['access-control-allow-methods']]).toEqual([
      204,
      'GET, POST',
    ])
    expect(
      (await ask('OPTIONS', '/v1/incidents', { origin: 'https://evil.test' })).statusCode,
    ).toBe(401)
  })
})

describe('without tokens', () => {
  it('everybody may read, and only who sits at the machine may operate', async () => {
    const { ask, commands } = await start({ ...ACCESS, tokens: [] })
    const post = (headers: Record<string, string>, address?: string) =>
      ask('POST', `${PATH}/ack`, headers, {}, address)
    expect((await ask('GET', '/v1/incidents')).statusCode).toBe(200)
    expect((await post({ host: 'localhost:8080' })).statusCode).toBe(403)
    expect((await post({ host: 'rebound.evil.test' }, '127.0.0.1')).statusCode).toBe(403)
    const other = { host: 'localhost:8080', origin: 'https://evil.test' }
    expect((await post(other, '127.0.0.1')).statusCode).toBe(403)
    expect(commands).toEqual([])
    // A proxy on this machine may ask for others under a name of the machine.
    for (const name of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'])
      expect(
        (await post({ host: '127.0.0.1:8080', [name]: '203.0.113.9' }, '127.0.0.1')).statusCode,
      ).toBe(403)
    expect(commands).toEqual([])
    const own = { host: 'localhost:8080', origin: 'http://localhost:8080' }
    expect((await post(own, '127.0.0.1')).statusCode).toBe(202)
    expect(commands).toMatchObject([{ by: 'local' }])
  })
  it('a mute needs its length, a command an incident that is there, and a process that takes it', async () => {
    const { ask } = await start({ ...ACCESS, tokens: [] })
    const at = { host: '127.0.0.1:8080' }
    const code = async (url: string, body: object) =>
      (await ask('POST', url, at, body, '127.0.0.1')).statusCode
    expect(await code(`${PATH}/mute`, {})).toBe(400)
    expect(await code(`${PATH}/mute`, { seconds: 1e9 })).toBe(400)
    expect(await code(`${PATH}/delete`, {})).toBe(404)
    expect(await code('/v1/incidents/none/ack', {})).toBe(404)
    const other = await start({ ...ACCESS, tokens: [] }, { command: undefined })
    expect((await other.ask('POST', `${PATH}/ack`, at, {}, '127.0.0.1')).statusCode).toBe(404)
  })
})

describe('the section access', () => {
  const read = (given: unknown) => {
    const problems: string[] = []
    const env = (name: string) => (name === 'SHORT' ? 'short' : READ)
    const access = readAccess(
      given,
      { where: '', ports: { env, file: () => '' }, problems },
      () => NOON,
    )
    return { access, problems }
  }
  it('keeps of a token its hash alone', () => {
    const { access, problems } = read({
      tokens: [{ name: 'ada', role: 'operate', token: { env: 'T' }, until: '2024-06-01' }],
      origins: ['https://dash.test'],
    })
    expect(problems).toEqual([])
    expect(access.tokens).toEqual([
      { name: 'ada', role: 'operate', sha256: hashOf(READ), until: Date.UTC(2024, 5, 1) },
    ])
    expect(JSON.stringify(access)).not.toContain(READ)
  })
  it('says everything that is wrong, each with its place', () => {
    const { problems } = read({
      origins: ['*'],
      tokens: [
        { name: 'a', role: 'admin', token: { env: 'T' } },
        { name: 'b', token: { env: 'SHORT' } },
        { name: 'c', token: 'in the file' },
        { name: 'd' },
        { name: 'e', token: { env: 'T' }, until: '2024-13-41' },
        'f',
      ],
    })
    expect(problems).toEqual([
      expect.stringMatching(/^access\.origins holds '\*'/),
      'access.tokens[0].role does not look like ^(?:read|operate)$',
      expect.stringMatching(/^access\.tokens\[1\]\.token has less than 24 characters/),
      expect.stringMatching(/^access\.tokens\[2\]\.token names where the secret lies/),
      'access.tokens[3].token is missing',
      'access.tokens[4].until is no day',
      'access.tokens[5] takes a table of keys',
    ])
  })
})
