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

const MAIN = join(import.meta.dirname, '../../cli/main.ts')

export const startStopline = async (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<StoplineProcess> => {
  const port = await freePort()
  const address = `http://127.0.0.1:${port}`
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=TimeoutNegativeWarning',
      ...[MAIN, ...args],
      ...(args[0] === 'rebuild' ? [] : ['--port', String(port)]),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } },
  )
  const ended = once(child, 'close')
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  return {
    address,
    said: () => said,
    code: () => child.exitCode,
    get: (path) =>
      fetch(`${address}${path}`).then(
        async (answer) => ({ status: answer.status, text: await answer.text() }),
        () => ({ status: 0, text: '' }),
      ),
    end: async (signal) => {
      child.kill(signal)
      await ended
      return child.exitCode
    },
  }
}

/** Asks until the answer is as wanted. */
export const until = async (
  what: string,
  isSo: () => Awaitable<boolean>,
  patienceMs = PATIENCE_MS,
): Promise<void> => {
  const end = Date.now() + patienceMs
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`not in time: ${what}`)
    await wait(100)
  }
}
