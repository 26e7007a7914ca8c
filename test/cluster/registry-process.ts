/** A real schema registry for the tests of a file, in a container or beside kafka.sh; skipped aloud where there is none. */

import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startRegistryContainer } from '../support/registry-container.ts'
import { freePort } from '../support/ports.ts'
import { isContained, NATIVE, NATIVE_CACHE } from './broker.ts'

export interface TestRegistry {
  readonly url: string
  stop(): Promise<void>
  start(): Promise<void>
  remove(): Promise<void>
}

const run = promisify(execFile)
const script = join(NATIVE, 'registry.sh')

export const hasRegistry = (): boolean => {
  if (isContained() || existsSync(script)) return true
  const reason = `no schema registry: Docker does not answer, and there is no ${script}`
  if (process.env['CI'] === 'true') throw new Error(reason)
  console.warn(`skipped: ${reason}`)
  return false
}

/** A registry that keeps what it was told in a file, so that it can be stopped and started. */
export const startRealRegistry = async (): Promise<TestRegistry> =>
  isContained() ? startRegistryContainer() : startFromJars()

const startFromJars = async (): Promise<TestRegistry> => {
  mkdirSync(NATIVE_CACHE, { recursive: true })
  const port = String(await freePort())
  const call = (home: string, ...args: string[]) =>
    run('bash', [script, ...args], {
      env: { ...process.env, KAFKA_HOME: home, REGISTRY_PORT: port, REGISTRY_HEAP: '256m' },
    })
  await call(NATIVE_CACHE, 'install')
  const home = mkdtempSync(join(tmpdir(), 'stopline-registry-'))
  symlinkSync(join(NATIVE_CACHE, 'apicurio-3.0.9'), join(home, 'apicurio-3.0.9'))
  const { stdout } = await call(home, 'start', 'file')
  return {
    url: stdout.trim(),
    stop: async () => {
      await call(home, 'stop')
    },
    start: async () => {
      await call(home, 'start', 'file')
    },
    remove: async () => {
      await call(home, 'stop')
      rmSync(home, { recursive: true, force: true })
    },
  }
}
