/** A broker that takes nobody without TLS, a certificate of an authority it trusts, a name and a password. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keyed } from '../../runtime/engine/stage.ts'
import { writeToOf, type ClusterConfig } from '../../runtime/kafka/cluster-config.ts'
import { readClusterSettings } from '../../runtime/kafka/cluster-settings.ts'
import { KafkaLog } from '../../runtime/kafka/record-log.ts'
import { createAuthority, keyStore, type Authority } from '../support/certificates.ts'
import { aFact, aRun, HOUR, MONDAY } from '../support/facts.ts'
import { freePort } from '../support/ports.ts'
import { CONTROLLER_ABOVE, hasBroker } from './broker.ts'
import { startBrokers, type Brokers } from './brokers.ts'
import { environmentOf } from './installation.ts'
import { testConfig } from './replay.ts'
import { startStopline, until, type StoplineProcess } from './stopline-process.ts'

const TOPIC = 'ci.run-events.v1'
const PASSWORD = 'the right password'
const SCRAM = 'org.apache.kafka.common.security.scram.ScramLoginModule required;'
const PLAIN = `org.apache.kafka.common.security.plain.PlainLoginModule required user_stopline="${PASSWORD}";`
const LONG_MS = 600_000

type Environment = Readonly<Record<string, string>>

describe.skipIf(!hasBroker())('a broker that wants TLS and SASL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stopline-secure-'))
  const running: StoplineProcess[] = []
  let authority: Authority
  let broker: Brokers
  let port: number
  beforeAll(async () => {
    authority = createAuthority(folder, 'authority')
    const server = authority.sign('broker')
    port = await freePort()
    const of = (plainPort: number) =>
      `PLAINTEXT://127.0.0.1:${plainPort},SASL_SSL://127.0.0.1:${port}`
    broker = await startBrokers({
      count: 1,
      properties: (plainPort) => ({
        listeners: `${of(plainPort)},CONTROLLER://127.0.0.1:${plainPort + CONTROLLER_ABOVE}`,
        'advertised.listeners': of(plainPort),
        'listener.security.protocol.map':
          'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL',
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.location': keyStore(folder, server),
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.location': authority.certFile,
        // Without the name of the listener it would count for TLS alone.
        'listener.name.sasl_ssl.ssl.client.auth': 'required',
        'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
        'listener.name.sasl_ssl.plain.sasl.jaas.config': PLAIN,
        'listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config': SCRAM,
        'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config': SCRAM,
      }),
    })
    // A name and its password for one mechanism at a time.
    for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512'])
      await broker.tool(
        'kafka.admin.ConfigCommand',
        ...['--bootstrap-server', broker.connection.brokers[0] ?? '', '--alter'],
        ...['--entity-type', 'users', '--entity-name', 'stopline'],
        ...['--add-config', `${mechanism}=[password=${PASSWORD}]`],
      )
  }, LONG_MS)
  afterAll(async () => {
    await Promise.all(running.map((each) => each.end('SIGKILL')))
    await broker.remove()
    rmSync(folder, { recursive: true, force: true })
  }, LONG_MS)

  /** What a process is told; secrets lie in files. */
  const settingsOf = (
    name: string,
    more: Environment = {},
    password: string = PASSWORD,
  ): Environment => {
    const file = join(folder, `${name}.password`)
    writeFileSync(file, `${password}\n`)
    const own = authority.sign('client')
    return {
      ...environmentOf(testConfig(name, 1, broker.connection), 'redis://127.0.0.1:9'),
      STOPLINE_KAFKA_BROKERS: `127.0.0.1:${port}`,
      STOPLINE_KAFKA_TLS: 'on',
      STOPLINE_KAFKA_TLS_CA: authority.certFile,
      STOPLINE_KAFKA_TLS_CERT: own.certFile,
      STOPLINE_KAFKA_TLS_KEY: own.keyFile,
      STOPLINE_KAFKA_SASL: 'scram-sha-512',
      STOPLINE_KAFKA_USERNAME: 'stopline',
      STOPLINE_KAFKA_PASSWORD_FILE: file,
      ...more,
    }
  }
  const ofKafka = (settings: Environment): ClusterConfig =>
    readClusterSettings(
      Object.fromEntries(Object.entries(settings).filter(([name]) => name !== 'STOPLINE_REDIS')),
    )
  const start = async (command: string, settings: Environment): Promise<StoplineProcess> => {
    const one = await startStopline([command], settings)
    running.push(one)
    return one
  }

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'])(
    'takes processes that say who they are by %s, and what they write',
    async (mechanism) => {
      const settings = settingsOf(mechanism, { STOPLINE_KAFKA_SASL: mechanism })
      const process = await start('process', settings)
      await until('it is ready', async () => (await process.get('/readyz')).status === 200)
      const config = ofKafka(settings)
      const log = new KafkaLog(config.connection, writeToOf(config), [TOPIC])
      await log.append([keyed(TOPIC, aFact(aRun({}), 'started', MONDAY), MONDAY)])
      await log.promise(MONDAY + HOUR)
      await until('it has spoken', async () => (await log.readAll('ci.runs.v1')).length === 1)
      expect(await process.end('SIGTERM')).toBe(0)
      await log.close()
    },
    LONG_MS,
  )

  it.each(['process', 'produce', 'sink', 'serve'])(
    'ends stopline %s that has a wrong password, which says so',
    async (command) => {
      const one = await start(command, settingsOf(`wrong-${command}`, {}, 'another'))
      await until('it has ended', () => one.code() !== null)
      expect(one.code()).toBe(1)
      expect(one.said()).toMatch(
        /Kafka refuses who we are \(.*STOPLINE_KAFKA_PASSWORD.*\): .*authentication failed/i,
      )
    },
    LONG_MS,
  )

  it(
    'is not trusted where its authority is not named, and trusts nobody without a certificate',
    async () => {
      const other = createAuthority(folder, 'other')
      const untrusted = await start(
        'process',
        settingsOf('untrusted', { STOPLINE_KAFKA_TLS_CA: other.certFile }),
      )
      const nobody = await start(
        'process',
        settingsOf('bare', { STOPLINE_KAFKA_TLS_CERT: '', STOPLINE_KAFKA_TLS_KEY: '' }),
      )
      await until('both have ended', () => ![untrusted.code(), nobody.code()].includes(null))
      expect([untrusted.code(), nobody.code()]).toEqual([1, 1])
      expect(untrusted.said()).toMatch(/certificate/i)
      expect(nobody.said()).toMatch(/certificate/i)
    },
    LONG_MS,
  )
})
