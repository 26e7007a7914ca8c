/** Receivers are told of incidents by the producer of an installation, once each, also by the one that takes over. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { writeToOf } from '../../runtime/kafka/cluster-config.ts'
import { KafkaLog } from '../../runtime/kafka/record-log.ts'
import { generatedArchive, writeArchive } from '../support/generated-archive.ts'
import { hasRedis, startRedis, type TestRedis } from '../support/redis-server.ts'
import { hasBroker, startBroker, type TestBroker } from './broker.ts'
import { environmentOf } from './installation.ts'
import { testConfig } from './replay.ts'
import { startStopline, until, type StoplineProcess } from './stopline-process.ts'

const RUNS = 150

describe.skipIf(!hasBroker() || !hasRedis())('a receiver of an installation on Kafka', () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'stopline-receivers-')), 'archive')
  let broker: TestBroker
  let redis: TestRedis
  const running: StoplineProcess[] = []
  const keys: string[] = []
  const receiver = createServer((request, response) => {
    keys.push(String(request.headers['idempotency-key']))
    response.end()
  })
  beforeAll(async () => {
    writeArchive(folder, generatedArchive(RUNS))
    broker = await startBroker()
    redis = await startRedis()
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  })
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.end('SIGKILL')))
  })
  afterAll(async () => {
    receiver.close()
    await Promise.all([broker.stop(), redis.stop()])
    rmSync(join(folder, '..'), { recursive: true, force: true })
  })

  it('hears of incidents once, and not again when the producer is started again', async () => {
    const config = testConfig('receivers', 1, broker.connection)
    const { port } = receiver.address() as AddressInfo
    const env = {
      ...environmentOf(config, redis.address),
      STOPLINE_WEBHOOK_SECRET: 'a secret of the test',
    }
    const start = async (...args: string[]): Promise<StoplineProcess> => {
      const one = await startStopline(args, env)
      running.push(one)
      return one
    }
    const processor = await start('process', '--models', 'none')
    await until('a processor', async () => (await processor.get('/readyz')).status === 200)
    const produce = ['produce', folder, '--webhook', `http://127.0.0.1:${port}/`] as const
    const first = await start(...produce)
    await until('a delivery', () => keys.length > 0)
    await until('quiet', async () => {
      const before = keys.length
      await new Promise((resolve) => setTimeout(resolve, 8_000))
      return keys.length === before
    })
    const log = new KafkaLog(config.connection, writeToOf(config))
    const incidents = await log.readAll('ci.incidents.v1')
    await log.close()
    const told = keys.length
    expect(new Set(keys).size).toBe(told)
    const ids = new Set(incidents.map(({ record }) => record?.eventId))
    expect(keys.filter((key) => !ids.has(key))).toEqual([])
    await first.end('SIGTERM')
    const second = await start(...produce)
    await until('it feeds', async () => (await second.get('/readyz')).status === 200)
    await new Promise((resolve) => setTimeout(resolve, 8_000))
    expect(keys).toHaveLength(told)
  }, 600_000)
})
