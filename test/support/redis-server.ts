/**
 * A Redis for the tests of a file: the one that STOPLINE_REDIS names, or one of its own from the path. Where there is
 * neither, tests are skipped aloud, under CI=true they fail.
 */

import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openRedis } from '../../runtime/redis/client.ts'
import { freePort } from './ports.ts'

/** So far above its port a Redis of a cluster talks with the others. */
const BUS_ABOVE = 10_000

export interface TestRedis {
  readonly address: string
  readonly port: number
  /** Ends it at once, as a crash does; `start` brings an empty one back on the same port. */
  readonly kill: () => Promise<void>
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
}

const given = process.env['STOPLINE_REDIS']
const isInstalled = (): boolean => {
  try {
    execFileSync('redis-server', ['--version'])
    return true
  } catch {
    return false
  }
}

/** True where tests can have a Redis. */
export const hasRedis = (): boolean => {
  if (given !== undefined || isInstalled()) return true
  const reason = 'no Redis: neither STOPLINE_REDIS is set nor is redis-server installed'
  if (process.env['CI'] === 'true') throw new Error(reason)
  console.warn(`skipped: ${reason}`)
  return false
}

/** A Redis that can be asked, of its own or as a cluster of one. `stop` ends it and removes its data. */
export const startRedis = async ({ isCluster = false } = {}): Promise<TestRedis> => {
  if (given !== undefined) return ofGiven(given)
  const folder = mkdtempSync(join(tmpdir(), 'stopline-redis-'))
  const port = await freePort(isCluster ? [BUS_ABOVE] : [])
  const address = `redis://127.0.0.1:${port}`
  let child: ChildProcess | undefined
  const start = async (): Promise<void> => {
    const fixed = ['--port', String(port), '--save', '', '--appendonly', 'no', '--dir', folder]
    child = spawn(
      'redis-server',
      isCluster
        ? [...fixed, '--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1']
        : fixed,
      {
        stdio: 'ignore',
      },
    )
    const client = await openRedis(address)
    if (isCluster) await client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    client.disconnect()
  }
  const kill = async (): Promise<void> => {
    const running = child
    child = undefined
    if (running === undefined) return
    const ended = once(running, 'close')
    running.kill('SIGKILL')
    await ended
  }
  const stop = async (): Promise<void> => {
    await kill()
    rmSync(folder, { recursive: true, force: true })
  }
  await start()
  return { address, port, kill, start, stop }
}

const ofGiven = (address: string): TestRedis => {
  const no = (): Promise<void> => Promise.reject(new Error('a given Redis is not ours to end'))
  const port = Number(new URL(address).port || 6_379)
  return { address, port, kill: no, start: no, stop: () => Promise.resolve() }
}
