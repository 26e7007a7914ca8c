/** A process of the command line under test, told by environment where Kafka and Redis are. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Awaitable } from '../../runtime/ports.ts'
import { freePort } from '../support/ports.ts'
import { PATIENCE_MS } from '../support/patience.ts'

export interface StoplineProcess {
  readonly address: string
  /** What it wrote on stderr. */
  readonly said: () => string
  /** Status and text of an answer; status 0 where there is none. */
  readonly get: (path: string) => Promise<{ readonly status: number; readonly text: string }>
  /** Its exit code; null while it runs. */
  readonly code: () => number | null
  /** Sends the signal; resolves to the exit code when it is gone. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>
}

/** Of those started here: what is to be said of one that has ended and that no test has asked for, undefined where there is none. */
const ends = new Set<() => string | undefined>()
const LAST_LINES = 10

const MAIN = join(import.meta.dirname, '../../cli/main.ts')

export const startStopline = async (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<StoplineProcess> => {
  const port = await freePort()
  const address = `http://127.0.0.1:${port}`
  const child = spawn(
    process.execPath,
    [...[MAIN, ...args], ...(args[0] === 'rebuild' ? [] : ['--port', String(port)])],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } },
  )
  const ended = once(child, 'close')
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  let isExpected = false
  ends.add(() => {
    const how = child.exitCode ?? child.signalCode
    if (isExpected || how === null || how === 0) return undefined
    const last = said.trimEnd().split('\n').slice(-LAST_LINES).join('\n')
    return `stopline ${args.join(' ')} has ended (${how}):\n${last}`
  })
  return {
    address,
    said: () => said,
    code: () => {
      // Who asks knows that it may have ended.
      isExpected ||= child.exitCode !== null
      return child.exitCode
    },
    get: (path) =>
      fetch(`${address}${path}`).then(
        async (answer) => ({ status: answer.status, text: await answer.text() }),
        () => ({ status: 0, text: '' }),
      ),
    end: async (signal) => {
      isExpected = true
      child.kill(signal)
      await ended
      return child.exitCode
    },
  }
}

/** Asks until the answer is as wanted. What a process would have to do that has ended never is: it says so at once. */
export const until = async (
  what: string,
  isSo: () => Awaitable<boolean>,
  patienceMs = PATIENCE_MS,
): Promise<void> => {
  const end = Date.now() + patienceMs
  while (!(await isSo())) {
    for (const endOf of ends) {
      const said = endOf()
      if (said !== undefined) throw new Error(`not in time: ${what}; ${said}`)
    }
    if (Date.now() > end) throw new Error(`not in time: ${what}`)
    await wait(100)
  }
}
