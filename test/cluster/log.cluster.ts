/** The log, its transactions and its readers against a broker. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeFeatureTable } from '../../cli/train/feature-table.ts'
import { writeMergeTable } from '../../cli/train/merge-table.ts'
import { storeSet, topicsSet } from '../../cli/train/sets.ts'
import type { Processor } from '../../processors/processor.ts'
import { TOPOLOGY } from '../../processors/topology.ts'
import { demoWorld } from '../../producers/demo/world.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import { encoded, stamped } from '../../runtime/engine/offered.ts'
import { keyed } from '../../runtime/engine/stage.ts'
import { COMPRESSIONS, patientClient } from '../../runtime/kafka/client.ts'
import { ProgressBoard } from '../../runtime/kafka/progress-board.ts'
import { runTasks } from '../../runtime/kafka/process-tasks.ts'
import { KafkaLog } from '../../runtime/kafka/record-log.ts'
import { OtherShapeError } from '../../runtime/kafka/task.ts'
import { tasksOf } from '../../runtime/kafka/tasks.ts'
import { writeToOf } from '../../runtime/kafka/cluster-config.ts'
import { ensureTopics, wantedTopics } from '../../runtime/kafka/topic-admin.ts'
import { FencedError, TransactionalWriter } from '../../runtime/kafka/transactions.ts'
import { describeRecordLog } from '../contract/record-log.ts'
import { aFact, aRun, HOUR, MONDAY } from '../support/facts.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { messageOf } from '../support/kafka-message.ts'
import { hasBroker, startBroker, type TestBroker } from './broker.ts'
import { untilReached } from './processes.ts'
import { testConfig } from './replay.ts'

const plans = tasksOf(TOPOLOGY)
const started = Date.now()
/** So much of the demo that pull requests are merged, too. */
const TRAINED_HOURS = 48
const AT_ONCE = 2_000

