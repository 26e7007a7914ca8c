import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRedis, type RedisClient } from '../../runtime/redis/client.ts'
import { FamilyWriter, MovedError } from '../../runtime/redis/family-writer.ts'
import { readFresh, sayFresh } from '../../runtime/redis/freshness.ts'
import { deleteOthers, GoneError, openGeneration } from '../../runtime/redis/generations.ts'
import { familyOf, viewKeys } from '../../runtime/redis/keys.ts'
import { Sweeper } from '../../runtime/redis/sweeper.ts'
import { RedisViews } from '../../runtime/redis/view-store.ts'
import type { ViewWrite } from '../../runtime/ports.ts'
import { viewTtlMs } from '../../schemas/views.ts'
import { hasRedis, startRedis, type TestRedis } from '../support/redis-server.ts'
import { describeViewStore } from './view-store.ts'

const KINDS = [
  { name: 'one server', isCluster: false },
  { name: 'a cluster, which takes no script over two slots', isCluster: true },
]

describe.skipIf(!hasRedis()).each(KINDS)('on Redis, $name', ({ isCluster }) => {
  let server: TestRedis
  let redis: RedisClient
  let spaces = 0
  beforeAll(async () => {
    server = await startRedis({ isCluster })
    redis = await openRedis(isCluster ? `redis+cluster://127.0.0.1:${server.port}` : server.address)
  })
  afterAll(async () => {
    redis.disconnect()
    await server.stop()
  })

  /** Views of a space of their own, and a way to write to them as a sink does. */
  const openSpace = () => {
    spaces += 1
    const space = `test-${process.pid}-${spaces}`
    const settings = { redis, space, generation: 1, toViews: () => [] }
    const openWriter = (family: string) => FamilyWriter.open(settings, family, 'topic/0')
    const writers = new Map<string, Promise<FamilyWriter>>()
    const write = async (writes: readonly ViewWrite[]): Promise<void> => {
      for (const [family, mine] of Map.groupBy(writes, ({ view }) => familyOf(view))) {
        const opening = writers.get(family) ?? openWriter(family)
        writers.set(family, opening)
        const writer = await opening
        await writer.write([{ offset: writer.next, writes: mine }], writer.next + 1)
      }
    }
    const keys = viewKeys(space, 1)
    return { store: new RedisViews(redis, space, () => 1), write, keys, openWriter, space }
  }
  const row = (key: string, sort: number | null, at = 0, view = 'runs'): ViewWrite => ({
    view,
    key,
    sort,
    at,
    value: { key, at },
  })

  describeViewStore('Redis', () => ({ ...openSpace(), close: () => undefined }))

  it('is swept: what has expired is listed no more, what is there stays', async () => {
    const { store, write, keys, space } = openSpace()
    const rows = Array.from({ length: 450 }, (_, n) => row(`k${n}`, n))
    await write([...rows, row('other', 1, 0, 'job-runs/a|b:c')])
    // As if their time were over.
    await Promise.all(rows.slice(0, 300).map(({ key }) => redis.del(keys.row('runs', key))))
    const sweeper = new Sweeper(redis, space)
    let gone = 0
    for (let round = 0; round < 2; round += 1)
      for (let step = await sweeper.step(1); step !== null; step = await sweeper.step(1))
        gone += step
    expect(gone).toBe(300)
    expect(await store.count('runs')).toBe(150)
    expect(await store.count('job-runs/a|b:c')).toBe(1)
  })

  it('writes nothing twice, and nothing of a writer that was overtaken', async () => {
    const { store, openWriter } = openSpace()
    const [zombie, heir] = [await openWriter('runs'), await openWriter('runs')]
    await zombie.write([{ offset: 0, writes: [row('a', 1)] }], 1)
    await expect(heir.write([{ offset: 0, writes: [row('b', 1)] }], 1)).rejects.toThrow(MovedError)
    const again = await openWriter('runs')
    expect(again.next).toBe(1)
    await again.write(
      [0, 1].map((offset) => ({ offset, writes: [row(`c${offset}`, 1)] })),
      2,
    )
    await expect(zombie.write([{ offset: 1, writes: [row('z', 1)] }], 2)).rejects.toThrow(
      "runs is at '2' of topic/0, not at '1'",
    )
    expect((await store.list('runs', { limit: 9 })).map(({ key }) => key)).toEqual(['a', 'c1'])
  })

  it('notices that its rows are gone, and begins again', async () => {
    const { keys, openWriter } = openSpace()
    const writer = await openWriter('runs')
    await writer.write([{ offset: 4, writes: [row('a', 1)] }], 5)
    await redis.del(keys.positions('runs'), keys.row('runs', 'a'), keys.order('runs'))
    await expect(writer.write([{ offset: 5, writes: [] }], 6)).rejects.toThrow(MovedError)
    expect((await openWriter('runs')).next).toBe(0)
  })

  it('takes no word of a generation that is not the one that was opened, and deletes all but one', async () => {
    const { write, store, keys, space } = openSpace()
    const said = { asOf: 1, offeredAt: 1, heardAt: 1, isLive: false }
    const fresh = new Map([[0, said]])
    const [first, same] = [
      await openGeneration(redis, space, 1),
      await openGeneration(redis, space, 1),
    ]
    expect(same).toEqual(first)
    await sayFresh(redis, space, first, fresh)
    expect(await readFresh(redis, space, 1)).toEqual(fresh)
    await write([row('a', 1)])
    await sayFresh(redis, space, await openGeneration(redis, space, 12), fresh)
    await deleteOthers(redis, space, 1)
    expect([(await readFresh(redis, space, 12)).size, await store.count('runs')]).toEqual([0, 1])
    await deleteOthers(redis, space, 12)
    expect(await store.count('runs')).toBe(0)
    await expect(sayFresh(redis, space, first, fresh)).rejects.toThrow(GoneError)
    await openGeneration(redis, space, 1)
    await expect(sayFresh(redis, space, first, fresh)).rejects.toThrow(GoneError)
    expect(await redis.exists(keys.fresh)).toBe(0)
  })

  it('keeps rows longer than their topics do, for ever where those are compacted', async () => {
    const { write, keys } = openSpace()
    await write([row('a', 1), row('k', 1, 0, 'kpis')])
    const days = (await redis.pttl(keys.row('runs', 'a'))) / 86_400_000
    expect(days).toBeGreaterThan(90.9)
    expect(days).toBeLessThanOrEqual(91)
    expect(await redis.pttl(keys.order('runs'))).toBeGreaterThan(90 * 86_400_000)
    expect(await redis.pttl(keys.row('kpis', 'k'))).toBe(-1)
    expect([viewTtlMs('runs'), viewTtlMs('kpis')]).toEqual([91 * 86_400_000, null])
  })

  it('passes over rows that have expired', async () => {
    const { store, write, keys } = openSpace()
    await write(['a', 'b', 'c', 'd'].map((key) => row(key, 1)))
    await redis.del(keys.row('runs', 'b'), keys.row('runs', 'c'))
    const listed = await store.list('runs', { limit: 2 })
    expect(listed.map(({ key }) => key)).toEqual(['a', 'd'])
  })
})
