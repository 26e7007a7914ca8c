/** The four processes on Kafka and Redis show, and export, what one process on one file does, whatever happens to sinks and Redis. */

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { resumable } from '../../runtime/one-partition.ts'
import { openRedis, type RedisClient } from '../../runtime/redis/client.ts'
import { exportTables, USUAL_TOPICS } from '../../sinks/export/tables/export.ts'
import { generatedArchive, writeArchive } from '../support/generated-archive.ts'
import { hasRedis, startRedis, type TestRedis } from '../support/redis-server.ts'
import { allRows } from '../support/tables.ts'
import { embeddedViews, viewDifferences, type ExpectedViews } from './all-views.ts'
import { delayed, startProxy } from '../support/tcp-proxy.ts'
import { hasBroker, startBroker, type TestBroker } from './broker.ts'
import { environmentOf, spaceIn } from './installation.ts'
import { hasRegistry, startRealRegistry } from './registry-process.ts'
import { testConfig } from './replay.ts'
import { startStopline, until, type StoplineProcess } from './stopline-process.ts'

const RUNS = Number(process.env['STOPLINE_VIEW_RUNS'] ?? 150)
const SLOW_MS = 200
const MOST_BYTES = 500_000_000
const KEY = 'a key of at least sixteen characters'

/** Exports topics on Kafka into a folder, as somebody would; returns what it printed. */
const exportTopics = async (
  into: string,
  env: Readonly<Record<string, string>>,
): Promise<string> => {
  const args = ['cli/main.ts', 'export', into, '--format', 'parquet', '--pseudonyms']
  const told = { ...process.env, ...env, STOPLINE_EXPORT_KEY: KEY }
  return (await promisify(execFile)(process.execPath, args, { env: told })).stdout
}

describe.skipIf(!hasBroker() || !hasRedis())('processes on Kafka and Redis', () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'stopline-views-')), 'archive')
  const expectedTables = join(folder, '../expected-tables')
  let broker: TestBroker
  let server: TestRedis
  let redis: RedisClient
  let expected: ExpectedViews
  const running: StoplineProcess[] = []
  beforeAll(async () => {
    writeArchive(folder, generatedArchive(RUNS))
    expected = await embeddedViews(folder, (log) =>
      exportTables(resumable(log), expectedTables, {
        ...{ format: 'parquet', topics: USUAL_TOPICS, key: KEY, origin: 'store' },
        signal: new AbortController().signal,
      }),
    )
    broker = await startBroker()
    server = await startRedis()
    redis = await openRedis(server.address)
  })
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.end('SIGKILL')))
  })
  afterAll(async () => {
    redis.disconnect()
    await Promise.all([broker.stop(), server.stop()])
    rmSync(join(folder, '..'), { recursive: true, force: true })
  })

  /** Processes of an installation of its own. */
  const openInstallation = (name: string, more: Readonly<Record<string, string>> = {}) => {
    const config = testConfig(name, 3, broker.connection)
    const space = spaceIn(config)
    const env = { ...environmentOf(config, server.address), ...more }
    const start = async (...args: string[]): Promise<StoplineProcess> => {
      const one = await startStopline(args, env)
      running.push(one)
      return one
    }
    /** Starts a processor, which makes the topics, then what the archive says. */
    const feed = async (): Promise<void> => {
      const processor = await start('process')
      await until('a processor', async () => (await processor.get('/readyz')).status === 200)
      await start('produce', folder)
    }
    return { start, feed, space, env }
  }
  const asOf = async (api: StoplineProcess): Promise<number> => {
    const { status, text } = await api.get('/v1/jobs?limit=1')
    return status === 200 ? (JSON.parse(text) as { asOf: number }).asOf : 0
  }

  it('show the views of one process on one file, and leave when told to', async () => {
    const { start, feed, space } = openInstallation('calm')
    await feed()
    const sinks = [await start('sink'), await start('sink')]
    const api = await start('serve')
    await until('the end', async () => (await asOf(api)) === expected.end)
    expect(await viewDifferences(expected, redis, space)).toEqual([])
    for (const sink of sinks) expect((await sink.get('/readyz')).status).toBe(200)
    const codes = await Promise.all(running.splice(0).map((each) => each.end('SIGTERM')))
    expect(codes).toEqual(codes.map(() => 0))
  })

  it('show the same after Redis was flushed and killed, sinks were killed and views rebuilt', async () => {
    const { start, feed, space } = openInstallation('broken')
    // What the test before it has left would be taken for a first view.
    await redis.flushall()
    await feed()
    const sinks = [await start('sink'), await start('sink')]
    const api = await start('serve')
    await until('a first view', async () => (await redis.dbsize()) > 500)
    await redis.flushall()
    await until('views again', async () => (await redis.dbsize()) > 500)
    await sinks[0]?.end('SIGKILL')
    await start('sink')
    await server.kill()
    await until('a refusal', async () => (await api.get('/v1/jobs')).status === 503)
    await server.start()
    await until('the end', async () => (await asOf(api)) === expected.end)
    expect(await viewDifferences(expected, redis, space)).toEqual([])
    const rebuild = await start('rebuild', 'views')
    await until('generation 2', () => rebuild.said().includes('generation 2 is shown'))
    await until('the end again', async () => (await asOf(api)) === expected.end)
    expect(await viewDifferences(expected, redis, space, 2)).toEqual([])
    expect(await redis.keys(`${space}:{*}:1:*`)).toEqual([])
  })

  it('show the same where Redis takes 200 ms for each answer, in no more memory', async () => {
    const proxy = await startProxy(
      () => server.port,
      () => delayed(SLOW_MS / 2),
    )
    const { start, feed, space } = openInstallation('slow', {
      STOPLINE_REDIS: `redis://127.0.0.1:${proxy.port}`,
    })
    await feed()
    const sink = await start('sink')
    const api = await start('serve')
    await until('the end', async () => (await asOf(api)) === expected.end)
    expect(await viewDifferences(expected, redis, space)).toEqual([])
    const bytes = /^stopline_resident_memory_bytes (\S+)$/m.exec(
      (await sink.get('/metrics')).text,
    )?.[1]
    expect(Number(bytes)).toBeLessThan(MOST_BYTES)
    await Promise.all(running.splice(0).map((each) => each.end('SIGTERM')))
    await proxy.close()
  })

  it.skipIf(!hasRegistry())('show the same where all of them ask a schema registry', async () => {
    const registry = await startRealRegistry()
    try {
      const { start, feed, space, env } = openInstallation('registered', {
        STOPLINE_REGISTRY_URL: registry.url,
      })
      await feed()
      await start('sink')
      const api = await start('serve')
      const tables = join(folder, '../tables')
      await exportTopics(tables, env)
      await until('the end', async () => (await asOf(api)) === expected.end)
      expect(await viewDifferences(expected, redis, space)).toEqual([])
      // The rest, behind what was exported while the processes were at work.
      expect(await exportTopics(tables, env)).toContain('forecasts')
      expect(await allRows(tables)).toEqual(await allRows(expectedTables))
      const answer = await fetch(`${registry.url}/subjects`)
      expect(await answer.json()).toContain(
        `${space.replace('stopline.', '')}.ci.forecasts.v1-value`,
      )
      // Read again, by another process, what the topics say: the page's stream, and a rebuild.
      const rebuild = await start('rebuild', 'views')
      await until('generation 2', () => rebuild.said().includes('generation 2 is shown'))
      expect(await viewDifferences(expected, redis, space, 2)).toEqual([])
    } finally {
      await Promise.all(running.splice(0).map((each) => each.end('SIGKILL')))
      await registry.remove()
    }
  })
})