describe.skipIf(!hasBroker())('on a broker', () => {
  let broker: TestBroker
  beforeAll(async () => {
    broker = await startBroker()
  })
  afterAll(() => broker.stop())

  /** Topics of a namespace of their own. */
  const topics = async (name: string, partitions: number) => {
    const to = writeToOf({ namespace: `${name}-${started}.`, partitions })
    const admin = patientClient(broker.connection).admin()
    await admin.connect()
    const wanted = wantedTopics(plans, { ...to, lanes: 1, replication: 1, minInSync: 1 })
    await ensureTopics(admin, wanted, 1)
    return { to, admin, wanted }
  }
  const fact = (n: number) => {
    const at = MONDAY + n
    return keyed('ci.run-events.v1', aFact(aRun({ runId: String(n) }), 'started', at), at)
  }

  describeRecordLog('Kafka', async () => {
    const { to, admin } = await topics('contract', 3)
    await admin.disconnect()
    return new KafkaLog(broker.connection, to)
  })

  it('finds topics as they are wanted, and says what somebody has changed', async () => {
    const { to, admin, wanted } = await topics('drift', 1)
    expect(await ensureTopics(admin, wanted, 1)).toEqual([])
    const name = to.names.topic('ci.runs.v1')
    await admin.createPartitions({ topicPartitions: [{ topic: name, count: 2 }] })
    const drift = { topic: name, setting: 'partitions', wanted: '1', found: '2' }
    await expect.poll(() => ensureTopics(admin, wanted, 1), { timeout: 30_000 }).toEqual([drift])
    await admin.disconnect()
  })

  it('reads what other producers have compressed', async () => {
    const { to, admin } = await topics('codecs', 1)
    const producer = patientClient(broker.connection).producer()
    await producer.connect()
    const { None, GZIP, Snappy, LZ4, ZSTD } = COMPRESSIONS
    const codecs = [None, GZIP, Snappy, LZ4, ZSTD]
    for (const [n, compression] of codecs.entries()) {
      const { topic, ...message } = messageOf(fact(n), 'outside', to)
      await producer.send({ topic, compression, messages: [message] })
    }
    const log = new KafkaLog(broker.connection, to)
    const read = await log.readAll('ci.run-events.v1')
    expect(read.map(({ at }) => at)).toEqual(codecs.map((_, n) => MONDAY + n))
    await Promise.all([producer.disconnect(), log.close(), admin.disconnect()])
  })

  it('shows what is committed, with its offsets, and nothing of a writer that was fenced', async () => {
    const { to, admin } = await topics('fenced', 2)
    const { names } = to
    const commitOf = (n: number) => {
      const said = { key: 'k', value: String(n) }
      return {
        messages: [
          { topic: names.changelog('runs'), partition: 0, ...said },
          messageOf(fact(n), 'runs/0', to),
        ],
        last: { topic: names.progress, partition: 0, say: () => said },
        read: {
          group: names.group('runs'),
          offsets: [{ topic: names.topic('ci.run-events.v1'), partition: 0, offset: n }],
        },
      }
    }
    /** The first commit on new topics may find them without a leader: then it begins anew, as tasks do. */
    const openWith = async (n: number): Promise<TransactionalWriter> => {
      const id = names.transactionalId('runs', 0)
      const writer = await TransactionalWriter.open(broker.connection, id)
      return writer.commit(commitOf(n)).then(
        () => writer,
        async () => {
          await writer.close()
          return openWith(n)
        },
      )
    }
    const zombie = await openWith(1)
    const heir = await TransactionalWriter.open(broker.connection, names.transactionalId('runs', 0))
    await expect(zombie.commit(commitOf(2))).rejects.toThrow(FencedError)
    for (const n of [3, 4, 5]) await heir.commit(commitOf(n)) // one right after the other
    const log = new KafkaLog(broker.connection, to)
    const read = await log.readAll('ci.run-events.v1')
    expect(read.map(({ at }) => at - MONDAY)).toEqual([1, 3, 4, 5])
    const [committed] = await admin.fetchOffsets({
      groupId: names.group('runs'),
      topics: [names.topic('ci.run-events.v1')],
    })
    expect(committed?.partitions.find(({ partition }) => partition === 0)?.offset).toBe('5')
    await Promise.all([zombie.close(), heir.close(), log.close(), admin.disconnect()])
  })

  it('gives a trainer the rows that a store which has heard the same would give, whatever else lies on the topics', async () => {
    const { to, admin } = await topics('train', 3)
    const offers = stamped(demoWorld(1).offersBetween(MONDAY, MONDAY + TRAINED_HOURS * HOUR), 0)
    const folder = temporaryFolder()
    const store = new EmbeddedRuntime(folder, [])
    const log = new KafkaLog(broker.connection, to)
    for (let at = 0; at < offers.length; at += AT_ONCE) {
      const batch = offers.slice(at, at + AT_ONCE)
      store.commit(batch, batch.at(-1)?.record.observedAt ?? 0)
      await log.append(batch.map(encoded))
    }
    store.close()
    const producer = patientClient(broker.connection).producer()
    await producer.connect()
    const foreign = { value: Buffer.from('not ours'), partition: 1 }
    await producer.send({ topic: to.names.topic('ci.run-events.v1'), messages: [foreign] })
    await Promise.all([producer.disconnect(), log.close(), admin.disconnect()])

    const config = { ...testConfig('train', 3, broker.connection), namespace: `train-${started}.` }
    expect(topicsSet(config).name).toBe(`topics train-${started}`)
    for (const writeTable of [writeFeatureTable, writeMergeTable]) {
      const [heard, onKafka] = await Promise.all(
        [storeSet(folder), topicsSet(config)].map(async (set) => {
          const table = temporaryFolder()
          await writeTable([set], table, new AbortController().signal)
          const rows = readFileSync(join(table, 'rows.csv'), 'utf8').replaceAll(set.name, '')
          return { rows, features: readFileSync(join(table, 'features.npy')).toString('base64') }
        }),
      )
      expect(heard?.rows.split('\n').length).toBeGreaterThan(20)
      expect(onKafka).toEqual(heard)
    }
  })

  it('ends a process whose task another one has taken over, which goes on from where it was', async () => {
    const { to, admin } = await topics('taken', 1)
    const { connection } = broker
    const log = new KafkaLog(connection, to, ['ci.run-events.v1'])
    const board = new ProgressBoard(connection, to.names)
    await board.open()
    const first = plans.slice(0, 1)
    const assigned = first.map((plan) => ({ plan, partition: 0 }))
    const stop = new AbortController()
    const run = () =>
      runTasks(
        assigned,
        { ...to, connection, board, lanes: 1, registry: null, stateFolder: null },
        { signal: stop.signal },
      )
    const old = run().catch((error: unknown) => error)
    await log.append([fact(1)])
    await log.promise(MONDAY + HOUR)
    await untilReached(board, first, 1, MONDAY + HOUR)
    const heir = run()
    await log.append([fact(2 * HOUR)])
    // The old one notices at its next commit after the new one has begun.
    let end = MONDAY + 3 * HOUR
    const over = old.then(() => true)
    while (end < MONDAY + 4 * HOUR && !(await Promise.race([over, wait(20, false)]))) {
      end += 1_000
      await log.promise(end)
    }
    expect(await old).toBeInstanceOf(FencedError)
    await log.promise(end)
    await untilReached(board, first, 1, end)
    stop.abort()
    await heir
    const runs = await log.readAll('ci.runs.v1')
    expect(runs.map(({ at }) => at - MONDAY)).toEqual([1, 2 * HOUR])
    await Promise.all([board.close(), log.close(), admin.disconnect()])
  })

  it('ends a process whose cells have another shape than those on the changelog, before it reads them', async () => {
    const { to, admin } = await topics('shape', 1)
    const { connection } = broker
    const log = new KafkaLog(connection, to, ['ci.run-events.v1'])
    const board = new ProgressBoard(connection, to.names)
    await board.open()
    const settings = { ...to, connection, board, lanes: 1, registry: null, stateFolder: null }
    const run = (processors: readonly Processor[], { signal }: AbortController) => {
      const [plan] = tasksOf(processors)
      return runTasks(plan === undefined ? [] : [{ plan, partition: 0 }], settings, { signal })
    }
    const stop = new AbortController()
    const running = run(TOPOLOGY, stop)
    await log.append([fact(1)])
    await log.promise(MONDAY + HOUR)
    await untilReached(board, plans.slice(0, 1), 1, MONDAY + HOUR)
    stop.abort()
    await running
    const more = { type: 'record', name: 'More', fields: [{ name: 'more', type: 'long' }] }
    const later = TOPOLOGY.map((each) => ({ ...each, cells: { ...each.cells, more } }))
    await expect(run(later, new AbortController())).rejects.toThrow(OtherShapeError)
    await Promise.all([board.close(), log.close(), admin.disconnect()])
  })

  it('sends what cannot be read to the dead letters, once, and goes on', async () => {
    const { to, admin } = await topics('poison', 1)
    const { connection } = broker
    const log = new KafkaLog(connection, to, ['ci.run-events.v1'])
    const producer = patientClient(connection).producer()
    await producer.connect()
    const bad = [Buffer.from([0, 0]), Buffer.from('not ours'), Buffer.from([0, 0, 0, 1, 0, 7])]
    await log.append([fact(1)])
    const topic = to.names.topic('ci.run-events.v1')
    await producer.send({ topic, messages: bad.map((value) => ({ value, partition: 0 })) })
    await producer.disconnect()
    await log.close()
    const again = new KafkaLog(connection, to, ['ci.run-events.v1'])
    await again.append([fact(2)])
    await again.promise(MONDAY + HOUR)

    const board = new ProgressBoard(connection, to.names)
    await board.open()
    const stop = new AbortController()
    const first = plans.slice(0, 1)
    const assigned = first.map((plan) => ({ plan, partition: 0 }))
    const running = runTasks(
      assigned,
      { ...to, connection, board, lanes: 1, registry: null, stateFolder: null },
      { signal: stop.signal },
    )
    await untilReached(board, first, 1, MONDAY + HOUR)
    stop.abort()
    await running
    const letters = await again.readAll('ci.dead-letters.v1')
    expect(letters.map(({ record }) => (record as { reason: string } | null)?.reason)).toEqual([
      'truncated',
      'bad-magic',
      'unknown-schema',
    ])
    const runs = await again.readAll('ci.runs.v1')
    expect(runs.map(({ record }) => (record as { runId: string } | null)?.runId)).toEqual([
      '1',
      '2',
    ])
    await Promise.all([board.close(), again.close(), admin.disconnect()])
  })
})
