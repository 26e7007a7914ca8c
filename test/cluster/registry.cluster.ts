/** Schemas on a real registry: versions side by side, a registry that is down, and one that says no. */

import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TOPOLOGY } from '../../processors/topology.ts'
import { keyed } from '../../runtime/engine/stage.ts'
import { patientClient } from '../../runtime/kafka/client.ts'
import { writeToOf, type ClusterConfig } from '../../runtime/kafka/cluster-config.ts'
import { openProcess } from '../../runtime/kafka/process.ts'
import { KafkaLog } from '../../runtime/kafka/record-log.ts'
import { IncompatibleSchemaError, openRegistry } from '../../runtime/registry.ts'
import { avroType } from '../../schemas/avro-type.ts'
import { schemaOf, type AvroSchema } from '../../schemas/load.ts'
import { aFact, aRun, HOUR, MONDAY } from '../support/facts.ts'
import { messageOf } from '../support/kafka-message.ts'
import { hasBroker, startBroker, type TestBroker } from './broker.ts'
import { hasRegistry, startRealRegistry, type TestRegistry } from './registry-process.ts'
import { createGate } from './kill-run.ts'
import { createNextVersion } from './next-version.ts'
import { startProcess, until, type TaskProcess } from './processes.ts'
import { pauses, replay, testConfig } from './replay.ts'
import { demoFacts, embeddedRun } from './worlds.ts'

const TOPIC = 'ci.run-events.v1'
const schema = schemaOf('run-event')
const withField = (field: object): AvroSchema => ({
  ...schema,
  fields: [...schema.fields, field as AvroSchema['fields'][number]],
})
const newer = (name: string): AvroSchema =>
  withField({ name, type: 'string', doc: 'No unit.', default: '' })
const factOf = (n: number) => aFact(aRun({ runId: String(n) }), 'started', MONDAY + n)

