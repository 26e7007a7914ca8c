/** Sinks and rebuilds on a Redis that loses what it had, and beside each other. Kafka is one in memory. */

import { setTimeout as wait } from 'node:timers/promises'
import type { RedisKey } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { plainConnection } from '../../runtime/kafka/connection.ts'
import { namesIn } from '../../runtime/kafka/names.ts'
import type { ProgressBoard } from '../../runtime/kafka/progress-board.ts'
import { placeOf } from '../../runtime/kafka/progress.ts'
import { PartitionReader } from '../../runtime/kafka/reader.ts'
import { openRedis, type RedisClient } from '../../runtime/redis/client.ts'
import { FamilyWriter } from '../../runtime/redis/family-writer.ts'
import { readFresh, shownGeneration } from '../../runtime/redis/freshness.ts'
import { generationOf, viewKeys } from '../../runtime/redis/keys.ts'
import { RedisViews } from '../../runtime/redis/view-store.ts'
import type { ToViews } from '../../runtime/ports.ts'
import { rebuildViews } from '../../sinks/redis/rebuild.ts'
import { runSink, type SinkSettings } from '../../sinks/redis/sink.ts'
import { memoryKafka, type MemoryKafka } from '../support/memory-kafka.ts'
import { hasRedis, startRedis, type TestRedis } from '../support/redis-server.ts'
import { NOON } from '../support/sample-records.ts'

const TOPIC = 'ci.kpis.v1'
const KAFKA = plainConnection(['127.0.0.1:1'])
const PARTITIONS = 2
const told = (key: string): string => JSON.stringify({ key })
/** A row for each record, whatever it says. */
const toViews: ToViews = ({ key, at }) => [{ view: 'kpis', key, sort: null, at, value: { key } }]

afterEach(() => {
  vi.restoreAllMocks()
})

it('whoever reads no partition waits between two polls, and lets others have their turn', async () => {
  memoryKafka()
  const reader = new PartitionReader(KAFKA)
  await reader.open([], () => 0)
  const began = performance.now()
  await reader.poll(30, () => undefined)
  expect(performance.now() - began).toBeGreaterThan(25)
})

