/** Deliveries of GitHub's webhooks into `stopline produce`: answered when Kafka has them, and by the one producer that feeds. */

import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { TOPOLOGY } from '../../processors/topology.ts'
import { patientClient } from '../../runtime/kafka/client.ts'
import { writeToOf } from '../../runtime/kafka/cluster-config.ts'
import { KafkaLog } from '../../runtime/kafka/record-log.ts'
import { tasksOf } from '../../runtime/kafka/tasks.ts'
import { ensureTopics, wantedTopics } from '../../runtime/kafka/topic-admin.ts'
import type { RunEvent } from '../../schemas/events.ts'
import { hasBroker } from './broker.ts'
import { startBrokers, type Brokers } from './brokers.ts'
import { environmentOf } from './installation.ts'
import { testConfig } from './replay.ts'
import { startStopline, until, type StoplineProcess } from './stopline-process.ts'

const TOPIC = 'ci.run-events.v1'
const SECRET = 'a secret of some length'

const payloadOf = (id: number): string => {
  const [created, started, ended] = [600_000, 500_000, 60_000].map((ago) =>
    new Date(Date.now() - ago).toISOString(),
  )
  const job = { id, run_id: 3, run_attempt: 1, workflow_name: 'CI', name: 'unit', steps: [] }
  const times = { created_at: created, started_at: started, completed_at: ended }
  return JSON.stringify({
    action: 'completed',
    repository: { full_name: 'o/r' },
    workflow_job: { ...job, ...times, status: 'completed', conclusion: 'failure' },
  })
}
const deliver = async ({ address }: StoplineProcess, id: number, secret = SECRET) => {
  const body = payloadOf(id)
  const answer = await fetch(`${address}/v1/ingest/github`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'workflow_job',
      'x-github-delivery': `delivery ${id}`,
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    },
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}
const TAKEN = { status: 202, body: { result: 'taken', records: 3 } }

describe.skipIf(!hasBroker())('a delivery to stopline produce', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stopline-webhook-'))
  let broker: Brokers
  const running: StoplineProcess[] = []
  beforeAll(async () => {
    broker = await startBrokers({ count: 1 })
  })
  afterAll(async () => {
    await Promise.all(running.map((each) => each.end('SIGKILL')))
    await broker.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  it('is on Kafka when it is answered, not before; a producer that waits refuses it, and takes over', async () => {
    // A producer that cannot reach its group for a session ends, and its deliveries are refused until it is started again.
    const config = { ...testConfig('webhook', 3, broker.connection), sessionTimeoutMs: 30_000 }
    const to = writeToOf(config)
    const admin = patientClient(config.connection).admin()
    await admin.connect()
    await ensureTopics(admin, wantedTopics(tasksOf(TOPOLOGY), { ...config, ...to }), 1)
    await admin.disconnect()
    const file = join(folder, 'stopline.config.yaml')
    // Nothing is polled: this address is of nobody.
    const github = { kind: 'github', api: 'http://127.0.0.1:9', repos: ['o/r'] }
    writeFileSync(file, stringify({ sources: [{ ...github, webhook_secret: { env: 'HOOKS' } }] }))
    const env = { ...environmentOf(config, 'redis://127.0.0.1:9'), HOOKS: SECRET }
    const start = async (): Promise<StoplineProcess> => {
      const one = await startStopline(['produce', '--config', file], env)
      running.push(one)
      return one
    }
    const log = new KafkaLog(config.connection, to)
    /** Ids of the runs on the log, one for each of their records; readers see a commit a moment after it is acknowledged. */
    const heard = async (): Promise<string[]> =>
      (await log.readAll(TOPIC)).map(({ record }) => (record as RunEvent).runId).sort()
    const threeOf = (...ids: number[]): string[] => ids.flatMap((id) => [id, id, id].map(String))

    const first = await start()
    await until('it feeds', async () => (await first.get('/readyz')).status === 200)
    expect(await deliver(first, 1)).toEqual(TAKEN)
    await expect.poll(heard, { timeout: 30_000 }).toEqual(threeOf(1))
    expect(await deliver(first, 1)).toEqual({
      status: 202,
      body: { result: 'repeated', records: 0 },
    })
    expect((await deliver(first, 2, 'another')).status).toBe(401)

    const second = await start()
    await until('it waits', async () => (await second.get('/readyz')).status === 503)
    expect(await deliver(second, 3)).toMatchObject({ status: 503, body: { code: 'not-feeding' } })

    await broker.kill(1)
    let answered: Awaited<ReturnType<typeof deliver>> | undefined
    const answer = deliver(first, 4).then((of) => (answered = of))
    await wait(3_000)
    expect(answered).toBeUndefined()
    await broker.up(1)
    expect(await answer).toEqual(TAKEN)
    await expect.poll(heard, { timeout: 30_000 }).toEqual(threeOf(1, 4))

    await first.end('SIGKILL')
    await until('the other feeds', async () => (await second.get('/readyz')).status === 200)
    expect(await deliver(second, 5)).toEqual(TAKEN)
    expect(await deliver(second, 4)).toMatchObject({ body: { result: 'repeated' } })
    await expect.poll(heard, { timeout: 30_000 }).toEqual(threeOf(1, 4, 5))
    expect((await second.get('/metrics')).text).toMatch(
      /^stopline_ingest_deliveries_total\{result="taken"\} 1$/m,
    )
    await log.close()
  })
})
