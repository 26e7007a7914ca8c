/** Brokers that can be killed, stopped and started one by one: one alone, or three that keep everything three times, two of them at least. */

import { execFile } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { patientClient } from '../../runtime/kafka/client.ts'
import { plainConnection, type Connection } from '../../runtime/kafka/connection.ts'
import { collectJars, CONTROLLER_ABOVE, NATIVE, NATIVE_CACHE, warmUp } from './broker.ts'
import { PATIENCE_MS } from '../support/patience.ts'
import { freePort } from '../support/ports.ts'

const run = promisify(execFile)
/** The script gives up on a broker after a minute; on a machine that has much to do it takes longer to begin. */
const MOST_MINUTES = 5

export interface Brokers {
  readonly connection: Connection
  /** Numbers of the brokers. */
  readonly ids: readonly number[]
  /** As a crash does: at once, and with what it has on disk. */
  readonly kill: (id: number) => Promise<void>
  /** It stands still, with its connections open; a kill ends it all the same. */
  readonly freeze: (id: number) => Promise<void>
  /** Lets it hand over what it leads, and end. */
  readonly stop: (id: number) => Promise<void>
  /** Resolves when it takes connections. */
  readonly up: (id: number) => Promise<void>
  /** Resolves when every replica of every partition is in sync: nothing is lost if any one broker dies then. */
  readonly inSync: () => Promise<void>
  /** Runs a command line tool of Kafka's, by its class. */
  readonly tool: (name: string, ...args: string[]) => Promise<void>
  readonly remove: () => Promise<void>
}

export interface BrokersOptions {
  readonly count: 1 | 3
  /** Where clients are told to find a broker that is alone: a proxy before it. */
  readonly advertisedPort?: number
  /** Settings of a broker that is alone, besides or instead of its own; its plain port is given. */
  readonly properties?: (port: number) => Readonly<Record<string, string>>
}

export const startBrokers = async ({
  count,
  advertisedPort,
  properties,
}: BrokersOptions): Promise<Brokers> => {
  await collectJars()
  const home = mkdtempSync(join(tmpdir(), 'stopline-kafka3-'))
  symlinkSync(join(NATIVE_CACHE, 'libs'), join(home, 'libs'))
  const numbers = Array.from({ length: count }, (_, index) => index)
  const port = await freePort(numbers.flatMap((above) => [above, above + CONTROLLER_ABOVE]))
  const script = (...args: string[]) =>
    run('bash', [join(NATIVE, 'kafka.sh'), ...args], {
      env: {
        ...process.env,
        ...{ KAFKA_HOME: home, KAFKA_PORT: String(port), KAFKA_HEAP: '256m' },
        // They begin more often than they work hard.
        KAFKA_FAST_BOOT: '1',
      },
    })
  const begin = async (...args: string[]): Promise<void> => {
    for (let minute = 1; ; minute += 1)
      try {
        await script(...args)
        return
      } catch (error) {
        if (minute === MOST_MINUTES || !String(error).includes('did not open its port')) throw error
      }
  }
  const pidOf = async (id: number): Promise<number> => {
    const { stdout } = await script('status')
    const pid = new RegExp(`^node ${id} pid (\\d+)`, 'm').exec(stdout)?.[1]
    if (pid === undefined) throw new Error(`broker ${id} is not running`)
    return Number(pid)
  }
  const remove = async (): Promise<void> => {
    await script('wipe')
    rmSync(home, { recursive: true, force: true })
  }
  try {
    await begin('start', String(count))
    const changes = {
      ...(advertisedPort !== undefined && {
        'advertised.listeners': `PLAINTEXT://127.0.0.1:${advertisedPort}`,
      }),
      ...properties?.(port),
    }
    if (Object.keys(changes).length > 0) {
      await script('stop')
      change(join(home, 'node-1.properties'), changes)
      await begin('start', String(count))
    }
    const ids = numbers.map((number) => number + 1)
    const connection = plainConnection(ids.map((id) => `127.0.0.1:${port + id - 1}`))
    if (advertisedPort === undefined) await warmUp(connection)
    return {
      connection,
      ids,
      kill: async (id) => {
        const pid = await pidOf(id)
        await script('kill', String(id))
        // Else its port may be taken for that of the next one.
        await isGone(pid)
      },
      freeze: async (id) => {
        process.kill(await pidOf(id), 'SIGSTOP')
      },
      stop: async (id) => {
        const pid = await pidOf(id)
        process.kill(pid, 'SIGTERM')
        await isGone(pid)
      },
      up: (id) => begin('up', String(id)),
      inSync: () => inSync(connection),
      tool: async (name, ...args) => {
        await script('tool', name, ...args)
      },
      remove,
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** The last of two lines of one name counts. */
const change = (file: string, changes: Readonly<Record<string, string>>): void => {
  const lines = Object.entries(changes).map(([name, value]) => `${name}=${value}\n`)
  appendFileSync(file, lines.join(''))
}

const inSync = async (connection: Connection): Promise<void> => {
  const deadline = Date.now() + PATIENCE_MS
  const admin = patientClient(connection).admin()
  await admin.connect()
  try {
    for (;;) {
      const { topics } = await admin.fetchTopicMetadata()
      const lacking = topics.filter(({ partitions }) =>
        partitions.some(({ leader, isr, replicas }) => leader < 0 || isr.length < replicas.length),
      )
      if (lacking.length === 0) return
      if (Date.now() > deadline) throw new Error(`${lacking.length} topics are not in sync`)
      await wait(200)
    }
  } finally {
    await admin.disconnect()
  }
}

const isGone = async (pid: number): Promise<void> => {
  for (;;)
    try {
      process.kill(pid, 0)
      await wait(50)
    } catch {
      return
    }
}