describe.skipIf(!hasRedis())('views in Redis', () => {
  let server: TestRedis
  let redis: RedisClient
  let kafka: MemoryKafka
  let ending: AbortController
  let sinks: Promise<void>[]
  let spaces = 0
  beforeAll(async () => {
    server = await startRedis()
    redis = await openRedis(server.address)
  })
  beforeEach(() => {
    kafka = memoryKafka()
    ending = new AbortController()
    sinks = []
    spaces += 1
  })
  afterEach(async () => {
    ending.abort()
    await Promise.all(sinks)
  })
  afterAll(async () => {
    redis.disconnect()
    await server.stop()
  })

  /** A record on each partition, each on its own key. */
  const put = (key: string): void => {
    for (let partition = 0; partition < PARTITIONS; partition += 1)
      kafka.put(TOPIC, partition, {
        key: Buffer.from(`${key}/${partition}`),
        value: null,
        headers: { from: 'kpis/0', at: String(NOON) },
      })
  }
  /** One task has written all that there is, and spoken up to noon. */
  const board = {
    newest: () => ({
      at: NOON,
      written: Object.fromEntries(
        [0, 1].map((partition) => [placeOf(TOPIC, partition), kafka.end(TOPIC, partition)]),
      ),
      handled: {},
      isLive: false,
    }),
    caughtUp: () => Promise.resolve(),
  } as unknown as ProgressBoard
  const settings = (): SinkSettings => ({
    ...{ connection: KAFKA, board, redis, toViews, registry: null, partitions: PARTITIONS },
    ...{ names: namesIn(''), partitionsOf: () => PARTITIONS, writers: ['kpis'] },
    clock: { now: () => NOON },
    ...{ space: `follow-${process.pid}-${spaces}`, member: 'a' },
  })
  const startSink = (member: string): void => {
    sinks.push(runSink({ ...settings(), member }, ending.signal))
  }
  const row = (key: string, generation = 1) =>
    new RedisViews(redis, settings().space, () => generation).get('kpis', key)
  /** Partitions that are said to hold everything up to noon. */
  const reached = async (generation = 1): Promise<number> => {
    const fresh = await readFresh(redis, settings().space, generation)
    return [...fresh.values()].filter(({ asOf }) => asOf === NOON).length
  }
  /** All that have a key. */
  const generations = async (): Promise<number[]> => {
    const { space } = settings()
    const keys = await redis.keys(`${space}:*`)
    return [...new Set(keys.flatMap((key) => generationOf(key, space) ?? []))]
  }
  const untilReached = () => expect.poll(() => reached(), { timeout: 60_000 }).toBe(PARTITIONS)

  it('are written anew where Redis was emptied while nothing is said, and never called fresh before', async () => {
    put('k')
    startSink('a')
    startSink('b')
    await untilReached()
    await redis.flushall()
    while ((await reached()) < PARTITIONS) await wait(5)
    expect([await row('k/0'), await row('k/1')]).toEqual([told('k/0'), told('k/1')])
  })

  it('are written anew where one family of them was lost, as where one server of a cluster fails', async () => {
    put('k')
    startSink('a')
    await untilReached()
    const keys = viewKeys(settings().space, 1)
    await redis.del(keys.positions('kpis'), keys.row('kpis', 'k/0'), keys.row('kpis', 'k/1'))
    await expect.poll(() => row('k/1'), { timeout: 60_000 }).toBe(told('k/1'))
  })

  it('of a rebuild are left to the sinks that come, partition by partition, and all other generations go', async () => {
    const { space } = settings()
    put('k')
    // What rebuilds that were killed have left.
    for (const left of [1, 2, 7]) await redis.set(viewKeys(space, left).row('kpis', 'old'), 'x')
    // As soon as it is shown a sink is faster in one of the partitions.
    const set = redis.set.bind(redis)
    const showing = async (key: RedisKey, value: string | number | Buffer): Promise<'OK'> => {
      const at = { redis, space, generation: 2, toViews }
      const sink = await FamilyWriter.open(at, 'kpis', placeOf(TOPIC, 0))
      await sink.write([], sink.next + 1)
      put('l')
      return set(key, value)
    }
    vi.spyOn(redis, 'set').mockImplementationOnce(showing)
    expect((await rebuildViews(settings(), ending.signal)).generation).toBe(2)
    expect(await row('k/0', 2)).toBe(told('k/0'))
    expect(await row('l/0', 2)).toBeUndefined()
    expect(await row('l/1', 2)).toBe(told('l/1'))
    expect(await generations()).toEqual([2])
  })

  it('are rebuilt while sinks write what is said all the time', async () => {
    startSink('a')
    startSink('b')
    let count = 0
    const speaking = setInterval(() => {
      put(`k${count}`)
      count += 1
    }, 10)
    try {
      await untilReached()
      expect((await rebuildViews(settings(), ending.signal)).generation).toBe(2)
    } finally {
      clearInterval(speaking)
    }
    expect(await generations()).toEqual([2])
    for (const key of ['k0/0', 'k0/1', `k${count - 1}/0`, `k${count - 1}/1`])
      await expect.poll(() => row(key, 2), { timeout: 60_000 }).toBeDefined()
  })

  it('of a rebuild are not shown where Redis was emptied meanwhile', async () => {
    put('k')
    const { space } = settings()
    let emptied = 0
    const emptying: ToViews = (record) => {
      emptied += 1
      if (emptied === 1) void redis.flushall()
      return toViews(record)
    }
    const rebuilt = rebuildViews({ ...settings(), toViews: emptying }, ending.signal)
    await expect(rebuilt).rejects.toThrow('generation 2 of the views is gone')
    expect(await shownGeneration(redis, space)).toBe(1)
  })
})
