/** Children that replay and are killed; each is loaded while the one before it still works. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { ReplayOrder } from './replay-child.ts'

export interface WarmChild {
  /** Gives the order; resolves when the child has made its first commit or has ended without one. */
  start(order: ReplayOrder): Promise<void>
  kill(): void
  /** How it ended. */
  readonly ended: Promise<{ signal: NodeJS.Signals | null; commits: number; isDone: boolean }>
}

/** A child that is being loaded; `crashAt` names the crash point at which it dies by itself. */
export const warmChild = (crashAt = ''): WarmChild => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'replay-child.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, STOPLINE_CRASH_AT: crashAt },
  })
  let said = ''
  const firstCommit = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      resolve()
    })
    child.on('close', () => {
      resolve()
    })
  })
  child.stdin.on('error', () => undefined) // it was killed before it had read its order
  const ended = once(child, 'close').then(([, signal]) => ({
    signal: signal as NodeJS.Signals | null,
    commits: said.split('.').length - 1,
    isDone: said.endsWith('done'),
  }))
  return {
    start: (order) => {
      child.stdin.end(`${JSON.stringify(order)}\n`)
      return firstCommit
    },
    kill: () => {
      child.kill('SIGKILL')
    },
    ended,
  }
}