describe.skipIf(!hasBroker() || !hasRegistry())('with a schema registry', () => {
  let broker: TestBroker
  let server: TestRegistry
  beforeAll(async () => {
    broker = await startBroker()
    server = await startRealRegistry()
  })
  afterAll(async () => {
    await broker.stop()
    await server.remove()
  })
  const configOf = (name: string, partitions = 1): ClusterConfig => ({
    ...testConfig(name, partitions, broker.connection),
    registry: { url: server.url, username: null, password: null },
  })

  it('says what the embedded runtime says, also while the registry is down', async () => {
    const world = demoFacts(6)
    await replay({
      config: configOf('registered'),
      world,
      expected: embeddedRun(world),
      processes: 1,
      pace: pauses(300),
      disturb: async ([first]) => {
        await until('it is at work', () => (first?.count('committed') ?? 0) > 5)
        await server.stop()
        const before = first?.count('committed') ?? 0
        await until('it goes on', () => (first?.count('committed') ?? 0) > before + 20)
        expect(first?.count('paused')).toBe(0)
        await server.start()
      },
    })
  })

  it('says the same while one version gives way to the next, and while that is taken back', async () => {
    const world = demoFacts(6, { steps: 400 })
    const gate = createGate(world.steps)
    const config = configOf('rolling', 3) // a lane for each process: at most three run at once
    const next = createNextVersion()
    try {
      await replay({
        config,
        world,
        expected: embeddedRun(world),
        processes: 2,
        pace: gate.pass,
        disturb: async (processes, { board, writtenAt }) => {
          /** Where a process has nothing to do more is let in, a step at a time. */
          const isAtWork = (one: TaskProcess): boolean => {
            const isIdle = one.tasks().every((task) => board.newest(task).at >= writtenAt())
            if (one.tasks().length > 0 && isIdle) gate.openOne()
            return one.count('committed') > 5
          }
          const start = async (root?: string): Promise<TaskProcess> => {
            const one = startProcess(config, root)
            processes.push(one)
            await until('it is at work beside the others', () => isAtWork(one))
            return one
          }
          gate.openOne()
          for (const one of processes) await until('it is at work', () => isAtWork(one))
          const [first, second] = processes
          const ofNext = await start(next.root)
          await first?.end('SIGTERM')
          await start(next.root)
          await second?.end('SIGTERM')
          await start()
          await ofNext.end('SIGTERM')
          gate.openTo(1)
          const ended = processes.flatMap(({ said }) => said.filter(({ kind }) => kind === 'ended'))
          expect(ended).toEqual([])
        },
      })
      const subject = `${writeToOf(config).names.topic('ci.runs.v1')}-value`
      const versions = await fetch(`${server.url}/subjects/${subject}/versions`)
      expect(await versions.json()).toEqual([1, 2])
    } finally {
      next.remove()
    }
  }, 600_000)

  /** Puts a record of another version on the topic, as some other program would. */
  const writeAs = async (config: ClusterConfig, n: number, version: AvroSchema, id: number) => {
    const producer = patientClient(config.connection).producer()
    await producer.connect()
    const written = keyed(TOPIC, factOf(n), MONDAY + n)
    const { topic, key, partition } = messageOf(written, 'other', writeToOf(config))
    const head = Buffer.alloc(5)
    head.writeUInt32BE(id, 1)
    const extra = version.fields.at(-1)?.name ?? ''
    const body = avroType(version).toBuffer({ ...factOf(n), [extra]: 'more' })
    await producer.send({
      topic,
      messages: [{ key, partition, value: Buffer.concat([head, body]) }],
    })
    await producer.disconnect()
  }
  const register = async (config: ClusterConfig, version: AvroSchema): Promise<number> => {
    const subject = `${writeToOf(config).names.topic(TOPIC)}-value`
    const answer = await fetch(`${server.url}/subjects/${subject}/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema: JSON.stringify(version) }),
    })
    return ((await answer.json()) as { id: number }).id
  }

  it('reads writers of two versions side by side; waits for a registry that is needed and down, and says so', async () => {
    const config = configOf('versions')
    const to = writeToOf(config)
    const first: TaskProcess = startProcess(config)
    try {
      await until('it has tasks', () => first.count('opened') > 0)
      const registry = openRegistry({ url: server.url, username: null, password: null })
      await registry.register(to.names.topic)
      const [second, third] = [newer('second'), newer('third')]
      const ids = [await register(config, second), await register(config, third)]
      await writeAs(config, 1, second, ids[0] ?? 0)
      const log = new KafkaLog(broker.connection, { ...to, registry }, [TOPIC])
      await log.append([keyed(TOPIC, factOf(2), MONDAY + 2)])
      await log.promise(MONDAY + HOUR)
      const heard = async () =>
        (await log.readAll('ci.runs.v1')).map(
          ({ record }) => (record as { runId: string } | null)?.runId,
        )
      await expect.poll(heard, { timeout: 30_000 }).toEqual(['1', '2'])
      await server.stop()
      await writeAs(config, HOUR + 3, third, ids[1] ?? 0)
      await log.close()
      await until('it waits', () => first.count('paused') === 1)
      await wait(1_500)
      expect(first.count('paused')).toBe(1)
      expect(first.count('failed')).toBe(0)
      await server.start()
      await until('it goes on', () => first.count('paused') === 2)
      const again = new KafkaLog(broker.connection, { ...to, registry }, [TOPIC])
      await again.promise(MONDAY + 3 * HOUR)
      const later = async () => (await again.readAll('ci.runs.v1')).length
      await expect.poll(later, { timeout: 30_000 }).toBe(3)
      await again.close()
    } finally {
      await first.end('SIGKILL')
    }
  })

  it('does not start with a schema that breaks what is there', async () => {
    const config = configOf('breaking')
    await register(config, withField({ name: 'needed', type: 'string', doc: 'No unit.' }))
    await expect(openProcess(config, TOPOLOGY)).rejects.toThrow(IncompatibleSchemaError)
  })
})
