/** Live sources as a new user meets them: named on the command line, written down by `init`, tried by `doctor`. */

import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import { afterEach, describe, expect, it } from 'vitest'
import { CI_WORLDS, courseOf, playCourse } from '../support/ci-worlds.ts'
import { startCiServer } from '../support/ci-server.ts'
import { temporaryFolder } from '../support/temporary.ts'

/** Six processes one after the other take their time on a machine that has other work. */
const TIMEOUT_MS = 180_000
const MAIN = resolve('cli/main.ts')
const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

/** A process in a folder; what it is asked is answered line by line. */
const start = (cwd: string, args: readonly string[], env: object = {}, answers = '') => {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env: { ...process.env, ...env } })
  cleanups.push(() => {
    child.kill('SIGKILL')
    return Promise.resolve()
  })
  child.stdin.end(answers)
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const ended = new Promise<number | null>((done) => {
    child.once('exit', done)
  })
  return { child, ended, out: () => out, err: () => err }
}

/** A service of each kind with three runs: one has ended, one failed and one goes on. */
const services = async (): Promise<Readonly<Record<string, string>>> => {
  const course = courseOf(4, Date.now() - 600_000, 60_000, 450_000)
  const urls: Record<string, string> = {}
  for (const kind of ['github', 'prow', 'testgrid']) {
    const world = CI_WORLDS[kind]
    if (world === undefined) throw new Error(kind)
    const server = await startCiServer(playCourse(world, course, Date.now))
    cleanups.push(server.close)
    urls[kind] = server.url
  }
  return urls
}

describe('stopline up without a file', () => {
  it('hears the sources that are named on the command line', async () => {
    const { github = '', prow = '', testgrid = '' } = await services()
    const named = ['--github', 'o/r', '--prow', prow, '--testgrid', `${testgrid}/d`]
    const args = ['up', '--port', '0', '--store', join(temporaryFolder(), 'store'), ...named]
    const folder = temporaryFolder()
    const up = start(folder, args, { GITHUB_API_URL: github, GITHUB_TOKEN: 'token' })
    let heard = new Set<string>()
    for (let tries = 0; heard.size < 3 && tries < 300; tries += 1) {
      await sleep(100)
      const address = /page +(http\S+)/.exec(up.err())?.[1]
      if (address === undefined) continue
      const answer = await fetch(`${address}/v1/runs?limit=100`)
      const { data } = (await answer.json()) as { data: { run: { source: string } }[] }
      heard = new Set(data.map(({ run }) => run.source))
    }
    expect([...heard].toSorted()).toEqual(['github', 'prow', 'testgrid'])
    up.child.kill('SIGTERM')
    expect(await up.ended).toBe(0)
    expect(up.err()).not.toContain('token ')
    expect(existsSync(join(folder, 'stopline.config.yaml'))).toBe(false)
  })

  it('says what is wrong with what is named', async () => {
    const folder = temporaryFolder()
    const wrong = start(folder, ['up', '--github', 'not a repository', '--prow', 'ftp://x'])
    expect(await wrong.ended).toBe(1)
    expect(wrong.err()).toContain('deck')
    const missing = start(folder, ['up', '--testgrid', 'https://testgrid.example'])
    expect(await missing.ended).not.toBe(0)
    expect(missing.err()).toContain('a dashboard is missing')
  })
})

describe('stopline init', () => {
  it('knows all kinds of sources, and none of what is not there', async () => {
    const folder = temporaryFolder()
    const answers = [
      ...['o/r', '-', '', '', ''],
      ...['g/a, g/b', '', 'GITLAB', 'https://ci.example', 'team/app', 'ann', ''],
      ...['https://thanos.example', ''],
    ].join('\n')
    const init = start(folder, ['init', '--config', 'other.yaml'], {}, answers)
    expect([await init.ended, init.err()]).toMatchObject([0, expect.stringContaining('other.yaml')])
    const { sources } = parse(readFileSync(join(folder, 'other.yaml'), 'utf8')) as {
      sources: object[]
    }
    expect(sources).toEqual([
      { kind: 'github', repos: ['o/r'] },
      {
        kind: 'gitlab',
        url: 'https://gitlab.com',
        projects: ['g/a', 'g/b'],
        token: { env: 'GITLAB' },
      },
      {
        kind: 'jenkins',
        url: 'https://ci.example',
        jobs: ['team/app'],
        user: 'ann',
        token: { env: 'JENKINS_TOKEN' },
      },
      { kind: 'prometheus', url: 'https://thanos.example', of: 'prow' },
    ])
  })

  it(
    'asks, writes what doctor can try and up can use, and overwrites nothing',
    async () => {
      const { github = '', prow = '', testgrid = '' } = await services()
      const folder = temporaryFolder()
      const answers = ['o/r', 'MY_TOKEN', '', prow, 'bucket', testgrid, 'd', ''].join('\n')
      const init = start(folder, ['init'], {}, answers)
      expect([await init.ended, init.err()]).toMatchObject([0, expect.stringContaining('doctor')])
      const file = join(folder, 'stopline.config.yaml')
      const text = readFileSync(file, 'utf8')
      const written = parse(text) as { sources: Record<string, unknown>[] }
      expect(written.sources).toEqual([
        { kind: 'github', repos: ['o/r'], token: { env: 'MY_TOKEN' } },
        { kind: 'prow', deck: prow, bucket: 'bucket' },
        { kind: 'testgrid', page: testgrid, dashboards: ['d'] },
      ])
      const again = start(folder, ['init'])
      expect(await again.ended).not.toBe(0)
      expect(again.err()).toContain('is there already')
      expect(readFileSync(file, 'utf8')).toBe(text)

      const unset = start(folder, ['doctor'])
      expect(await unset.ended).not.toBe(0)
      expect(unset.out()).toContain('MY_TOKEN')

      writeFileSync(
        file,
        text
          .replace('kind: github', `kind: github\n    api: ${github}`)
          .replace('bucket: bucket', `storage: ${prow}`),
      )
      const secret = 'a secret that nobody sees'
      const doctor = start(folder, ['doctor'], { MY_TOKEN: secret })
      await doctor.ended
      for (const source of ['github', 'prow', 'testgrid'])
        expect(doctor.out()).toMatch(
          new RegExp(
            String.raw`✓ ${source} +\d+ records, the newest \d+ (?:s|min|h) old; \d+ requests`,
          ),
        )
      expect(doctor.out() + doctor.err()).not.toContain(secret)
    },
    TIMEOUT_MS,
  )
})
