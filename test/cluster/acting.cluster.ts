/** What the producer that feeds does besides: it puts on the log what people asked of any API, acts on stops, and runs the bot. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { TOPOLOGY } from '../../processors/topology.ts'
import { patientClient } from '../../runtime/kafka/client.ts'
import { writeToOf, type ClusterConfig } from '../../runtime/kafka/cluster-config.ts'
import { readNotes } from '../../runtime/kafka/notes.ts'
import { KafkaLog } from '../../runtime/kafka/record-log.ts'
import { tasksOf } from '../../runtime/kafka/tasks.ts'
import { ensureTopics, wantedTopics } from '../../runtime/kafka/topic-admin.ts'
import type { Incident } from '../../schemas/events.ts'
import type { RecordOf, TopicName } from '../../schemas/topics.ts'
import { aRunning, aStop, runIds, startDeck, stopsOf } from '../support/act-world.ts'
import { published } from '../support/api-deps.ts'
import { generatedArchive, writeArchive } from '../support/generated-archive.ts'
import { startGithubPulls } from '../support/github-pulls.ts'
import { hasRedis, startRedis, type TestRedis } from '../support/redis-server.ts'
import { sampleMergeForecast } from '../support/sample-records.ts'
import { hasBroker, startBroker, type TestBroker } from './broker.ts'
import { environmentOf } from './installation.ts'
import { playedTasks } from './played-tasks.ts'
import { testConfig } from './replay.ts'
import { startStopline, until, type StoplineProcess } from './stopline-process.ts'

const TOKEN = 'token-of-a-test-that-operates'
const RUNS = 90

describe.skipIf(!hasBroker() || !hasRedis())('beside the producer that feeds', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stopline-acting-'))
  let broker: TestBroker
  let redis: TestRedis
  const running: StoplineProcess[] = []
  const closing: (() => unknown)[] = []
  beforeAll(async () => {
    broker = await startBroker()
    redis = await startRedis()
  })
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail')
      for (const each of running) console.error(`${each.address}:\n${each.said()}`)
    await Promise.all(running.splice(0).map((each) => each.end('SIGKILL')))
    for (const close of closing.splice(0)) await close()
  })
  afterAll(async () => {
    await Promise.all([broker.stop(), redis.stop()])
    rmSync(folder, { recursive: true, force: true })
  })

  /** An installation of its own, told by a configuration file. */
  const install = (name: string, told: object, more: Readonly<Record<string, string>>) => {
    const config = { ...testConfig(name, 1, broker.connection), sessionTimeoutMs: 6_000 }
    const file = join(folder, `${name}.yaml`)
    writeFileSync(file, stringify(told))
    const env = { ...environmentOf(config, redis.address), ...more }
    const start = async (...args: string[]): Promise<StoplineProcess> => {
      const one = await startStopline(args, env)
      running.push(one)
      return one
    }
    return { config, file, start }
  }
  const readAll = async <T extends TopicName>(config: ClusterConfig, topic: T) => {
    const log = new KafkaLog(config.connection, writeToOf(config))
    const found = await log.readAll(topic)
    await log.close()
    return found.map(({ record }) => record as RecordOf<T>)
  }

  it('a command to any API counts once, also where nothing fed when it was given; it silences, and shows on another', async () => {
    const told: Incident[] = []
    const receiver = createServer((request, response) => {
      let text = ''
      request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      request.on('end', () => {
        told.push(JSON.parse(text) as Incident)
        response.end()
      })
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    closing.push(() => receiver.close())
    const { port } = receiver.address() as AddressInfo
    const rows = generatedArchive(RUNS)
    // The last runs of one job all fail: its incident is open at the end.
    const runs = rows.runs.map((row) =>
      row['job'] === 'build' && Number(row['run_id']) > 8 ? { ...row, conclusion: 'failure' } : row,
    )
    const archive = writeArchive(join(folder, 'archive'), { ...rows, runs })
    const operator = { name: 'ada', role: 'operate', token: { env: 'OPERATOR' } }
    const { config, file, start } = install(
      'commands',
      { access: { tokens: [operator] } },
      { OPERATOR: TOKEN, STOPLINE_WEBHOOK_SECRET: 'a secret of the test' },
    )
    const processor = await start('process', '--models', 'none')
    await until('a processor', async () => (await processor.get('/readyz')).status === 200)
    const produce = ['produce', archive, '--webhook', `http://127.0.0.1:${port}/`]
    const [producer, first, second] = [
      ...[await start(...produce), await start('serve', '--config', file)],
      ...[await start('serve', '--config', file), await start('sink')],
    ] as [StoplineProcess, StoplineProcess, StoplineProcess]
    const asked = async (
      api: StoplineProcess,
      path: string,
      more: { readonly key?: string; readonly body?: object } = {},
    ): Promise<{ readonly status: number; readonly data?: unknown; readonly code?: string }> => {
      const { key, body = {} } = more
      const answer = await fetch(`${api.address}/v1/incidents${path}`, {
        headers: {
          authorization: `Bearer ${TOKEN}`,
          ...(key !== undefined && { 'idempotency-key': key, 'content-type': 'application/json' }),
        },
        ...(key !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      }).catch(() => undefined)
      if (answer === undefined) return { status: 0 }
      return { ...((await answer.json()) as object), status: answer.status }
    }
    let incident = ''
    await until('an open incident', async () => {
      const { data = [] } = await asked(second, '?state=open&alert=consecutive-failures')
      incident = (data as Incident[])[0]?.incident ?? ''
      return incident !== ''
    })
    const path = `/${encodeURIComponent(incident)}`
    const shown = async (api: StoplineProcess) => (await asked(api, path)).data as Incident
    const of = () => told.filter((each) => each.incident === incident)
    await until('a delivery', () => of().length > 0)
    // Each looks for itself how far the views are, and takes no command before.
    await until('it on the other', async () => (await asked(first, path)).status === 200)

    // Nobody can do it without a token.
    const bare = await fetch(`${first.address}/v1/incidents${path}/ack`, { method: 'POST' })
    expect(bare.status).toBe(401)
    const mute = { key: 'mute it once', body: { seconds: 86_400 } }
    expect(await asked(first, `${path}/mute`, mute)).toMatchObject({ status: 202 })
    await until('the mute on the other', async () => (await shown(second)).mutedBy === 'ada')
    const before = of().length

    // Between two producers nothing feeds, and what was asked is not lost.
    await producer.end('SIGKILL')
    const unmute = { key: 'unmute it once' }
    expect(await asked(first, `${path}/unmute`, unmute)).toMatchObject({ status: 202 })
    for (const api of [first, second])
      expect(await asked(api, `${path}/unmute`, unmute)).toMatchObject({
        ...{ status: 409, code: 'repeated-request' },
      })
    expect((await shown(second)).mutedBy).toBe('ada')
    await start(...produce)
    await until('a delivery again', () => of().length > before)
    // Who is told and what is shown go ways of their own.
    await until('it is heard again', async () => (await shown(first)).mutedBy === null)
    // While it was muted nothing was told, and each command is on the log once.
    expect(of().filter(({ mutedUntil }) => mutedUntil !== null)).toEqual([])
    const commands = await readAll(config, 'ci.incident-commands.v1')
    expect(commands.map(({ command, by }) => [command, by])).toEqual([
      ['mute', 'ada'],
      ['unmute', 'ada'],
    ])
  }, 600_000)

  it('a run is stopped once and a pull request has one comment, whichever producer was killed while it asked', async () => {
    const deck = await startDeck([{ fault: 'late' }])
    closing.push(() => {
      deck.close()
    })
    let onMade = (): void => undefined
    const github = await startGithubPulls(() => {
      onMade()
    })
    closing.push(() => github.close())
    const { config, file, start } = install(
      'acting',
      {
        // Nothing is polled: this address is of nobody.
        sources: [{ kind: 'github', api: 'http://127.0.0.1:9', repos: ['acme/shop'] }],
        acting: {
          ...{ on: true, dry_run: false, per_hour: 100 },
          targets: [
            { kind: 'prow', source: 'prow', address: deck.url, token: { env: 'DECK_TOKEN' } },
          ],
        },
      },
      { DECK_TOKEN: 'of deck', STOPLINE_BOT_TOKEN: 'of the bot' },
    )
    const to = writeToOf(config)
    const admin = patientClient(config.connection).admin()
    await admin.connect()
    await ensureTopics(admin, wantedTopics(tasksOf(TOPOLOGY), { ...config, ...to }), 1)
    await admin.disconnect()
    const play = playedTasks(config)
    await play([], Date.now())
    await start('sink')
    const bot = ['--bot', 'acme/shop', '--bot-api', github.url]
    const produce = () => start('produce', '--config', file, ...bot)
    const [first, second] = [await produce(), await produce()]
    await until('both begin', async () => {
      const notes = await readNotes(config.connection, to.names.cursors)
      return notes.has('act/decisions') && notes.has('bot/cursors')
    })
    const { feeds, waits } = await turnsOf(first, second)

    const ids = runIds(2)
    const at = Date.now()
    const now = { eventAt: at, observedAt: at }
    await play(
      [
        published('ci.measures.v1', { ...stopsOf(200, 0), ...now }),
        ...ids.map((id) => published('ci.runs.v1', aRunning(id, now))),
        ...ids.map((id) => published('ci.decisions.v1', aStop(id, now))),
      ],
      at,
    )
    // It was done, no answer came, and whoever asked for it is gone.
    await until('a request', () => deck.requests.length > 0)
    await feeds.end('SIGKILL')
    await play([], Date.now())
    const third = await produce()
    const statesOf = async () => {
      const acts = await readAll(config, 'ci.acts.v1')
      return ids.map((id) => acts.filter(({ runId }) => runId === id).map(({ state }) => state))
    }
    const DONE = ['intended', 'done']
    await expect.poll(statesOf, { timeout: 120_000 }).toEqual([DONE, DONE])

    // The comment is there, and whoever wrote it is gone before it can remember.
    onMade = () => void waits.end('SIGKILL')
    const later = Date.now()
    const forecast = sampleMergeForecast({ eventAt: later, observedAt: later })
    await play([published('ci.merge-forecasts.v1', forecast)], later)
    await until('a comment', () => github.comments.length > 0)
    onMade = () => undefined
    await until('a check run', () => github.checks.length > 0)
    expect(github.comments).toHaveLength(1)
    expect(await statesOf()).toEqual([DONE, DONE])
    expect([...deck.effects]).toEqual(ids.map((id) => [`job-${id}`, 1]))
    expect(third.code()).toBeNull()
  }, 600_000)
})

/** Which of two producers feeds, and which waits. */
const turnsOf = async (one: StoplineProcess, other: StoplineProcess) => {
  const isFeeding = (await one.get('/readyz')).status === 200
  return isFeeding ? { feeds: one, waits: other } : { feeds: other, waits: one }
}
