/** The compose file against the commands, the settings and the page that it names; that it works is tested by bringing it up. */

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseOptions } from '../../cli/command.ts'
import { COMMANDS } from '../../cli/commands/index.ts'
import { readClusterSettings } from '../../runtime/kafka/cluster-settings.ts'
import { readRedisSettings } from '../../runtime/redis/redis-settings.ts'

const TEXT = readFileSync('docker-compose.yml', 'utf8')
const VARIABLES = [...TEXT.matchAll(/\$\{(\w+):?-([^}]*)\}/g)].map(
  ([, name = '', otherwise = '']) => ({
    name,
    otherwise,
  }),
)
/** The text with every variable at its default. */
const DEFAULTS = TEXT.replace(/\$\{(\w+):?-([^}]*)\}/g, '$2')

interface Service {
  readonly command?: string | readonly string[]
  readonly environment?: Readonly<Record<string, string | number>>
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly read_only?: boolean
  readonly profiles?: readonly string[]
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
}
const { services } = parse(DEFAULTS, { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>
}
const OURS = ['process', 'produce', 'sink', 'serve']
const ofOurs = OURS.map((name) => ({ name, service: services[name] ?? {} }))

describe('the compose file', () => {
  it('starts the four processes by commands and options that there are', () => {
    for (const { name, service } of ofOurs) {
      const { command = [] } = service
      const [first, ...args] = typeof command === 'string' ? command.trim().split(/\s+/) : command
      const found = COMMANDS.find((row) => row.name === first)
      if (found === undefined) throw new Error(`there is no command ${String(first)}`)
      expect(found.name).toBe(name)
      const { values } = parseArgs({
        args: [...args],
        options: parseOptions(found),
        allowPositionals: true,
      })
      expect(values).toMatchObject({ host: '0.0.0.0', port: '8080' })
    }
  })

  it('trains by a command that there is, on models that are served', () => {
    const [first, ...args] = String(services['train']?.command).split(/\s+/)
    const train = COMMANDS.find((row) => row.name === first)
    if (train === undefined) throw new Error(`there is no command ${String(first)}`)
    const { values } = parseArgs({ args, options: parseOptions(train), allowPositionals: true })
    expect(values).toMatchObject({ from: 'topics', every: '24' })
    expect(services['train']?.volumes).toEqual([
      './recordings:/recordings:ro',
      'models:/app/models',
    ])
    expect(services['train']?.environment).toEqual(services['process']?.environment)
    for (const name of ['serve', 'process'])
      expect(services[name]?.volumes, name).toContain('models:/app/models:ro')
  })

  it('lets deliveries of webhooks in, and shows producer and API the same folder of settings', () => {
    const at = ({ ports = [] }: Service = {}) => ports.map((port) => port.split(':').at(-1))
    expect(at(services['produce'])).toEqual(['8080'])
    for (const name of ['produce', 'serve'])
      expect(services[name]?.volumes).toContain('./deploy/docker/config:/config:ro')
  })

  it('gives settings that are understood, to all of them alike', () => {
    for (const { name, service } of ofOurs) {
      const told = Object.entries(service.environment ?? {}).map(([key, value]) => [
        key,
        String(value),
      ])
      const environment = Object.fromEntries(told) as Record<string, string>
      expect(readClusterSettings(environment), name).toMatchObject({
        connection: { brokers: ['kafka:29092'] },
        ...{ partitions: 4, replication: 1, minInSync: 1 },
        registry: { url: 'http://registry:8080/apis/ccompat/v7' },
      })
      expect(readRedisSettings(environment).address).toBe('redis://redis:6379')
    }
  })

  it('checks the health of everything that is always there, and waits for what is needed', () => {
    for (const [name, { profiles, healthcheck, depends_on = {} }] of Object.entries(services)) {
      if (profiles === undefined) expect(healthcheck, name).toBeDefined()
      for (const [other, { condition }] of Object.entries(depends_on)) {
        expect(services[other], `${name} waits for ${other}`).toBeDefined()
        expect(condition).toBe('service_healthy')
      }
    }
    for (const { service } of ofOurs) {
      expect(service.healthcheck?.test).toEqual(['CMD', 'node', 'healthy.ts', 'readyz'])
      expect(service.read_only).toBe(true)
    }
  })

  it('has its variables and their defaults in docs/operations.md, and the page has no other', () => {
    const page = readFileSync('docs/operations.md', 'utf8')
    const section = page.slice(page.indexOf('## All of it'), page.indexOf('## On Kubernetes'))
    const told = [...section.matchAll(/^\| `(\w+)` +\| `([^`]*)`/gm)].map(
      ([, name, otherwise]) => ({
        name,
        otherwise,
      }),
    )
    const unique = new Map(VARIABLES.map((variable) => [variable.name, variable]))
    for (const secret of ['GITHUB_TOKEN', 'STOPLINE_BOT_TOKEN']) unique.delete(secret)
    const sorted = (rows: readonly { readonly name?: string | undefined }[]) =>
      [...rows].sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1))
    expect(sorted(told)).toEqual(sorted([...unique.values()]))
  })
})
