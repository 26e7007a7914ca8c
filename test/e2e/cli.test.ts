import { execFile, spawn } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/temporary.ts'

interface Result {
  readonly code: number
  readonly out: string
  readonly err: string
}
/** Runs the command line as a user would: through the small program that finds Node 24. */
const stopline = (args: readonly string[], env: Record<string, string> = {}): Promise<Result> =>
  new Promise((resolve) => {
    execFile(
      'node',
      ['cli/stopline.mjs', ...args],
      { env: { ...process.env, ...env }, maxBuffer: 64e6 },
      (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code), out, err })
      },
    )
  })
const lines = (text: string): string[] => text.trim().split('\n')
const HEAD =
  'source,repo,job,run_id,attempt,queued_at,started_at,finished_at,status,conclusion,trigger,branch,sha\n'

describe('the command line', () => {
  it('tells how it is used, and refuses what it does not know', async () => {
    const help = await stopline(['--help'])
    expect(help.code).toBe(0)
    expect(help.out).toContain('stopline backtest DIR')
    const none = await stopline(['frobnicate'])
    expect(none).toMatchObject({ code: 2 })
    expect(none.err).toContain("no command 'frobnicate'")
    const wrong = await stopline(['up', '--port', 'many'])
    expect(wrong.code).toBe(2)
    expect(wrong.err).toContain("--port takes a number from 0 to 65535, not 'many'")
    expect(await stopline(['replay'])).toMatchObject({ code: 2 })
    expect((await stopline(['tail', 'ci.nothing'])).err).toContain('ci.run-events.v1')
  })

  it('lists alert rules as they are configured, and says how a configuration is made', async () => {
    const config = join(temporaryFolder(), 'mine.yaml')
    await writeFile(
      config,
      `alerts:
  rules:
    - { rule: consecutive-failures, failures: 3 }
    - { rule: consecutive-failures, name: release-gate, failures: 1, match: [release-*], owner: ann }
    - { rule: new-flake, on: false }
`,
    )
    const listed = await stopline(['alerts', 'list', '--config', config])
    expect(listed.code).toBe(0)
    const limitsOf = (name: string): string | undefined => {
      const all = lines(listed.out)
      return all[
        all.findIndex(
          (line) => line.includes(` ${name} `) || line.slice(4).startsWith(`${name} `),
        ) + 1
      ]
    }
    expect(limitsOf('consecutive-failures')).toMatch(/^ +failures 3, passes \d+$/)
    expect(limitsOf('release-gate')).toMatch(
      /failures 1, passes \d+, made of consecutive-failures, for jobs release-\*, owner ann$/,
    )
    expect(limitsOf('new-flake')).toMatch(/switched off$/)
    const json = await stopline(['alerts', 'list', '--json', '--config', config])
    const rules = JSON.parse(json.out) as { name: string; on: boolean }[]
    expect(rules).toHaveLength(18)
    expect(rules.filter(({ on }) => !on).map(({ name }) => name)).toEqual(['new-flake'])
    const missing = await stopline(['alerts', 'list', '--config', `${config}.not`])
    expect(missing).toMatchObject({ code: 1, out: '' })
    expect(missing.err).toContain(
      'mine.yaml.not cannot be used:\n  there is no such file: stopline init writes one',
    )
  })

  it('replays, tails, exports and checks a store', async () => {
    const folder = temporaryFolder()
    const store = join(folder, 'store')
    const replayed = await stopline(['replay', 'docs/example', '--store', store, '--json'])
    expect(replayed.code).toBe(0)
    expect(JSON.parse(replayed.out)).toMatchObject({
      topics: { 'ci.run-events.v1': 50, 'ci.scores.v1': 25 },
    })

    const all = await stopline(['tail', 'ci.scores.v1', '--from-beginning', '--json'], {
      STOPLINE_STORE: store,
    })
    const offsets = lines(all.out).map((line) => (JSON.parse(line) as { offset: number }).offset)
    expect(offsets).toEqual(Array.from({ length: 25 }, (_, i) => i))
    const last = await stopline(['tail', 'ci.scores.v1', '--last', '3', '--json', '--store', store])
    expect(lines(last.out)).toEqual(lines(all.out).slice(-3))

    const again = await stopline(['replay', 'docs/example', '--store', store, '--json'])
    expect(JSON.parse(again.out)).toMatchObject({ topics: { 'ci.run-events.v1': 50 } })
    const other = join(folder, 'other')
    await mkdir(other)
    await writeFile(
      join(other, 'runs.csv'),
      `${HEAD}s,o/r,j,1,1,,2026-01-01T00:00:00Z,2026-01-01T00:01:00Z,completed,success,,,\n`,
    )
    const mixed = await stopline(['replay', other, '--store', store])
    expect(mixed.code).toBe(1)
    expect(mixed.err).toContain('holds archive:example')

    const exported = await stopline(['export', join(folder, 'out'), '--store', store])
    expect(exported.code).toBe(0)
    expect(lines(await readFile(join(folder, 'out', 'runs.csv'), 'utf8'))).toHaveLength(26)
    const named = await stopline(['export', join(folder, 'no'), '--pseudonyms', '--store', store])
    expect(named.code).toBe(2)
    expect(named.err).toContain('--pseudonyms does nothing with --format archive')
    const tables = ['export', join(folder, 'no'), '--store', store, '--format', 'avro']
    const telling = await stopline(
      [...tables, '--pseudonyms', '--topics', 'ci.runs.v1,ci.incidents.v1'],
      { STOPLINE_EXPORT_KEY: 'a key of some length' },
    )
    expect(telling.code).toBe(2)
    expect(telling.err).toContain('ci.incidents.v1 names people')
    const doctor = await stopline(['doctor', '--store', store, '--json'])
    expect(JSON.parse(doctor.out)).toContainEqual(
      expect.objectContaining({ what: 'store', state: 'good' }),
    )
  })

  it('back-tests into files whose lines have exactly the promised fields', async () => {
    const folder = temporaryFolder()
    const file = (name: string): string => join(folder, name)
    const { code, out } = await stopline([
      ...['backtest', 'docs/example', '--resamples', '20', '--json', file('all.json')],
      ...[
        '--forecasts',
        file('f.jsonl'),
        '--decisions',
        file('d.jsonl'),
        '--report',
        file('report'),
      ],
    ])
    expect(code).toBe(0)
    expect(out).toContain('stopline')
    const forecasts = lines(await readFile(file('f.jsonl'), 'utf8')).map(
      (line) => JSON.parse(line) as object,
    )
    const decisions = lines(await readFile(file('d.jsonl'), 'utf8')).map(
      (line) => JSON.parse(line) as object,
    )
    const ref = ['source', 'repo', 'job', 'runId', 'attempt', 'at']
    for (const line of forecasts)
      expect(Object.keys(line)).toEqual([
        ...ref,
        ...['elapsedSeconds', 'pFail', 'pFailLow', 'pFailHigh'],
        ...['expectedRemainingSeconds', 'remainingLow', 'remainingHigh', 'rule'],
      ])
    for (const line of decisions)
      expect(Object.keys(line)).toEqual([
        ...ref,
        'level',
        'pFail',
        'expectedSavedSeconds',
        'reason',
      ])
    expect(forecasts.length).toBeGreaterThan(100)
    expect(JSON.parse(await readFile(file('all.json'), 'utf8'))).toMatchObject({ mode: 'advice' })
    expect(await readFile(join(file('report'), 'report.html'), 'utf8')).toContain('<svg')
  })

  it('reports bad rows with file and line, goes on with the rest, and says when nothing could be read', async () => {
    const folder = temporaryFolder()
    await writeFile(
      join(folder, 'runs.csv'),
      `${HEAD}s,o/r,j,1,1,,2026-01-01T00:00:00Z,2026-01-01T00:01:00Z,completed,success,,,
s,o/r,j,2,1,,2026-01-01T00:09:00Z,2026-01-01T00:01:00Z,completed,failure,,,
s,o/r,j,3,1,,1767225600000,1767225660000,completed,success,,,
s,o/r,j,4,1,,2026-01-01T01:00:00Z,2026-01-01T01:01:00Z,completed,exploded,,,\n`,
    )
    const store = join(folder, 'store')
    const { code, err } = await stopline(['replay', folder, '--store', store])
    expect(code).toBe(0)
    expect(err).toMatch(/runs\.csv:3: /)
    expect(err).toMatch(/runs\.csv:4: /)
    expect(err).toMatch(/runs\.csv:5: .*exploded/)
    expect(err).toContain('2 refused')
    const letters = await stopline(['tail', 'ci.dead-letters.v1', '--store', store, '--json'])
    expect(lines(letters.out)).toHaveLength(2)
    const empty = temporaryFolder()
    const nothing = await stopline(['replay', empty, '--store', join(empty, 'store')])
    expect(nothing.code).not.toBe(0)
    expect(nothing.err).toContain('runs.csv')
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'ends with its own code where %s cuts it short, and goes on later',
    async (by, code) => {
      const store = join(temporaryFolder(), 'store')
      const args = ['replay', 'docs/example', '--store', store]
      const slow = spawn('node', ['cli/stopline.mjs', ...args, '--speed', '0.001'])
      let told = ''
      slow.stderr.on('data', (chunk: Buffer) => {
        told += String(chunk)
      })
      const ended = new Promise((resolve) => slow.once('exit', resolve))
      const first = ['tail', 'ci.run-events.v1', '--store', store]
      await expect.poll(async () => (await stopline(first)).out, { timeout: 120_000 }).not.toBe('')
      slow.kill(by)
      expect(await ended).toBe(code)
      expect(told).toContain('stopline replay: stopped before its end')
      const { out } = await stopline([...args, '--json'])
      expect(JSON.parse(out)).toMatchObject({
        topics: { 'ci.run-events.v1': 50, 'ci.scores.v1': 25 },
      })
    },
  )

  it('refuses options that would do nothing, and times that are another on another machine', async () => {
    const refused = async (...args: string[]): Promise<string> => {
      const { code, err } = await stopline(args)
      expect(code, args.join(' ')).toBe(2)
      return err
    }
    for (const [name, value] of [
      ['--github', 'o/r'],
      ['--prow', 'https://prow.test'],
      ['--testgrid', 'https://testgrid.test/d'],
      ['--record', 'kept'],
    ] as const)
      expect(await refused('up', 'docs/example', name, value)).toContain(`${name} does nothing`)
    expect(await refused('up', '--record', 'kept')).toContain('--record does nothing')
    for (const [time, why] of [
      ['2026-03-02T00:00', 'its zone is missing'],
      ['5', 'probably seconds'],
      ['2026-02-31', 'not in the calendar'],
    ] as const)
      expect(await refused('export', 'out', '--store', 's', '--from', time)).toContain(why)
  })

  it('refuses to go on with an archive that has grown', async () => {
    const folder = temporaryFolder()
    const args = ['replay', folder, '--store', join(folder, 'store')]
    const run = (id: number): string =>
      `s,o/r,j,${id},1,,2026-01-01T0${id}:00:00Z,2026-01-01T0${id}:01:00Z,completed,success,,,\n`
    await writeFile(join(folder, 'runs.csv'), HEAD + run(2))
    expect(await stopline(args)).toMatchObject({ code: 0 })
    expect(await stopline(args)).toMatchObject({ code: 0 })
    await writeFile(join(folder, 'runs.csv'), HEAD + run(1) + run(2))
    const grown = await stopline(args)
    expect(grown.code).toBe(1)
    expect(grown.err).toContain('runs.csv: not what it was when 2 facts')
  })

  it('serves the labelled demo, refuses a second writer, and stops when asked to', async () => {
    const store = temporaryFolder()
    const up = spawn('node', [
      'cli/stopline.mjs',
      'up',
      '--port',
      '0',
      '--days',
      '0.05',
      '--store',
      store,
    ])
    let told = ''
    up.stderr.on('data', (chunk: Buffer) => {
      told += String(chunk)
    })
    const address = await new Promise<string>((resolve) => {
      const look = setInterval(() => {
        const found = /page\s+(http:\S+)/.exec(told)?.[1]
        if (found === undefined) return
        clearInterval(look)
        resolve(found)
      }, 50)
    })
    try {
      await expect
        .poll(
          async () =>
            ((await (await fetch(`${address}/v1/jobs`)).json()) as { data: unknown[] }).data.length,
        )
        .toBeGreaterThan(0)
      const answer = (await (await fetch(`${address}/v1/jobs`)).json()) as { simulated: boolean }
      expect(answer.simulated).toBe(true)
      expect(await (await fetch(address)).text()).toContain('Stopline')
      const second = await stopline(['up', '--port', '0', '--store', store])
      expect(second.code).toBe(1)
      expect(second.err).toContain('in use by another process')
      const tail = await stopline([
        'tail',
        'ci.run-events.v1',
        '--last',
        '1',
        '--json',
        '--store',
        store,
      ])
      expect(tail.out).toContain('"source":"demo"')
    } finally {
      up.kill('SIGTERM')
    }
    expect(await new Promise((resolve) => up.once('exit', resolve))).toBe(0)
  })
})
