/** The configuration: THE table of its keys, and the file that holds them. `docs/config.md` lists the same; a test compares both. */

import { readFileSync } from 'node:fs'
import { parseDocument } from 'yaml'
import type { Source, SourceRow } from '../source.ts'
import { SOURCES } from '../sources.ts'
import type { FieldTable } from './fields.ts'
import { readPolicies, startLabelsOf, type StartLabels } from './job-policies.ts'
import { isTable, readFields, type Reading, type SecretPorts, type Values } from './read-fields.ts'

export const CONFIG_FILE = 'stopline.config.yaml'

/** Keys beside `sources`. */
export const SETTINGS = {
  store: { type: 'text', doc: 'Folder of the embedded store.' },
  host: { type: 'text', doc: 'Address page and API listen on.', otherwise: '127.0.0.1' },
  port: {
    type: 'number',
    unit: 'port',
    doc: 'Port of page and API; 0 takes a free one.',
    range: [0, 65_535],
    otherwise: 8080,
  },
  record: { type: 'text', doc: 'Folder that keeps what sources answered, for replays.' },
} as const satisfies FieldTable

/** Keys that every source has, beside its own. */
export const COMMON_FIELDS = {
  kind: { type: 'text', doc: 'Kind of the source: a row of the table of sources.' },
  name: {
    type: 'text',
    doc: 'Name in its records; two sources have two names, and none is called demo. Default: the kind.',
    pattern: /^(?!demo$)[a-z][a-z0-9-]{0,40}$/,
  },
  requests_per_hour: {
    type: 'number',
    unit: 'requests',
    doc: 'Requests sent in an hour at most; 0 leaves it to what the source says.',
    range: [0, 1_000_000],
    otherwise: 0,
  },
} as const satisfies FieldTable

export interface ConfiguredSource {
  readonly kind: string
  readonly source: Source
  readonly requestsPerHour: number | null
  readonly webhookSecret: string | null
  /** As configured, without secrets: enough to replay what it heard. */
  readonly given: Values
  /** Labels that the start of a run of its jobs is given. */
  readonly startLabels: StartLabels
}
/** Parts of a configuration that are read where they are used: of what is sent, done and allowed. */
const SECTIONS = ['alerts', 'notify', 'acting', 'access'] as const
export type Section = (typeof SECTIONS)[number]

export interface Config {
  readonly store: string | null
  readonly host: string
  readonly port: number
  readonly record: string | null
  readonly sources: readonly ConfiguredSource[]
  /** Policies of jobs as configured: a replay needs them too. */
  readonly jobs: readonly unknown[]
  /** As configured, not looked at yet; missing where nothing is. */
  readonly sections: Readonly<Partial<Record<Section, unknown>>>
}

/** What is wrong with a configuration, a line each. */
export class ConfigError extends Error {
  override name = 'ConfigError'
  constructor(file: string, problems: readonly string[]) {
    super([`${file} cannot be used:`, ...problems.map((problem) => `  ${problem}`)].join('\n'))
  }
}

/** Kinds of sources by name. */
export type SourceTable = Readonly<Record<string, SourceRow>>

const rowOf = (table: SourceTable, kind: unknown): SourceRow | undefined =>
  typeof kind === 'string' && Object.hasOwn(table, kind) ? table[kind] : undefined

const withoutSecrets = (fields: FieldTable, given: Values): Values =>
  Object.fromEntries(Object.entries(given).filter(([name]) => fields[name]?.type !== 'secret'))

const readSource = (
  given: unknown,
  outer: Reading,
  place: string,
  startLabels: StartLabels,
  table: SourceTable,
): ConfiguredSource | null => {
  const reading = { ...outer, where: `${place}.` }
  const kind = isTable(given) ? given['kind'] : undefined
  const row = rowOf(table, kind)
  if (!isTable(given) || typeof kind !== 'string' || row === undefined) {
    reading.problems.push(`${place}.kind takes one of ${Object.keys(table).join(', ')}`)
    return null
  }
  const before = reading.problems.length
  const values = readFields({ ...COMMON_FIELDS, ...row.fields }, given, reading)
  if (reading.problems.length > before) return null
  const { requests_per_hour: perHour, webhook_secret: secret } = values
  const name = typeof values['name'] === 'string' ? values['name'] : kind
  return {
    kind,
    source: row.open({ ...values, name }),
    requestsPerHour: typeof perHour === 'number' && perHour > 0 ? perHour : null,
    webhookSecret: typeof secret === 'string' ? secret : null,
    given: withoutSecrets(row.fields, given),
    startLabels,
  }
}

