/** GET a run beside bare Fastify routes that send as many bytes, loaded in turns in one process. */

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

const ONE_BODY = '/one'
const MANY_BODIES = '/many'
const JSON_TYPE = 'application/json; charset=utf-8'

/**
 * The settings of api/app.ts that a request can feel, and nothing else. One route sends the same body to all, which no
 * core has to fetch from memory; the other that of the run asked for, as whoever keeps 5,000 answers has to.
 */
const bareApp = (body: string, bodies: ReadonlyMap<string, string>): FastifyInstance => {
  const app = fastify({ logger: false, requestTimeout: 10_000 })
  const path = '/:source/:repo/:job/:runId/:attempt'
  app.get(ONE_BODY + path, (_request, reply) => reply.header('content-type', JSON_TYPE).send(body))
  app.get<{ Params: { runId: string } }>(MANY_BODIES + path, ({ params }, reply) =>
    reply.header('content-type', JSON_TYPE).send(bodies.get(params.runId)),
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
  /** Names of the targets it is divided by. */
  readonly peers: readonly string[]
}
const middle = (turns: readonly Turn[], value: (turn: Turn) => number): number =>
  quantile(
    turns.map(value).sort((a, b) => a - b),
    0.5,
  )
/** By the clock and by the CPU; what has several peers is told once beside each. */
const figuresOf = ({ name, peers }: Target, turns: readonly Turn[]): Figure[] =>
  (['', ' per CPU second'] as const).flatMap((per) => {
    const value = middle(turns, (t) => t.requests / (per === '' ? t.seconds : t.cpuSeconds))
    const beside = (peer: string | undefined, index: number): Figure => ({
      name: name + (index > 0 ? ' (again)' : '') + per,
      value,
      unit: 'requests/s',
      peer: peer === undefined ? undefined : peer + per,
    })
    return peers.length === 0 ? [beside(undefined, 0)] : peers.map(beside)
  })

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

/** What each path is answered with. */
const bodiesOf = async (port: number, paths: readonly string[]): Promise<Map<string, string>> => {
  const bodies = new Map<string, string>()
  for (const path of paths)
    bodies.set(path, await (await fetch(`http://127.0.0.1:${port}${path}`)).text())
  return bodies
}
const byRunId = (bodies: ReadonlyMap<string, string>): Map<string, string> =>
  new Map([...bodies].map(([path, body]) => [path.split('/').at(-2) ?? '', body]))

export const getRun: BenchCase = async ({ folder, isQuick }) => {
  const runtime = openPipeline(join(folder, 'api'))
  const paths = start(runtime)
  const app = await serveApi(runtime, {
    metrics: createMetrics(),
    wanted: () => runtime.now,
    sources: () => [],
  })
  const port = await listen(app)
  const bodies = await bodiesOf(port, paths)
  const first = paths[0] ?? ''
  const body = bodies.get(first) ?? ''
  if (!body.includes('"pFail":0.')) throw new Error(`no forecast to answer with: ${body}`)
  const bare = bareApp(body, byRunId(bodies))
  const barePort = await listen(bare)
  const at = (prefix: string): string[] => paths.map((path) => path.replace('/v1/runs', prefix))
  const [one, many] = ['bare route', 'bare route, each another']
  const targets: Target[] = [
    { name: one, port: barePort, paths: at(ONE_BODY), peers: [] },
    { name: many, port: barePort, paths: at(MANY_BODIES), peers: [one] },
    { name: 'GET run, each another', port, paths, peers: [one, many] },
    { name: 'GET run, always the same', port, paths: [first], peers: [one] },
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
    ...targets.flatMap((target, index) => figuresOf(target, turns[index] ?? [])),
  ]
}
