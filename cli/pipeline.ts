/** The whole pipeline on the embedded runtime, and its API. */

import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { buildApp } from '../api/app.ts'
import type { ApiDeps, SourceStatus } from '../api/deps.ts'
import type { Models } from '../processors/processor.ts'
import { TOPOLOGY } from '../processors/topology.ts'
import { EmbeddedRuntime } from '../runtime/embedded/runtime.ts'
import type { Metrics } from '../runtime/metrics.ts'
import { onePartition } from '../runtime/one-partition.ts'
import { toViews } from '../sinks/views/to-views.ts'

export const WEB_FOLDER = join(import.meta.dirname, '..', 'dist', 'web')

export const openPipeline = (folder: string, models: Models = {}): EmbeddedRuntime =>
  new EmbeddedRuntime(folder, TOPOLOGY, toViews, models)

export interface ServeOptions {
  readonly metrics: Metrics
  /** Pipeline time that the clock asks for: the lag is how far the pipeline is behind it. */
  readonly wanted: () => number
  readonly sources: () => readonly SourceStatus[]
  readonly ingest?: ApiDeps['ingest']
  readonly models?: ApiDeps['models']
  readonly access?: ApiDeps['access']
}

export const serveApi = (
  runtime: EmbeddedRuntime,
  { metrics, wanted, sources, ingest, models, access }: ServeOptions,
): Promise<FastifyInstance> =>
  buildApp({
    views: runtime.views,
    log: onePartition(runtime.log),
    metrics,
    time: () => ({ now: runtime.now, lagMs: Math.max(0, wanted() - runtime.now) }),
    status: () => ({
      isReady: runtime.now > 0,
      storeBytes: runtime.store.bytes,
      sources: sources(),
      stages: TOPOLOGY.map(({ name, inputs, outputs }) => ({ name, inputs, outputs })),
    }),
    onCommit: (listener) => runtime.onCommit(listener),
    ingest,
    models,
    access,
    command: commandsOf(runtime),
    webFolder: WEB_FOLDER,
  })

/** Puts commands on the log, each once: those of earlier processes are on it. */
const commandsOf = (runtime: EmbeddedRuntime): NonNullable<ApiDeps['command']> => {
  let taken: Set<string> | undefined
  return (record) => {
    taken ??= new Set(
      [...runtime.log.read('ci.incident-commands.v1')].map((row) => row.record?.eventId ?? ''),
    )
    if (taken.has(record.eventId)) return false
    runtime.commit([{ topic: 'ci.incident-commands.v1', record }], runtime.now + 1)
    taken.add(record.eventId)
    return true
  }
}
