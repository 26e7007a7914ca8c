/**
 * A broker for the tests of a file: the one that STOPLINE_BROKERS names, or one of its own: in a container where Docker
 * answers, else (or where it is set) from the jars of STOPLINE_NATIVE_KAFKA, a folder with kafka.sh. Where there is nothing,
 * tests are skipped aloud, under CI=true they fail.
 */

import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { patientClient } from '../../runtime/kafka/client.ts'
import { plainConnection, type Connection } from '../../runtime/kafka/connection.ts'
import { isDockerThere } from '../support/docker.ts'
import { startKafkaContainers } from '../support/kafka-containers.ts'
import { freePort } from '../support/ports.ts'

export interface TestBroker {
  readonly connection: Connection
  stop(): Promise<void>
}

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const given = process.env['STOPLINE_BROKERS']
export const NATIVE = process.env['STOPLINE_NATIVE_KAFKA'] ?? join(root, '../shared/kafka-native')
const script = join(NATIVE, 'kafka.sh')
/** True where brokers and registries run in containers. */
export const isContained = (): boolean =>
  given === undefined && process.env['STOPLINE_NATIVE_KAFKA'] === undefined && isDockerThere()
/** So far above the port of a broker lies that of its controller. */
export const CONTROLLER_ABOVE = 100
/** Jars are collected once. */
export const NATIVE_CACHE = join(root, 'node_modules/.cache/kafka-native')

/** True where tests can have a broker. */
export const hasBroker = (): boolean => {
  if (given !== undefined || isContained() || existsSync(script)) return true
  const reason = `no broker: STOPLINE_BROKERS is not set, Docker does not answer, and there is no ${script}`
  if (process.env['CI'] === 'true') throw new Error(reason)
  console.warn(`skipped: ${reason}`)
  return false
}

/** A broker that can be reached; one that is measured is long-lived. `stop` ends it and removes its data. */
export const startBroker = async (isLongLived = false): Promise<TestBroker> => {
  if (given !== undefined)
    return { connection: plainConnection(given.split(',')), stop: () => Promise.resolve() }
  return isContained() ? startInContainer(isLongLived) : startFromJars()
}

const startInContainer = async (isLongLived: boolean): Promise<TestBroker> => {
  const { brokers, remove } = await startKafkaContainers(1, isLongLived)
  const connection = plainConnection(brokers)
  await warmUp(connection)
  return { connection, stop: remove }
}

const startFromJars = async (): Promise<TestBroker> => {
  await collectJars()
  const home = mkdtempSync(join(tmpdir(), 'stopline-kafka-'))
  symlinkSync(join(NATIVE_CACHE, 'libs'), join(home, 'libs'))
  const port = await freePort([CONTROLLER_ABOVE])
  const stop = async (): Promise<void> => {
    await kafka(['wipe'], home, port)
    rmSync(home, { recursive: true, force: true })
  }
  try {
    await kafka(['start', '1'], home, port)
    const connection = plainConnection([`127.0.0.1:${port}`])
    await warmUp(connection)
    return { connection, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Brings the jars of a broker to the cache. */
export const collectJars = async (): Promise<void> => {
  mkdirSync(NATIVE_CACHE, { recursive: true })
  await kafka(['install'], NATIVE_CACHE, 0)
}

/** The first group and the first transaction make topics of the broker's own: that takes seconds. */
export const warmUp = async (connection: Connection): Promise<void> => {
  const admin = patientClient(connection).admin()
  await admin.connect()
  for (let isWarm = false; !isWarm;)
    isWarm = await admin.fetchOffsets({ groupId: 'warm-up', topics: [] }).then(
      () => true,
      () => false,
    )
  await admin.disconnect()
}

const kafka = async (args: readonly string[], home: string, port: number): Promise<void> => {
  const env = { ...process.env, KAFKA_HOME: home, KAFKA_PORT: String(port), KAFKA_HEAP: '256m' }
  await run('bash', [script, ...args], { env })
}
