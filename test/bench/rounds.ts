/** Runs benchmarks round by round, each case in its own process. */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Figure } from './figures.ts'
import type { Setting } from './setting.ts'
import type { Bench } from './table.ts'

const CHILD = new URL('./child.ts', import.meta.url)

export interface RoundOptions {
  readonly rounds: number
  readonly isQuick: boolean
  /** Folder for CPU profiles; none are taken without. */
  readonly profileFolder?: string | undefined
  /** Called with a line about each case before it runs. */
  readonly onCase: (line: string) => void
}

/** Figures of each round. Temporary folders are removed whatever happens. */
export const runRounds = async (bench: Bench, options: RoundOptions): Promise<Figure[][]> => {
  const root = mkdtempSync(join(tmpdir(), 'stopline-bench-'))
  const all: Figure[][] = []
  try {
    for (let round = 1; round <= options.rounds; round += 1) {
      const folder = mkdtempSync(join(root, 'round-'))
      const figures: Figure[] = []
      for (const { name } of bench.cases) {
        const load = loadavg()[0]?.toFixed(1) ?? '?'
        options.onCase(`${bench.name}/${name}  round ${round} of ${options.rounds}  load ${load}`)
        const setting: Setting = { folder, shared: root, isQuick: options.isQuick, round }
        figures.push(...(await runCase(bench.name, name, setting, flagsOf(options))))
      }
      rmSync(folder, { recursive: true })
      all.push(figures)
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
  return all
}

/** As `cli/stopline.mjs` starts it; what else is set of the heap, the process sets itself. */
const flagsOf = ({ profileFolder }: RoundOptions): string[] => [
  '--expose-gc',
  '--max-semi-space-size=16',
  ...(profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`]),
]

/** They end the case, and so all of it, with its folders removed. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** Figures of one case; throws where its process fails. */
const runCase = async (
  bench: string,
  name: string,
  setting: Setting,
  execArgv: readonly string[],
): Promise<readonly Figure[]> => {
  let figures: readonly Figure[] = []
  const child = fork(CHILD, [bench, name, JSON.stringify(setting)], {
    execArgv: [...execArgv],
    env: { ...process.env, MALLOC_ARENA_MAX: '1' },
  })
  child.on('message', (message) => {
    figures = message as readonly Figure[]
  })
  const stop = (): void => {
    child.kill()
  }
  for (const name of STOP_SIGNALS) process.once(name, stop)
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  for (const name of STOP_SIGNALS) process.off(name, stop)
  if (code !== 0) throw new Error(`${bench}/${name} ended with ${String(code ?? signal)}`)
  return figures
}
