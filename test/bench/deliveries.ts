/**
 * Deliveries of webhooks at a steady rate into a process of its own: how long until they are answered, and until the API
 * shows the forecast. `node test/bench/deliveries.ts [PER_SECOND] [SECONDS]`
 */

import { createHmac } from 'node:crypto'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { stringify } from 'yaml'

const SECRET = 'bench'
const [perSecond = 200, seconds = 10] = process.argv.slice(2).map(Number)
/** Every so many deliveries the forecast is waited for. */
const SAMPLE = 10
const HISTORY = 40

const dispatcher = new Agent({ connections: 64, pipelining: 1 })

interface Job {
  readonly id: number
  readonly name: string
  readonly startedAt: number
  readonly endedAt: number | null
  readonly isFailed?: boolean
}
const iso = (at: number): string => new Date(at).toISOString()
const payloadOf = ({ id, name, startedAt, endedAt, isFailed = false }: Job): string =>
  JSON.stringify({
    action: endedAt === null ? 'in_progress' : 'completed',
    repository: { full_name: 'o/r' },
    workflow_job: {
      id,
      run_id: Math.floor(id / 10),
      run_attempt: 1,
      workflow_name: 'CI',
      name,
      head_sha: 'abc',
      status: endedAt === null ? 'in_progress' : 'completed',
      conclusion: endedAt === null ? null : isFailed ? 'failure' : 'success',
      created_at: iso(startedAt - 1000),
      started_at: iso(startedAt),
      completed_at: endedAt === null ? null : iso(endedAt),
      labels: ['ubuntu-24.04'],
      steps: [
        {
          name: 'Set up',
          number: 1,
          status: 'in_progress',
          conclusion: null,
          started_at: iso(startedAt),
          completed_at: null,
        },
      ],
    },
  })

const deliver = async (address: string, job: Job): Promise<number> => {
  const body = payloadOf(job)
  const { statusCode, body: answer } = await request(`${address}/v1/ingest/github`, {
    method: 'POST',
    dispatcher,
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'workflow_job',
      'x-github-delivery': `${job.id} ${job.endedAt === null ? 'started' : 'ended'}`,
      'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
    },
  })
  await answer.dump()
  return statusCode
}

/** Until the API shows a forecast of the run, in milliseconds since `began`. */
const untilForecast = async (
  address: string,
  { id, name }: Job,
  began: number,
): Promise<number> => {
  const url = `${address}/v1/runs/github/o%2Fr/${encodeURIComponent(`CI / ${name}`)}/${id}/1`
  for (;;) {
    const { statusCode, body } = await request(url, { dispatcher })
    const text = await body.text()
    if (statusCode === 200 && !text.includes('"forecast":null')) return performance.now() - began
    if (performance.now() - began > 10_000) return Infinity
    await sleep(2)
  }
}

const quantile = (values: readonly number[], share: number): string => {
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN).toFixed(1)
}
const say = (what: string, values: readonly number[]): void => {
  console.log(
    `${what}: n ${values.length}, p50 ${quantile(values, 0.5)} ms, p90 ${quantile(values, 0.9)} ms, p99 ${quantile(values, 0.99)} ms, max ${quantile(values, 1)} ms`,
  )
}

const startPipeline = async (folder: string) => {
  const config = join(folder, 'c.yaml')
  // Nothing is polled: this address is of nobody.
  const source = {
    kind: 'github',
    api: 'http://127.0.0.1:9',
    repos: ['o/r'],
    webhook_secret: { env: 'HOOKS' },
  }
  writeFileSync(config, stringify({ store: join(folder, 'store'), port: 0, sources: [source] }))
  const child = spawn(process.execPath, ['cli/stopline.mjs', 'up', '--config', config], {
    env: { ...process.env, HOOKS: SECRET },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let err = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  for (;;) {
    const address = /page +(http\S+)/.exec(err)?.[1]
    if (address !== undefined) return { child, address }
    if (child.exitCode !== null) throw new Error(err)
    await sleep(50)
  }
}

const fillHistory = async (address: string): Promise<void> => {
  const now = Date.now()
  for (let job = 0; job < 20; job += 1)
    for (let run = 0; run < HISTORY; run += 1) {
      const startedAt = now - 86_400_000 + run * 1_800_000
      const endedAt = startedAt + 600_000 + job * 10_000
      await deliver(address, {
        id: 1_000 * (job + 1) + run,
        name: `job ${job}`,
        startedAt,
        endedAt,
        isFailed: run % 4 === 0,
      })
    }
}

const folder = mkdtempSync(join(tmpdir(), 'stopline-deliveries-'))
const { child, address } = await startPipeline(folder)
try {
  await fillHistory(address)
  const answered: number[] = []
  const shown: Promise<number>[] = []
  const working: Promise<void>[] = []
  const began = performance.now()
  for (let count = 0; count < perSecond * seconds; count += 1) {
    const due = began + (count * 1000) / perSecond
    const early = due - performance.now()
    if (early > 0) await sleep(early)
    const at = performance.now()
    const job = {
      id: 100_000 + count,
      name: `job ${count % 20}`,
      startedAt: Date.now() - 2000,
      endedAt: null,
    }
    const sent = deliver(address, job)
    working.push(
      sent.then((status) => {
        if (status !== 202) throw new Error(`answered ${status}`)
        answered.push(performance.now() - at)
      }),
    )
    if (count % SAMPLE === 0) shown.push(untilForecast(address, job, at))
  }
  await Promise.all(working)
  console.log(`${perSecond} deliveries/s for ${seconds} s`)
  say('answered', answered)
  say('forecast in the API', await Promise.all(shown))
  const metrics = await (await fetch(`${address}/metrics`)).text()
  const bytes = Number(/^stopline_resident_memory_bytes (\S+)/m.exec(metrics)?.[1])
  console.log(`resident memory ${(bytes / 1e6).toFixed(0)} MB`)
} finally {
  child.kill('SIGKILL')
  await dispatcher.close()
  rmSync(folder, { recursive: true, force: true })
}
