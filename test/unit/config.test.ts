import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ConfigError, readConfig, readConfigFile } from '../../producers/config/config.ts'
import { LOG_HOSTS } from '../../producers/github/logs.ts'
import { durationMs } from '../../producers/config/read-fields.ts'
import { SOURCES } from '../../producers/sources.ts'
import { CONFIG_EXAMPLE, configPage } from '../support/config-page.ts'
import { temporaryFolder } from '../support/temporary.ts'

const ports = {
  env: (name: string) => (name === 'TOKEN' ? ' tok \n' : undefined),
  file: (path: string) => {
    if (path === '/key') return 'from a file\n'
    throw new Error('ENOENT')
  },
}
const read = (given: unknown) => readConfig(given, ports, 'c.yaml')
const problemsOf = (given: unknown): string[] => {
  try {
    read(given)
  } catch (error) {
    if (error instanceof ConfigError)
      return error.message
        .split('\n')
        .slice(1)
        .map((line) => line.trim())
    throw error
  }
  return []
}
const github = { kind: 'github', repos: ['o/r'] }

describe('a configuration', () => {
  it('gives sources ready to be polled, with what is missing put in', async () => {
    const config = read({
      port: 0,
      sources: [
        { ...github, token: { env: 'TOKEN' }, webhook_secret: { file: '/key' }, every: '1.5m' },
        { ...github, name: 'second', requests_per_hour: 100 },
      ],
    })
    expect(config).toMatchObject({ port: 0, host: '127.0.0.1', store: null, record: null })
    const [first, second] = config.sources
    expect(first).toMatchObject({
      kind: 'github',
      requestsPerHour: null,
      webhookSecret: 'from a file',
    })
    expect(first?.source).toMatchObject({
      name: 'github',
      everyMs: 90_000,
      addresses: ['https://api.github.com', ...LOG_HOSTS],
    })
    expect(await first?.source.authorize?.('https://api.github.com')).toMatchObject({
      authorization: 'Bearer tok',
    })
    expect(first?.given).not.toHaveProperty('token')
    expect(second).toMatchObject({
      requestsPerHour: 100,
      source: { name: 'second', everyMs: 600_000 },
    })
  })

  it('says everything that is wrong at once, each with its place', () => {
    const problems = problemsOf({
      prot: 80,
      port: 70_000,
      host: ['x'],
      sources: [
        { kind: 'gihtub' },
        {
          ...github,
          repos: ['o/r', '../../etc'],
          every: '2d',
          token: 'ghp_plain',
          pulls: 'yes',
          runs: '5',
        },
        { kind: 'prow', deck: 'ftp://x', storage: 'https://user:pass@host', name: 'Not Good' },
        { ...github, token: { env: 'UNSET' }, private_key: { file: '/none' } },
        'x',
      ],
    })
    expect(problems).toEqual([
      'prot is not known; known are store, host, port, record',
      'host takes a text',
      'port takes a number from 0 to 65535 (port)',
      'sources[0].kind takes one of prow, testgrid, github, gitlab, jenkins, prometheus',
      expect.stringMatching(/^sources\[1\]\.repos holds '..\/..\/etc', which does not look like/),
      'sources[1].token names where the secret lies, as in { env: NAME } or { file: PATH }; it is never written here',
      'sources[1].every takes a duration from 1s to 1h, as in 30s or 5m',
      'sources[1].runs takes a number from 1 to 10000 (workflow runs)',
      'sources[1].pulls takes true or false',
      expect.stringMatching(/^sources\[2\]\.name does not look like/),
      'sources[2].deck takes an http or https address',
      'sources[2].storage must not hold credentials: name them as a secret',
      'sources[3].token: UNSET is empty or not set',
      'sources[3].private_key: /none cannot be read',
      'sources[4].kind takes one of prow, testgrid, github, gitlab, jenkins, prometheus',
    ])
    expect(problems.join()).not.toContain('ghp_plain')
    expect(problemsOf({ sources: [github, github] })).toEqual(['sources: two are named github'])
    expect(problemsOf({ sources: [{ ...github, name: 'demo' }] })).toHaveLength(1)
    expect(problemsOf([])).toContain('a table of keys was expected')
    expect(problemsOf({ sources: { a: 1 } })).toEqual(['sources takes a list'])
  })

  it('is read from YAML; a file that is none, or a bomb of aliases, is refused', () => {
    const file = join(temporaryFolder(), 'c.yaml')
    writeFileSync(file, CONFIG_EXAMPLE)
    const withToken = { ...ports, env: () => 'x' }
    expect(readConfigFile(file, withToken).sources.map(({ kind }) => kind)).toEqual([
      'github',
      'prow',
    ])
    writeFileSync(file, 'port: 1\nport: 2\n')
    expect(() => readConfigFile(file, ports)).toThrow('unique')
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]']
    for (const [name, before] of ['b a', 'c b', 'd c', 'e d', 'f e'].map((pair) => pair.split(' ')))
      bomb.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(', ')}]`)
    writeFileSync(file, bomb.join('\n'))
    expect(() => readConfigFile(file, ports)).toThrow('alias')
  })

  it('takes settings from the environment before those of the file', () => {
    const ports = (env: Record<string, string>) => ({
      env: () => undefined,
      file: () => '',
      setting: (name: string) => env[name],
    })
    const given = { port: 1234, host: 'example.org', store: 'of-the-file' }
    const told = readConfig(given, ports({ port: '4321', store: ' elsewhere ', host: '' }), 'test')
    expect(told).toMatchObject({ port: 4321, host: 'example.org', store: 'elsewhere' })
    expect(() => readConfig({}, ports({ port: 'many' }), 'test')).toThrow(
      'port takes a number from 0 to 65535 (port)',
    )
  })

  it('knows durations', () => {
    expect(['1.5h', '15s', '14d', '250ms', '2', '-1s', '1 s', ''].map(durationMs)).toEqual([
      5_400_000,
      15_000,
      1_209_600_000,
      250,
      null,
      null,
      null,
      null,
    ])
  })

  it('is told by docs/config.md; renew it with -u', async () => {
    expect(parse(CONFIG_EXAMPLE)).toHaveProperty('sources')
    await expect(await configPage()).toMatchFileSnapshot('../../docs/config.md')
  })
})

describe('the table of sources', () => {
  it('has a row for each folder with a source, and a word on each in docs/sources.md', () => {
    const folders = readdirSync('producers').filter(
      (name) => name !== 'demo' && existsSync(join('producers', name, 'source.ts')),
    )
    expect(Object.keys(SOURCES).toSorted()).toEqual(folders.toSorted())
    const page = readFileSync('docs/sources.md', 'utf8')
    for (const kind of Object.keys(SOURCES)) expect(page).toContain(`| ${kind} `)
  })
})
