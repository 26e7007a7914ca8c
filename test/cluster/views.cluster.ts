/** The four processes on Kafka and Redis show what one process on one file shows, whatever happens to sinks and Redis. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openRedis, type RedisClient } from '../../runtime/redis/client.ts'
import { generatedArchive, writeArchive } from '../support/generated-archive.ts'
import { hasRedis, startRedis, type TestRedis } from '../support/redis-server.ts'
import { embeddedViews, viewDifferences, type ExpectedViews } from './all-views.ts'
import { hasBroker, startBroker, type TestBroker } from './broker.ts'
import { startStopline, until, type StoplineProcess } from './stopline-process.ts'

const RUNS = Number(process.env['STOPLINE_VIEW_RUNS'] ?? 150)
const started = Date.now()

describe.skipIf(!hasBroker() || !hasRedis())('processes on Kafka and Redis', () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'stopline-views-')), 'archive')
  let broker: TestBroker
  let server: TestRedis
  let redis: RedisClient
  let expected: ExpectedViews
  const running: StoplineProcess[] = []
  beforeAll(async () => {
    writeArchive(folder, generatedArchive(RUNS))
    expected = await embeddedViews(folder)
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
  const openInstallation = (name: string) => {
    const space = `stopline.${name}-${started}`
    const env = {
      STOPLINE_KAFKA_BROKERS: broker.connection.brokers.join(),
      STOPLINE_KAFKA_NAMESPACE: `${name}-${started}.`,
      STOPLINE_KAFKA_PARTITIONS: '3',
      STOPLINE_KAFKA_REPLICATION: '1',
      STOPLINE_KAFKA_MIN_IN_SYNC: '1',
      STOPLINE_KAFKA_SESSION_MS: '3000',
      STOPLINE_REDIS: server.address,
    }
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
    return { start, feed, space }
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
})
