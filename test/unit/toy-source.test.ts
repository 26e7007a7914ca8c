/** A source of one's own, as docs/sources.md tells it: a folder and a row. What all sources can, it can too. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { readConfig } from '../../producers/config/config.ts'
import { SOURCES } from '../../producers/sources.ts'
import type { RunEvent } from '../../schemas/events.ts'
import { startCiServer, type PlayedAnswer } from '../support/ci-server.ts'
import { handPace, roundOf, testClient, testSession } from '../support/polling.ts'
import { TOY } from '../support/toy-source/source.ts'

const NOW = Date.parse('2026-01-02T12:00:00Z')
const FOLDER = join(import.meta.dirname, '../support/toy-source')
const ports = { env: () => undefined, file: () => '' }
const configOf = (more: object) =>
  readConfig({ sources: [{ kind: 'toy', ...more }] }, ports, 'test', { ...SOURCES, toy: TOY })

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

const seconds = (minute: number): number => NOW / 1000 + minute * 60
const builds = (...all: object[]): PlayedAnswer => ({ body: { builds: all } })

describe('a source of your own', () => {
  it('needs nothing but what docs/sources.md names', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/sources.md'), 'utf8')
    const [, part = ''] = page.split('## A source of your own')
    const files = readdirSync(FOLDER).sort()
    expect(files).toEqual(['normalize.ts', 'poll.ts', 'source.ts'])
    for (const file of files) expect(part).toContain(`producers/NAME/${file}`)
    const imports = files.flatMap((file) =>
      [...readFileSync(join(FOLDER, file), 'utf8').matchAll(/ from '(.+)'/g)].map(([, from]) =>
        from?.replace(/^(?:\.\.\/)+/, ''),
      ),
    )
    const allowed = /^(?:\.\/|producers\/payload\/|producers\/source\.ts$|schemas\/)/
    expect(imports.filter((from) => !allowed.test(from ?? ''))).toEqual([])
  })

  it('has its keys of the configuration checked as those of others', () => {
    const [one] = configOf({ url: 'http://toy.example', every: '10s' }).sources
    expect(one?.source).toMatchObject({ name: 'toy', everyMs: 10_000 })
    expect(() => configOf({ every: '10 days', colour: 'red' })).toThrow(
      /colour is not known[^]*every|every[^]*colour is not known/,
    )
  })

  it('has patience, limits, quota, one telling of each fact, and a memory that can be taken up again', async () => {
    let answer: PlayedAnswer = builds({ number: 1, began: seconds(-5) })
    let isThrottled = true
    const server = await startCiServer(() => {
      if (!isThrottled) return answer
      isThrottled = false
      return { status: 429, headers: { 'retry-after': '7' } }
    })
    const [configured] = configOf({ url: server.url, requests_per_hour: 6 }).sources
    if (configured === undefined) throw new Error('nothing is configured')
    const pace = handPace(NOW)
    const client = testClient(configured.source, pace, {}, configured.requestsPerHour)
    cleanups.push(server.close, client.close)
    const { session, saved, notes } = testSession(configured.source, client, pace)
    const told = async (of = session): Promise<string[]> =>
      (await roundOf(of)).batches
        .flatMap(({ offers }) => offers.map(({ record }) => record as RunEvent))
        .map(({ runId, kind, outcome }) => `${runId} ${kind} ${outcome ?? ''}`.trim())

    expect(await told()).toEqual(['1 started'])
    expect(pace.slept).toEqual([7_000])
    expect(await told()).toEqual([])
    answer = builds(
      { number: 1, began: seconds(-5), ended: seconds(0), color: 'mauve', sound: 'loud' },
      { number: 2, began: seconds(-1) },
    )
    expect(await told()).toEqual(['2 started'])
    answer = { body: '<html>Sign in</html>' }
    expect((await roundOf(session)).error?.reason).toBe('unexpected')
    answer = builds({ number: 1, began: seconds(-5), ended: seconds(0), color: 'red' })
    const next = testSession(configured.source, client, pace, { saved: saved() })
    expect(await told(next.session)).toEqual(['1 finished failure'])
    expect(notes).toEqual([])
    expect((await roundOf(session)).error?.reason).toBe('quota-spent')
    expect(server.requests).toHaveLength(6)
  })
})
