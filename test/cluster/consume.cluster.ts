/** The programs of docs/consume.md against a real broker and registry: they read what we write, and we read what they write. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeToOf, type ClusterConfig } from '../../runtime/kafka/cluster-config.ts'
import { KafkaLog } from '../../runtime/kafka/record-log.ts'
import { joinRegistry } from '../../runtime/registry.ts'
import type { TopicName } from '../../schemas/topics.ts'
import {
  install,
  produceInJava,
  startConsumer,
  type Language,
  type Place,
} from '../support/consumers.ts'
import { MONDAY } from '../support/facts.ts'
import { generatedArchive, writeArchive } from '../support/generated-archive.ts'
import { hasBroker, startBroker, type TestBroker } from './broker.ts'
import { hasRegistry, startRealRegistry, type TestRegistry } from './registry-process.ts'
import { startStopline, until, type StoplineProcess } from './stopline-process.ts'

const PREFIX = 'consume.'
const RUNS = 60
const LONG_MS = 600_000

describe.skipIf(!hasBroker() || !hasRegistry())('programs of others', () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'stopline-consume-')), 'archive')
  const running: StoplineProcess[] = []
  let broker: TestBroker
  let server: TestRegistry
  let place: Place
  let log: KafkaLog
  let env: Record<string, string>

  beforeAll(async () => {
    writeArchive(folder, generatedArchive(RUNS))
    await install()
    broker = await startBroker()
    server = await startRealRegistry()
    place = { BROKERS: broker.connection.brokers.join(), REGISTRY: server.url }
    env = {
      STOPLINE_KAFKA_BROKERS: place.BROKERS,
      STOPLINE_KAFKA_NAMESPACE: PREFIX,
      STOPLINE_KAFKA_PARTITIONS: '2',
      STOPLINE_KAFKA_REPLICATION: '1',
      STOPLINE_KAFKA_MIN_IN_SYNC: '1',
      STOPLINE_KAFKA_SESSION_MS: '10000',
      STOPLINE_REGISTRY_URL: place.REGISTRY,
    }
    const processor = await startStopline(['process'], env)
    running.push(processor)
    await until('a processor', async () => (await processor.get('/readyz')).status === 200, LONG_MS)
    const config: ClusterConfig = {
      connection: broker.connection,
      ...{ namespace: PREFIX, partitions: 2, lanes: 2, replication: 1, minInSync: 1 },
      sessionTimeoutMs: 10_000,
      stateFolder: null,
      registry: { url: server.url, username: null, password: null },
    }
    const to = writeToOf(config)
    const registry = await joinRegistry(config.registry, to.names.topic)
    log = new KafkaLog(broker.connection, { ...to, registry })
  }, LONG_MS)
  afterAll(async () => {
    await Promise.all(running.map((each) => each.end('SIGKILL')))
    await log.close()
    await Promise.all([broker.stop(), server.remove()])
    rmSync(join(folder, '..'), { recursive: true, force: true })
  }, LONG_MS)

  const runsHeard = async () =>
    (await log.readAll('ci.runs.v1')).flatMap(({ record }) => (record === null ? [] : [record]))

  it(
    'are understood: a run that a Java program tells of is one of ours',
    async () => {
      await produceInJava(PREFIX, MONDAY - 60_000, place)
      // What follows in time lets it be handled.
      running.push(await startStopline(['produce', folder], env))
      const own = async () =>
        (await runsHeard()).filter((run) => 'source' in run && run.source === 'own')
      await until(
        'its end',
        async () => (await own()).some((run) => JSON.stringify(run).includes('"failure"')),
        LONG_MS,
      )
      expect((await own()).at(-1)).toMatchObject({
        repo: 'me/builder',
        job: 'build:main',
        runId: '77',
        phase: 'finished',
        outcome: 'failure',
      })
      expect(await log.readAll('ci.dead-letters.v1')).toEqual([])
    },
    LONG_MS,
  )

  it(
    'understand: consumers in TypeScript, Python and Java print the records that are there, each once',
    async () => {
      // Everything has been handled when the last run of the archive has.
      let sofar = -1
      await until(
        'nothing more to come',
        async () => {
          const before = sofar
          sofar = (await log.readAll('ci.scores.v1')).length
          return sofar > RUNS / 2 && sofar === before
        },
        LONG_MS,
      )
      const topic: TopicName = 'ci.runs.v1'
      const expected = (await runsHeard()).map(({ eventId }) => eventId).sort()
      expect(expected.length).toBeGreaterThan(RUNS)
      const languages: readonly Language[] = ['TypeScript', 'Python', 'Java']
      for (const language of languages) {
        const consumer = startConsumer(language, `${PREFIX}${topic}`, place)
        try {
          await until(
            `${language} has read`,
            () => consumer.lines().length >= expected.length,
            LONG_MS,
          )
          const ids = consumer.lines().map((line) => line['eventId'])
          expect(ids.sort(), language).toEqual(expected)
          const [first] = consumer.lines()
          expect(first, language).toMatchObject({ source: expect.any(String) as string })
        } catch (error) {
          throw new Error(`${language}: ${consumer.said()}`, { cause: error })
        } finally {
          await consumer.end()
        }
      }
    },
    LONG_MS,
  )

  it(
    'stopline tail prints the newest of all partitions in order of time',
    async () => {
      const args = ['cli/main.ts', 'tail', 'ci.runs.v1', '--last', '7', '--json']
      const printed = execFileSync(process.execPath, args, { env: { ...process.env, ...env } })
      const lines = printed
        .toString()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { at: number; value: { eventId: string } })
      const all = (await log.readAll('ci.runs.v1')).sort((a, b) => a.at - b.at)
      expect(lines.map(({ at }) => at)).toEqual(all.slice(-7).map(({ at }) => at))
    },
    LONG_MS,
  )
})
