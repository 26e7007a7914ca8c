import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CLUSTER_SETTINGS, readClusterSettings } from '../../runtime/kafka/cluster-settings.ts'

const least = { STOPLINE_KAFKA_BROKERS: 'a:9092, b:9092' }
const noFile = (): never => {
  throw new Error('no such file')
}

describe('settings of the cluster', () => {
  it('need no more than the addresses of brokers', () => {
    expect(readClusterSettings(least)).toEqual({
      connection: { brokers: ['a:9092', 'b:9092'], clientId: 'stopline', tls: null, sasl: null },
      namespace: '',
      partitions: 12,
      lanes: 3,
      replication: 3,
      minInSync: 2,
      sessionTimeoutMs: 10_000,
      registry: null,
      stateFolder: null,
    })
  })

  it('have no more lanes than partitions', () => {
    const lanesOf = (of: Record<string, string>) => readClusterSettings({ ...least, ...of }).lanes
    expect(lanesOf({ STOPLINE_KAFKA_PARTITIONS: '2' })).toBe(2)
    expect(lanesOf({ STOPLINE_KAFKA_LANES: '12' })).toBe(12)
    expect(() => lanesOf({ STOPLINE_KAFKA_LANES: '13' })).toThrow(
      'STOPLINE_KAFKA_LANES is more than STOPLINE_KAFKA_PARTITIONS',
    )
  })

  it('take TLS, passwords from files, and a registry', () => {
    const files: Record<string, string> = { '/ca': 'PEM', '/password': 'hush\n' }
    const { connection, registry } = readClusterSettings(
      {
        ...least,
        STOPLINE_KAFKA_TLS: 'on',
        STOPLINE_KAFKA_TLS_CA: '/ca',
        STOPLINE_KAFKA_SASL: 'scram-sha-512',
        STOPLINE_KAFKA_USERNAME: 'us',
        STOPLINE_KAFKA_PASSWORD_FILE: '/password',
        STOPLINE_REGISTRY_URL: 'http://registry',
      },
      (path) => files[path] ?? noFile(),
    )
    expect(connection.tls).toEqual({ ca: 'PEM', cert: null, key: null })
    expect(connection.sasl).toEqual({
      mechanism: 'scram-sha-512',
      username: 'us',
      password: 'hush',
    })
    expect(registry).toEqual({ url: 'http://registry', username: null, password: null })
  })

  it('say all that is wrong at once', () => {
    const read = () =>
      readClusterSettings(
        {
          STOPLINE_KAFKA_PARTITIONS: 'many',
          STOPLINE_KAFKA_TLS: 'yes',
          STOPLINE_KAFKA_BROKER: 'a:9092',
          STOPLINE_KAFKA_SASL: 'plain',
          STOPLINE_KAFKA_REPLICATION: '1',
        },
        noFile,
      )
    for (const problem of [
      'STOPLINE_KAFKA_BROKERS must be set',
      "STOPLINE_KAFKA_PARTITIONS takes a whole number from 1 to 1000, not 'many'",
      "STOPLINE_KAFKA_TLS takes one of on, off, not 'yes'",
      'STOPLINE_KAFKA_BROKER is not known here',
      'STOPLINE_KAFKA_SASL needs',
      'STOPLINE_KAFKA_MIN_IN_SYNC is more',
    ])
      expect(read).toThrow(problem)
  })

  it('stand in docs/kafka.md, all of them and no others', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/kafka.md'), 'utf8')
    const rows = [...page.matchAll(/^\| `(STOPLINE_\w+)`/gm)].map(([, name]) => name)
    expect(rows).toEqual(Object.keys(CLUSTER_SETTINGS))
  })
})