const checkNames = (sources: readonly ConfiguredSource[], { problems }: Reading): void => {
  const names = sources.map(({ source }) => source.name)
  for (const [index, name] of names.entries())
    if (names.indexOf(name) < index) problems.push(`sources: two are named ${name}`)
}

/** Name of a setting in the environment. Example: `port` is STOPLINE_PORT. */
const settingName = (name: string): string => `STOPLINE_${name.toUpperCase()}`

/** Settings that the environment tells, over those given. What is no number stays a text, and is refused as one. */
const withEnvironment = (given: Values, { setting }: SecretPorts): Values => {
  const told = Object.entries(SETTINGS).flatMap(([name, { type }]) => {
    const text = setting?.(name)?.trim() ?? ''
    if (text === '') return []
    const isNumber = type === 'number' && !Number.isNaN(Number(text))
    return [[name, isNumber ? Number(text) : text] as const]
  })
  return { ...given, ...Object.fromEntries(told) }
}

/** Reads a configuration as parsed. Throws a {@link ConfigError} that says everything that is wrong. */
export const readConfig = (
  given: unknown,
  ports: SecretPorts,
  file: string,
  table: SourceTable = SOURCES,
): Config => {
  const problems: string[] = []
  const reading: Reading = { where: '', ports, problems }
  const whole: Values = isTable(given) ? given : {}
  if (!isTable(given)) problems.push('a table of keys was expected')
  const { sources: listed = [], jobs = [], ...others } = whole
  const isSection = (name: string): boolean => (SECTIONS as readonly string[]).includes(name)
  const [sections, rest] = split(others, isSection)
  const settings = readFields(SETTINGS, withEnvironment(rest, ports), reading)
  const told = new Set<string>()
  const startLabels = startLabelsOf(readPolicies(jobs, reading), told)
  if (!Array.isArray(listed)) problems.push('sources takes a list')
  const sources = (Array.isArray(listed) ? listed : []).flatMap((one: unknown, index) => {
    const source = readSource(one, reading, `sources[${index}]`, startLabels, table)
    return source === null ? [] : [source]
  })
  checkNames(sources, reading)
  for (const { source } of sources) if (source.tellsOf !== undefined) told.add(source.tellsOf)
  if (problems.length > 0) throw new ConfigError(file, problems)
  const plain = settings as Omit<Config, 'sources' | 'jobs' | 'sections'>
  return { ...plain, sources, jobs: jobs as unknown[], sections }
}

const split = (values: Values, isFirst: (name: string) => boolean): [Values, Values] => {
  const part = (wanted: boolean): Values =>
    Object.fromEntries(Object.entries(values).filter(([name]) => isFirst(name) === wanted))
  return [part(true), part(false)]
}

export const systemPorts: SecretPorts = {
  env: (name) => process.env[name],
  file: (path) => readFileSync(path, 'utf8'),
  setting: (name) => process.env[settingName(name)],
}

/** Settings where no source is configured: those of the environment, else the defaults. Throws a {@link ConfigError}. */
export const plainSettings = (ports: SecretPorts = systemPorts): Config =>
  readConfig({}, ports, 'the environment')

/** Reads a file of YAML. Throws a {@link ConfigError}. */
export const readConfigFile = (file: string, ports: SecretPorts = systemPorts): Config => {
  const document = parseDocument(textOf(file), { uniqueKeys: true })
  const errors = document.errors.map(({ message }) => message.split('\n')[0] ?? '')
  if (errors.length > 0) throw new ConfigError(file, errors)
  return readConfig(document.toJS({ maxAliasCount: 20 }), ports, file)
}

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new ConfigError(file, [
      code === 'ENOENT' ? 'there is no such file: stopline init writes one' : message,
    ])
  }
}
