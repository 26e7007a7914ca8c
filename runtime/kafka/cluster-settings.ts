/** THE table of what a process must be told of the cluster, by environment. `docs/kafka.md` lists the same; a test compares both. */

import { readFileSync } from 'node:fs'
import type { ClusterConfig } from './cluster-config.ts'
import type { Connection } from './connection.ts'

interface SettingRow {
  readonly doc: string
  /** What it is where it is not set; without one it must be set, null leaves it out. */
  readonly otherwise?: string | null
  /** Whole numbers from, to. */
  readonly range?: readonly [low: number, high: number]
  readonly oneOf?: readonly string[]
  /** Its value may lie in the file that NAME_FILE names, and is never shown. */
  readonly isSecret?: true
}

export const CLUSTER_SETTINGS = {
  STOPLINE_KAFKA_BROKERS: { doc: 'Addresses of brokers, `host:port`, separated by commas.' },
  STOPLINE_KAFKA_NAMESPACE: {
    doc: 'Stands before every name on the cluster, as in `staging.`.',
    otherwise: '',
  },
  STOPLINE_KAFKA_PARTITIONS: {
    doc: 'Partitions of every topic; it cannot be changed later.',
    otherwise: '12',
    range: [1, 1_000],
  },
  STOPLINE_KAFKA_LANES: {
    doc: 'Most processes that can share the processing: each has whole lanes of partitions, and commits for a lane at once. It cannot be changed later; 3, or the number of partitions where that is less, where it is not set.',
    otherwise: null,
    range: [1, 1_000],
  },
  STOPLINE_KAFKA_REPLICATION: {
    doc: 'Replicas of every partition.',
    otherwise: '3',
    range: [1, 9],
  },
  STOPLINE_KAFKA_MIN_IN_SYNC: {
    doc: 'Replicas that must have a record before it is acknowledged.',
    otherwise: '2',
    range: [1, 9],
  },
  STOPLINE_KAFKA_SESSION_MS: {
    doc: 'After so many milliseconds without a heartbeat a process has lost its tasks.',
    otherwise: '10000',
    range: [1_000, 300_000],
  },
  STOPLINE_KAFKA_STATE: {
    doc: 'Folder where a process keeps the states of its tasks, so that it has them back in seconds when it is started again; without one they are in memory, and read whole from their changelogs.',
    otherwise: null,
  },
  STOPLINE_KAFKA_CLIENT_ID: {
    doc: 'Name in the logs and quotas of brokers.',
    otherwise: 'stopline',
  },
  STOPLINE_KAFKA_TLS: { doc: 'TLS to the brokers.', otherwise: 'off', oneOf: ['on', 'off'] },
  STOPLINE_KAFKA_TLS_CA: {
    doc: 'File (PEM) of the authority that signed the certificates of brokers.',
    otherwise: null,
  },
  STOPLINE_KAFKA_TLS_CERT: { doc: 'File (PEM) of our own certificate.', otherwise: null },
  STOPLINE_KAFKA_TLS_KEY: { doc: 'File (PEM) of the key to it.', otherwise: null },
  STOPLINE_KAFKA_SASL: {
    doc: 'How we say who we are.',
    otherwise: 'off',
    oneOf: ['off', 'plain', 'scram-sha-256', 'scram-sha-512'],
  },
  STOPLINE_KAFKA_USERNAME: { doc: 'Who we are.', otherwise: null },
  STOPLINE_KAFKA_PASSWORD: { doc: 'Our password.', otherwise: null, isSecret: true },
  STOPLINE_REGISTRY_URL: {
    doc: 'Root of the schema registry; without one schemas have the ids of our own list: nobody else can read records, and a version with other schemas would misread them.',
    otherwise: null,
  },
  STOPLINE_REGISTRY_USERNAME: { doc: 'Who we are to the registry.', otherwise: null },
  STOPLINE_REGISTRY_PASSWORD: {
    doc: 'Our password there.',
    otherwise: null,
    isSecret: true,
  },
} as const satisfies Record<string, SettingRow>

type ClusterSetting = keyof typeof CLUSTER_SETTINGS
type Environment = Readonly<Record<string, string | undefined>>

/** What is wrong with the settings, a line each. */
class ClusterSettingsError extends Error {
  override name = 'ClusterSettingsError'
}

/** Lanes where nothing else is said: fewer commit more at once, more can be shared by more processes (docs/benchmarks.md). */
const LANES = 3

const PREFIXES = ['STOPLINE_KAFKA_', 'STOPLINE_REGISTRY_']

