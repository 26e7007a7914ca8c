/** A run is stopped once, and its record says so once, at whatever instant the process that stops it is killed. */

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import { toViews } from '../../sinks/views/to-views.ts'
import { runIds, startDeck } from '../support/act-world.ts'
import { chanceOf } from '../support/generated-archive.ts'
import type { Fault } from '../support/receivers.ts'
import { temporaryFolder } from '../support/temporary.ts'

const KILLS = Number(process.env['STOPLINE_ACT_KILLS'] ?? 12)
const RUNS = 8
const CHILD = join(import.meta.dirname, '../support/act-child.ts')
const POINTS = ['before-intent', 'after-intent', 'after-request', 'after-result']
const TIMEOUT = { timeout: 240_000 }

const cleanups: (() => unknown)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})
const deck = async (faults: Fault[] = []) => {
  const world = await startDeck(faults)
  cleanups.push(world.close)
  return world
}

/** One life of the process; killed after `afterMs` from its first word on, where that is given. */
const live = (folder: string, address: string, more: readonly string[], afterMs?: number) =>
  new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    const args = [CHILD, folder, address, String(RUNS), ...more]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    child.stdout.once('data', () => {
      if (afterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), afterMs)
    })
    child.once('exit', (code, signal) => {
      resolve({ code, signal })
    })
  })

const acts = (folder: string) => {
  const runtime = new EmbeddedRuntime(folder, [], toViews)
  const records = [...runtime.log.read('ci.acts.v1')].flatMap(({ record }) => record ?? [])
  runtime.close()
  return records
}
const expectOnce = (folder: string, { effects }: Awaited<ReturnType<typeof deck>>): void => {
  expect([...effects]).toEqual(runIds(RUNS).map((id) => [`job-${id}`, 1]))
  const done = acts(folder).filter(({ state }) => state === 'done')
  expect(done.map(({ runId }) => runId).sort()).toEqual([...runIds(RUNS)].sort())
  expect(new Set(done.map(({ act }) => act)).size).toBe(RUNS)
}

describe('acting', () => {
  it.each(POINTS)('stops each run once where it is killed %s', TIMEOUT, async (point) => {
    const [folder, world] = [temporaryFolder(), await deck()]
    // At its third passage, then at its first: also in what it resumes.
    for (const nth of ['3', '1'])
      expect(await live(folder, world.url, [point, nth])).toMatchObject({ signal: 'SIGKILL' })
    expect(await live(folder, world.url, [])).toMatchObject({ code: 0 })
    expectOnce(folder, world)
  })

  it(
    'stops each run once where it is killed at any instant, and answers are lost',
    TIMEOUT,
    async () => {
      const folder = temporaryFolder()
      const chance = chanceOf(7)
      const faults: Fault[] = Array.from({ length: 12 }, (_, i) =>
        i % 3 === 0 ? { fault: 'late' } : i % 3 === 1 ? { status: 503 } : { fault: 'cut' },
      )
      const world = await deck(faults)
      let kills = 0
      for (let life = 0; life < KILLS; life += 1) {
        const { signal } = await live(folder, world.url, [], Math.round(60 * chance()))
        if (signal === 'SIGKILL') kills += 1
      }
      expect(await live(folder, world.url, [])).toMatchObject({ code: 0 })
      expect(kills).toBeGreaterThan(0)
      expectOnce(folder, world)
    },
  )
})
