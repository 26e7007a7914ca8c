/** The one file that loads ioredis: a client of one server or of a cluster, which knows our scripts. */

import { Cluster, Redis } from 'ioredis'
import { APPLY, MEET, SAY, SWEEP } from './scripts.ts'

type Scripted<T> = (keys: number, ...keysAndArguments: string[]) => Promise<T>
/** What is asked of either kind of client. */
export type RedisClient = (Redis | Cluster) & {
  readonly stoplineApply: Scripted<string | null>
  readonly stoplineSweep: Scripted<number>
  readonly stoplineSay: Scripted<number>
  readonly stoplineMeet: Scripted<string[]>
}

/** So long an answer is waited for. */
const COMMAND_TIMEOUT_MS = 5_000
const LONGEST_BACK_OFF_MS = 1_000
const CLUSTER = 'redis+cluster://'
const OPTIONS = {
  connectTimeout: 5_000,
  commandTimeout: COMMAND_TIMEOUT_MS,
  maxRetriesPerRequest: 0,
  // What cannot be sent now fails now: whoever asked knows better than a queue what to do then.
  enableOfflineQueue: false,
  retryStrategy: (times: number) => Math.min(50 * times, LONGEST_BACK_OFF_MS),
} as const

const ofCluster = (address: string): Cluster => {
  const nodes = address.slice(CLUSTER.length).split(',')
  return new Cluster(nodes, {
    redisOptions: OPTIONS,
    enableAutoPipelining: true,
    enableOfflineQueue: false,
    slotsRefreshTimeout: COMMAND_TIMEOUT_MS,
    clusterRetryStrategy: OPTIONS.retryStrategy,
  })
}

/** The servers that hold keys. */
export const nodesOf = (redis: RedisClient): readonly Redis[] =>
  redis instanceof Cluster ? redis.nodes('master') : [redis]

/**
 * Connects to `redis://host:port/db`, `rediss://...` or `redis+cluster://host:port,host:port`; user and password stand in
 * the address. Resolves when it can be asked; rejects where that takes longer than `patienceMs`. It connects again by itself.
 */
export const openRedis = async (address: string, patienceMs = 30_000): Promise<RedisClient> => {
  const client = address.startsWith(CLUSTER)
    ? ofCluster(address)
    : new Redis(address, { ...OPTIONS, enableAutoPipelining: true })
  // Errors of a connection reach whoever asked something of it.
  client.on('error', () => undefined)
  const scripts = { Apply: APPLY, Sweep: SWEEP, Say: SAY, Meet: MEET }
  for (const [name, lua] of Object.entries(scripts))
    client.defineCommand(`stopline${name}`, { lua })
  try {
    await untilReady(client, patienceMs)
  } catch (error) {
    client.disconnect()
    throw error
  }
  return client as RedisClient
}

const untilReady = (client: Redis | Cluster, patienceMs: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`Redis did not answer within ${patienceMs / 1000} s`))
    }, patienceMs)
    client.once('ready', () => {
      clearTimeout(timer)
      resolve()
    })
  })
