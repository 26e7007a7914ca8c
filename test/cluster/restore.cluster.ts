/**
 * How long a task takes to have its state back, from its changelog and from its own folder.
 * STOPLINE_RESTORE_KEYS=1000000 npm run test:cluster -- restore
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toChangelog } from '../../runtime/kafka/changelog.ts'
import { patientClient } from '../../runtime/kafka/client.ts'
import { NO_PROGRESS } from '../../runtime/kafka/progress.ts'
import { restore } from '../../runtime/kafka/restore.ts'
import { ensureTopics } from '../../runtime/kafka/topic-admin.ts'
import { TransactionalWriter } from '../../runtime/kafka/transactions.ts'
import { hasBroker, startBroker, type TestBroker } from './broker.ts'

const KEYS = Number(process.env['STOPLINE_RESTORE_KEYS'] ?? 50_000)
const KEYS_PER_COMMIT = 10_000
const CELL_BYTES = 100
const topic = `restore-${Date.now()}`
const folder = join(mkdtempSync(join(tmpdir(), 'stopline-restore-')), 'state')

describe.skipIf(!hasBroker())('the state of a task', () => {
  let broker: TestBroker
  beforeAll(async () => {
    broker = await startBroker()
  })
  afterAll(async () => {
    await broker.stop()
    rmSync(join(folder, '..'), { recursive: true, force: true })
  })

  it(`of ${KEYS.toLocaleString('en')} keys is read back, and is not read again where its folder is there`, async () => {
    const admin = patientClient(broker.connection).admin()
    await admin.connect()
    const config = { 'cleanup.policy': 'compact' }
    await ensureTopics(admin, [{ topic, partitions: 1, config }], 1)
    await admin.disconnect()
    const commits = Math.ceil(KEYS / KEYS_PER_COMMIT)
    const writer = await TransactionalWriter.open(broker.connection, topic)
    for (let at = 1; at <= commits; at += 1) await writer.commit({ messages: cellsOf(at) })
    await writer.close()
    const seconds: number[] = []
    for (const expected of [KEYS, 0]) {
      const began = performance.now()
      const progress = { ...NO_PROGRESS, at: commits }
      const { state, count } = await restore(broker.connection, { topic, partition: 0 }, progress, {
        folder,
      })
      seconds.push((performance.now() - began) / 1000)
      expect(count).toBe(expected)
      const last = state.loadCell('runs', `job-${KEYS - 1}`, 'history')
      expect(last).toHaveLength(CELL_BYTES)
      state.close()
    }
    const [whole = 0, again = 0] = seconds
    console.log(
      `${KEYS.toLocaleString('en')} keys of ${CELL_BYTES} bytes: ${whole.toFixed(1)} s from the changelog, ${again.toFixed(2)} s from the folder`,
    )
    expect(again).toBeLessThan(whole)
  }, 600_000)
})

const cellsOf = (at: number) =>
  Array.from({ length: Math.min(KEYS_PER_COMMIT, KEYS - (at - 1) * KEYS_PER_COMMIT) }, (_, n) => {
    const key = `job-${(at - 1) * KEYS_PER_COMMIT + n}`
    const change = {
      kind: 'cell',
      stage: 'runs',
      key,
      name: 'history',
      bytes: Buffer.alloc(CELL_BYTES, n),
    } as const
    return { topic, partition: 0, ...toChangelog(change, at) }
  })
