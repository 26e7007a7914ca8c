/**
 * Live sources of a real process that is killed between a poll, the log and what is remembered: after its restart nothing is
 * lost and nothing doubled, whatever the source.
 */

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from 'yaml'
import { afterEach, describe, expect, it } from 'vitest'
import { SOURCE_CRASH_POINTS, type CrashPoint } from '../../runtime/crash-point.ts'
import { EmbeddedLog } from '../../runtime/embedded/log.ts'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import { CI_WORLDS, courseOf, playCourse, type Course } from '../support/ci-worlds.ts'
import { startCiServer } from '../support/ci-server.ts'
import { temporaryFolder } from '../support/temporary.ts'

const RUNS = 7
/** Each process passes the point so often and dies, for so many processes. */
const PASSAGES = [1, 4]
/** What is not told until then is lost. */
const LONGEST_MS = 90_000
const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

interface Lines {
  readonly events: readonly string[]
  readonly lines: readonly string[]
  /** `source run line` of logs, and `source run end` where one was read to its end. */
  readonly logs: readonly string[]
}
/** What is on the log of a store: ids, and `source run kind outcome` of starts and ends. */
const linesIn = (folder: string): Lines => {
  const store = new EmbeddedStore(folder, { readOnly: true })
  try {
    const records = [...new EmbeddedLog(store).read('ci.run-events.v1')].flatMap(
      ({ record }) => record ?? [],
    )
    const ends = records.filter(({ kind }) => kind === 'started' || kind === 'finished')
    const excerpts = [...new EmbeddedLog(store).read('ci.log-excerpts.v1')].flatMap(
      ({ record }) => record ?? [],
    )
    return {
      logs: excerpts.flatMap(({ source, runId, lines, isEnd }) => [
        ...lines.filter(({ isLoud }) => isLoud).map(({ text }) => `${source} ${runId} ${text}`),
        ...(isEnd ? [`${source} ${runId} end`] : []),
      ]),
      events: records.map(({ eventId }) => eventId),
      lines: ends.map(({ source, runId, kind, outcome }) =>
        `${source} ${runId} ${kind} ${outcome ?? ''}`.trim(),
      ),
    }
  } finally {
    store.close()
  }
}

/** A process on the configuration. */
const start = (config: string, crashAt: string) => {
  const env = { ...process.env, TOKEN: 'token', STOPLINE_CRASH_AT: crashAt }
  const args = ['cli/main.ts', 'up', '--config', config]
  const child = spawn(process.execPath, args, { env, stdio: 'ignore' })
  cleanups.push(() => {
    child.kill('SIGKILL')
    return Promise.resolve()
  })
  const ended = new Promise<NodeJS.Signals | number | null>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(signal ?? code)
    })
  })
  return { child, ended }
}

const configured = async (course: Course, folder: string): Promise<string> => {
  const sources = await Promise.all(
    Object.entries(CI_WORLDS).map(async ([name, world]) => {
      const server = await startCiServer(playCourse(world, course, Date.now))
      cleanups.push(server.close)
      return { ...world.configured(server.url), name, every: '1s' }
    }),
  )
  const config = join(folder, 'c.yaml')
  writeFileSync(config, stringify({ store: join(folder, 'store'), port: 0, sources }))
  return config
}

describe('live sources whose process is killed', () => {
  it.each<CrashPoint>([...SOURCE_CRASH_POINTS])(
    'at the point %s lose nothing and double nothing',
    async (point) => {
      const folder = temporaryFolder()
      // Long enough for all processes to hear something new.
      const course = courseOf(RUNS, Date.now(), 1_000, 4_000)
      const config = await configured(course, folder)
      for (const passage of PASSAGES)
        expect(await start(config, `${point}:${passage}`).ended).toBe('SIGKILL')
      const last = start(config, '')
      const store = join(folder, 'store')
      const all = 2 * RUNS * Object.keys(CI_WORLDS).length
      const until = Date.now() + LONGEST_MS
      while (linesIn(store).lines.length < all && Date.now() < until) await sleep(300)
      // A round more: what is told twice is told now.
      await sleep(1_500)
      last.child.kill('SIGTERM')
      expect(await last.ended).toBe(0)
      const { events, lines, logs } = linesIn(store)
      expect(new Set(events).size).toBe(events.length)
      for (const source of Object.keys(CI_WORLDS))
        for (let run = 1; run <= RUNS; run += 1)
          expect(lines.filter((line) => line.startsWith(`${source} ${run} `))).toEqual([
            `${source} ${run} started`,
            `${source} ${run} finished ${run % 3 === 0 ? 'failure' : 'success'}`,
          ])
      for (const [source, { hasLogs }] of Object.entries(CI_WORLDS))
        for (let run = 3; hasLogs === true && run <= RUNS; run += 3)
          expect(logs.filter((line) => line.startsWith(`${source} ${run} `))).toEqual([
            `${source} ${run} error: run ${run} broke`,
            `${source} ${run} end`,
          ])
    },
    120_000,
  )
})
