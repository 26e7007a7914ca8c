/**
 * Three processes on twelve partitions, killed again and again, say and show what one process on one file does. The full run:
 * STOPLINE_CLUSTER_KILLS=300 STOPLINE_CLUSTER_EVENTS=2000000 npm run test:cluster -- kills
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRedis, type RedisClient } from '../../runtime/redis/client.ts'
import { readFresh } from '../../runtime/redis/freshness.ts'
import { hasRedis, startRedis, type TestRedis } from '../support/redis-server.ts'
import { viewDifferences } from './all-views.ts'
import { hasBroker, startBroker, type TestBroker } from './broker.ts'
import { environmentOf, spaceIn } from './installation.ts'
import { createGate, killAgainAndAgain, type KillReport } from './kill-run.ts'
import { patiently } from '../support/patience.ts'
import { replay, testConfig } from './replay.ts'
import { startStopline, until } from './stopline-process.ts'
import { demoFacts, embeddedRun, type Expected, type World } from './worlds.ts'

const KILLS = Number(process.env['STOPLINE_CLUSTER_KILLS'] ?? 15)
const EVENTS = Number(process.env['STOPLINE_CLUSTER_EVENTS'] ?? 6_000)
const PARTITIONS = 12
const PROCESSES = 3
/** One community of the demo says at least so much in an hour. */
const LEAST_HOURLY = 600
/** More than so many facts are said by several communities side by side. */
const MOST_OF_ONE = 100_000
const TIMEOUT_MS = patiently(300_000 + KILLS * 60_000 + EVENTS)

describe.skipIf(!hasBroker() || !hasRedis())('a replay under kills', () => {
  let broker: TestBroker
  let server: TestRedis
  let redis: RedisClient
  let world: World
  let expected: Expected
  beforeAll(async () => {
    const copies = Math.ceil(EVENTS / MOST_OF_ONE)
    const hours = Math.ceil(EVENTS / LEAST_HOURLY / copies)
    world = demoFacts(hours, { steps: Math.max(hours, 4 * KILLS), copies })
    expected = embeddedRun(world)
    broker = await startBroker(EVENTS > MOST_OF_ONE)
    server = await startRedis()
    redis = await openRedis(server.address)
  }, TIMEOUT_MS)
  afterAll(async () => {
    redis.disconnect()
    await Promise.all([broker.stop(), server.stop()])
  })

  it(
    `ends with all topics and views as they should be after ${KILLS} kills`,
    async () => {
      const config = testConfig('kills', PARTITIONS, broker.connection)
      const gate = createGate(world.steps)
      const env = environmentOf(config, server.address)
      let report: KillReport | undefined
      await replay({
        config,
        world,
        expected,
        processes: PROCESSES,
        pace: gate.pass,
        disturb: async (processes, stage) => {
          report = await killAgainAndAgain({ processes, stage, kills: KILLS, gate })
        },
      })
      const sink = await startStopline(['sink'], env)
      try {
        const space = spaceIn(config)
        await until('the views are at the end', async () => {
          const fresh = [...(await readFresh(redis, space, 1)).values()]
          return fresh.length === PARTITIONS && fresh.every(({ asOf }) => asOf === expected.end)
        })
        expect(await viewDifferences(expected, redis, space)).toEqual([])
      } finally {
        await sink.end('SIGKILL')
      }
      const recoveries = [...(report?.recoveries ?? [])].sort((a, b) => a - b)
      expect(recoveries).toHaveLength(KILLS)
      console.log(
        `${expected.facts.toLocaleString('en')} events, ${KILLS} kills of ${PROCESSES} processes on ${PARTITIONS} partitions, ` +
          `${report?.tasksLost} tasks restored; from kill to commit median ${seconds(recoveries[KILLS >> 1])}, ` +
          `longest ${seconds(recoveries.at(-1))}; all topics and views equal`,
      )
    },
    TIMEOUT_MS,
  )
})

const seconds = (ms = 0): string => `${(ms / 1000).toFixed(1)} s`
