/**
 * docs/bring-your-community.md as somebody would walk it who knows nothing else: the commands of the page, in its order, as
 * processes of their own in an empty folder, with a community that a local server plays.
 */

import { execFile, spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { startCiServer } from '../support/ci-server.ts'
import { playGithub, type WorldPull, type WorldRun } from '../support/github-world.ts'
import { freePort } from '../support/ports.ts'
import { temporaryFolder } from '../support/temporary.ts'

const MAIN = join(import.meta.dirname, '../../cli/main.ts')
const PAGE = readFileSync(join(import.meta.dirname, '../../docs/bring-your-community.md'), 'utf8')
const MINUTE_MS = 60_000
const TIMEOUT_MS = 600_000
const KEY = 'a key of at least sixteen characters'

interface Said {
  readonly code: number
  readonly text: string
}
/** Runs a command as a person would, and what it says on both streams. */
const commandsIn = (cwd: string) => {
  const env = {
    ...process.env,
    GITHUB_TOKEN: 'token',
    STOPLINE_EXPORT_KEY: KEY,
    STOPLINE_STORE: '',
  }
  return {
    run: (args: readonly string[], input = ''): Promise<Said> =>
      new Promise((resolve) => {
        const child = execFile(
          process.execPath,
          [MAIN, ...args],
          { cwd, env },
          (error, out, err) => {
            resolve({ code: error === null ? 0 : Number(error.code), text: `${out}${err}` })
          },
        )
        child.stdin?.end(input)
      }),
    start: (args: readonly string[]) =>
      spawn(process.execPath, [MAIN, ...args], { cwd, env, stdio: 'ignore' }),
  }
}

/** Runs that ended in the last hours, and one that goes on; pull requests, most of them merged. */
const worldAt = (now: number) => {
  const minute = (count: number) => now - count * MINUTE_MS
  const runs = Array.from({ length: 12 }, (_, i): WorldRun => {
    const isOpen = i === 0
    const [status, conclusion] = isOpen
      ? ['in_progress', null]
      : ['completed', i % 4 === 0 ? 'failure' : 'success']
    const times = { createdAt: minute(10 * i + 6), startedAt: minute(10 * i + 5) }
    const job = {
      id: 100 + i,
      name: 'unit',
      status,
      conclusion,
      ...times,
      completedAt: isOpen ? null : minute(10 * i + 1),
    }
    return {
      id: i + 1,
      attempt: 1,
      status,
      conclusion,
      createdAt: times.createdAt,
      updatedAt: minute(10 * i),
      jobs: [[job]],
    }
  })
  const pulls = Array.from({ length: 30 }, (_, i): WorldPull => {
    const at = { createdAt: minute(60 * i + 50), updatedAt: minute(60 * i + 5) }
    return { number: i + 1, sha: `abc${i}`, ...at, ...(i === 0 ? {} : { mergedAt: at.updatedAt }) }
  })
  return { runs, pulls }
}

it(
  'leads from nothing to forecasts, an export, a back-test and a refusal that says why there is no model yet',
  async () => {
    const folder = temporaryFolder()
    const { run, start } = commandsIn(folder)
    const github = await startCiServer(playGithub(() => worldAt(Date.now())))
    try {
      // 1 and 2: what this machine lacks, and a configuration by asking.
      const asked = await run(['init'], `o/r\n${'\n'.repeat(12)}`)
      expect(asked, asked.text).toMatchObject({ code: 0 })
      const file = join(folder, 'stopline.config.yaml')
      const config = parse(readFileSync(file, 'utf8')) as { sources: object[] }
      expect(config.sources).toMatchObject([{ kind: 'github', repos: ['o/r'] }])
      // The one thing that a person would not do: their GitHub is not ours.
      const sources = config.sources.map((source) => ({ ...source, api: github.url, every: '1s' }))
      writeFileSync(file, stringify({ ...config, sources }))
      const doctor = await run(['doctor'])
      expect(doctor.text).toContain('github')

      // 3 and 4: live forecasts, by the API and on the topics.
      const port = await freePort()
      const up = start(['up', '--port', String(port), '--store', 'store'])
      const ended = new Promise((resolve) => up.once('exit', resolve))
      const get = async (path: string) => {
        const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => null)
        return answer?.status === 200 ? answer.text() : ''
      }
      const until = Date.now() + TIMEOUT_MS / 3
      const isThere = async () =>
        (await get('/v1/jobs?limit=9')).includes('CI / unit') &&
        (await get('/v1/pulls?state=open')).includes('"pull":1')
      while (!(await isThere())) {
        expect(Date.now()).toBeLessThan(until)
        await sleep(500)
      }
      await sleep(2_000)
      up.kill('SIGTERM')
      expect(await ended).toBe(0)
      const tail = await run(['tail', 'ci.merge-forecasts.v1', '--store', 'store'])
      expect(tail.text).toContain('"repo":"o/r"')

      // 5: with a few pull requests there is no model to be made, which is said in words.
      const train = await run([
        'train',
        'merge-time',
        '--from',
        'topics',
        '--store',
        'store',
        '--models',
        'models',
      ])
      expect(train.code, train.text).not.toBe(0)
      expect(train.text).not.toMatch(/Traceback/)
      expect(train.text).toMatch(/too few/)
      const models = await run(['models', '--models', 'models'])
      expect(models).toMatchObject({ code: 0 })

      // 8: data for others, without names; and the past as an archive that a back-test takes.
      const tables = ['export', 'data', '--store', 'store', '--format', 'parquet', '--pseudonyms']
      expect((await run(tables)).code).toBe(0)
      expect(readdirSync(join(folder, 'data'))).toEqual(
        expect.arrayContaining(['DICTIONARY.md', 'ci.runs.v1']),
      )
      expect((await run(['export', 'archive', '--store', 'store'])).code).toBe(0)
      const backtest = await run(['backtest', 'archive', '--resamples', '20'])
      expect(backtest, backtest.text).toMatchObject({ code: 0 })
    } finally {
      await github.close()
    }
  },
  TIMEOUT_MS,
)

it('walks commands that the page names', () => {
  for (const command of ['init', 'doctor', 'up', 'tail', 'train', 'models', 'export', 'backtest'])
    expect(PAGE).toContain(`stopline ${command}`)
})