/** Reads the settings; all that is wrong is said at once, in a {@link ClusterSettingsError}. */
export const readClusterSettings = (
  environment: Environment,
  readFile: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): ClusterConfig => {
  const problems: string[] = unknownIn(environment)
  const values = new Map<ClusterSetting, string | null>()
  for (const [name, row] of Object.entries(CLUSTER_SETTINGS) as [ClusterSetting, SettingRow][])
    try {
      values.set(name, valueOf(name, row, environment, readFile))
    } catch (error) {
      problems.push((error as Error).message)
    }
  const file = (name: ClusterSetting): string | null => {
    const path = values.get(name) ?? null
    try {
      return path === null ? null : readFile(path)
    } catch (error) {
      problems.push(`${name}: ${(error as Error).message}`)
      return null
    }
  }
  const config = configOf((name) => values.get(name) ?? null, file)
  if (config.connection.sasl?.username === '')
    problems.push('STOPLINE_KAFKA_SASL needs STOPLINE_KAFKA_USERNAME and STOPLINE_KAFKA_PASSWORD')
  if (config.lanes > config.partitions)
    problems.push('STOPLINE_KAFKA_LANES is more than STOPLINE_KAFKA_PARTITIONS')
  if (config.minInSync > config.replication)
    problems.push('STOPLINE_KAFKA_MIN_IN_SYNC is more than STOPLINE_KAFKA_REPLICATION')
  if (problems.length > 0) throw new ClusterSettingsError(problems.join('\n'))
  return config
}

const unknownIn = (environment: Environment): string[] =>
  Object.keys(environment)
    .filter((name) => PREFIXES.some((prefix) => name.startsWith(prefix)))
    .filter((name) => {
      const row = (CLUSTER_SETTINGS as Record<string, SettingRow>)[name.replace(/_FILE$/, '')]
      return row === undefined || (name.endsWith('_FILE') && row.isSecret !== true)
    })
    .map((name) => `${name} is not known here`)

const valueOf = (
  name: string,
  { otherwise, range, oneOf, isSecret }: SettingRow,
  environment: Environment,
  readFile: (path: string) => string,
): string | null => {
  const file = isSecret && environment[`${name}_FILE`]
  const given = file ? readFile(file).trim() : environment[name]
  const value = given === undefined || given === '' ? otherwise : given
  if (value === undefined) throw new Error(`${name} must be set`)
  if (value === null) return null
  if (range !== undefined && !(Number.isInteger(Number(value)) && inRange(Number(value), range)))
    throw new Error(`${name} takes a whole number from ${range[0]} to ${range[1]}, not '${value}'`)
  if (oneOf !== undefined && !oneOf.includes(value))
    throw new Error(`${name} takes one of ${oneOf.join(', ')}, not '${value}'`)
  return value
}
const inRange = (value: number, [low, high]: readonly [number, number]): boolean =>
  value >= low && value <= high

type Value = (name: ClusterSetting) => string | null

const configOf = (value: Value, file: Value): ClusterConfig => {
  const url = value('STOPLINE_REGISTRY_URL')
  const partitions = Number(value('STOPLINE_KAFKA_PARTITIONS'))
  return {
    connection: connectionOf(value, file),
    namespace: value('STOPLINE_KAFKA_NAMESPACE') ?? '',
    partitions,
    lanes: Number(value('STOPLINE_KAFKA_LANES') ?? Math.min(LANES, partitions)),
    replication: Number(value('STOPLINE_KAFKA_REPLICATION')),
    minInSync: Number(value('STOPLINE_KAFKA_MIN_IN_SYNC')),
    stateFolder: value('STOPLINE_KAFKA_STATE'),
    sessionTimeoutMs: Number(value('STOPLINE_KAFKA_SESSION_MS')),
    registry:
      url === null
        ? null
        : {
            url,
            username: value('STOPLINE_REGISTRY_USERNAME'),
            password: value('STOPLINE_REGISTRY_PASSWORD'),
          },
  }
}

const connectionOf = (value: Value, file: Value): Connection => {
  const mechanism = value('STOPLINE_KAFKA_SASL') ?? 'off'
  const isTls = value('STOPLINE_KAFKA_TLS') === 'on'
  return {
    brokers: (value('STOPLINE_KAFKA_BROKERS') ?? '').split(',').map((address) => address.trim()),
    clientId: value('STOPLINE_KAFKA_CLIENT_ID') ?? '',
    tls: isTls
      ? {
          ca: file('STOPLINE_KAFKA_TLS_CA'),
          cert: file('STOPLINE_KAFKA_TLS_CERT'),
          key: file('STOPLINE_KAFKA_TLS_KEY'),
        }
      : null,
    sasl:
      mechanism === 'off'
        ? null
        : {
            mechanism: mechanism as NonNullable<Connection['sasl']>['mechanism'],
            username: value('STOPLINE_KAFKA_USERNAME') ?? '',
            password: value('STOPLINE_KAFKA_PASSWORD') ?? '',
          },
  }
}
