/** GET a run beside a bare Fastify route that sends as many bytes, loaded in turns in one process. */

import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import fastify, { type FastifyInstance } from 'fastify'
import { openPipeline, serveApi } from '../../cli/pipeline.ts'
import { createMetrics } from '../../runtime/metrics.ts'
import type { RunEvent } from '../../schemas/events.ts'
import type { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import { quantile, type Figure } from './figures.ts'
import type { Answered, Asked } from './http-client.ts'
import { factOf, LOAD_START } from './load.ts'
import type { BenchCase } from './setting.ts'

const RUNS = 5_000
const JOBS = 200
const ENDED = 4_000
/** Pipeline time goes on as in service, while either is asked: an answer holds no longer than that. */
const TICK_MS = 250
const TURNS = 6
const TURN_MS = 1_000
const QUICK_TURNS = 2
const QUICK_TURN_MS = 200

/** Runs that have ended, of which a fifth failed: so those that run have forecasts. */
const history = (): RunEvent[] =>
  Array.from({ length: ENDED }, (_, run) => {
    const startedAt = LOAD_START + run
    const finishedAt = startedAt + 600_000 + (run % 7) * 60_000
    const outcome = run % 5 === 0 ? 'failure' : 'success'
    return [
      { ...factOf(run % JOBS, run, 'started', startedAt), startedAt },
      { ...factOf(run % JOBS, run, 'finished', finishedAt), startedAt, outcome } as const,
    ]
  })
    .flat()
    .sort((a, b) => a.observedAt - b.observedAt)

/** Runs that have started, after others of their jobs have ended; returns their paths. */
const start = (runtime: EmbeddedRuntime): string[] => {
  const ended = history()
  const begin = (ended.at(-1)?.observedAt ?? 0) + 1
  const facts = Array.from({ length: RUNS }, (_, run) => {
    const startedAt = begin + run
    return { ...factOf(run % JOBS, ENDED + run, 'started', startedAt), startedAt }
  })
  const offers = [...ended, ...facts].map((record) => ({
    topic: 'ci.run-events.v1' as const,
    record,
  }))
  runtime.commit(offers, begin + RUNS)
  return facts.map(({ source, repo, job, runId }) =>
    ['/v1/runs', ...[source, repo, job, runId, '1'].map(encodeURIComponent)].join('/'),
  )
}

/** The settings of api/app.ts that a request can feel, and nothing else. */
const bareApp = (body: string): FastifyInstance => {
  const app = fastify({ logger: false, requestTimeout: 10_000 })
  app.get('/bare/:source/:repo/:job/:runId/:attempt', (_request, reply) =>
    reply.header('content-type', 'application/json; charset=utf-8').send(body),
  )
  return app
}

interface Turn extends Answered {
  /** CPU seconds of this thread, which serves. */
  readonly cpuSeconds: number
}
/** Loads an address for a while from the worker. */
const turn = async (client: Worker, asked: Asked): Promise<Turn> => {
  const before = process.threadCpuUsage()
  client.postMessage(asked)
  const [answered] = (await once(client, 'message')) as [Answered]
  const { user, system } = process.threadCpuUsage(before)
  return { ...answered, cpuSeconds: (user + system) / 1e6 }
}

interface Target {
  readonly name: string
  readonly port: number
  readonly paths: readonly string[]
}
const figuresOf = (name: string, turns: readonly Turn[], peer?: string): Figure[] => {
  const middle = (value: (turn: Turn) => number): number =>
    quantile(
      turns.map(value).sort((a, b) => a - b),
      0.5,
    )
  const perCpu = ' per CPU second'
  return [
    { name, value: middle((t) => t.requests / t.seconds), unit: 'requests/s', peer },
    {
      name: name + perCpu,
      value: middle((t) => t.requests / t.cpuSeconds),
      unit: 'requests/s',
      peer: peer === undefined ? undefined : peer + perCpu,
    },
  ]
}

/** Loads the targets in turns; the first round only warms up. */
const takeTurns = async (targets: readonly Target[], isQuick: boolean): Promise<Turn[][]> => {
  const client = new Worker(new URL('./http-client.ts', import.meta.url))
  const turns = targets.map((): Turn[] => [])
  const milliseconds = isQuick ? QUICK_TURN_MS : TURN_MS
  for (let round = 0; round <= (isQuick ? QUICK_TURNS : TURNS); round += 1)
    for (const [index, { port, paths }] of targets.entries()) {
      const answered = await turn(client, { port, paths, milliseconds })
      if (round > 0) turns[index]?.push(answered)
    }
  await client.terminate()
  return turns
}

const listen = async (app: FastifyInstance): Promise<number> =>
  Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port)

export const getRun: BenchCase = async ({ folder, isQuick }) => {
  const runtime = openPipeline(join(folder, 'api'))
  const paths = start(runtime)
  const app = await serveApi(runtime, {
    metrics: createMetrics(),
    wanted: () => runtime.now,
    sources: () => [],
  })
  const port = await listen(app)
  const first = paths[0] ?? ''
  const body = await (await fetch(`http://127.0.0.1:${port}${first}`)).text()
  if (!body.includes('"pFail":0.')) throw new Error(`no forecast to answer with: ${body}`)
  const bare = bareApp(body)
  const barePaths = paths.map((path) => path.replace('/v1/runs', '/bare'))
  const targets: Target[] = [
    { name: 'bare route', port: await listen(bare), paths: barePaths },
    { name: 'GET run, each another', port, paths },
    { name: 'GET run, always the same', port, paths: [first] },
  ]
  const ticking = setInterval(() => {
    runtime.commit([], runtime.now + TICK_MS)
  }, TICK_MS)
  const turns = await takeTurns(targets, isQuick)
  clearInterval(ticking)
  await Promise.all([app.close(), bare.close()])
  runtime.close()
  return [
    { name: 'answer', value: Buffer.byteLength(body), unit: 'bytes' },
    ...targets.flatMap(({ name }, index) =>
      figuresOf(name, turns[index] ?? [], index === 0 ? undefined : targets[0]?.name),
    ),
  ]
}
