/** The API on views in Redis and the log on Kafka. */

import type { FastifyInstance } from 'fastify'
import { buildApp } from '../../api/app.ts'
import type { ApiDeps } from '../../api/deps.ts'
import { TOPOLOGY } from '../../processors/topology.ts'
import { CodedError } from '../../runtime/errors.ts'
import type { Mailbox } from '../../runtime/kafka/mailbox.ts'
import type { LiveTail } from '../../runtime/live-tail.ts'
import { createMetrics } from '../../runtime/metrics.ts'
import type { RedisStatus } from '../../runtime/redis/redis-status.ts'
import { RedisViews } from '../../runtime/redis/view-store.ts'
import type { ViewsClock } from '../../runtime/redis/views-clock.ts'
import type { RedisClient } from '../../runtime/redis/client.ts'
import { WEB_FOLDER } from '../pipeline.ts'

export interface ClusterApi {
  readonly app: FastifyInstance
  /** To be called where the views have moved on. */
  readonly onViewsMoved: () => void
}
interface Parts {
  readonly redis: RedisClient
  readonly space: string
  readonly clock: ViewsClock
  readonly tail: LiveTail
  readonly status: RedisStatus
  readonly models: ApiDeps['models']
  readonly access: ApiDeps['access']
  readonly mailbox: Mailbox
}

export const clusterApi = async (parts: Parts): Promise<ClusterApi> => {
  const { redis, space, clock, tail, status, models, access, mailbox } = parts
  const listeners = new Set<Parameters<ApiDeps['onCommit']>[0]>()
  const app = await buildApp({
    views: new RedisViews(redis, space, clock.generation),
    areViewsRemote: true,
    log: tail,
    metrics: createMetrics(),
    time: clock.time,
    status: () => ({
      isReady: clock.time().now > 0,
      storeBytes: status.bytes(),
      sources: status.sources(),
      stages: TOPOLOGY.map(({ name, inputs, outputs }) => ({ name, inputs, outputs })),
    }),
    onCommit: (listener) => {
      listeners.add(listener)
      const stop = tail.onRecords(listener)
      return () => {
        listeners.delete(listener)
        stop()
      }
    },
    models,
    access,
    command: (command) =>
      mailbox.post(command).catch((error: unknown) => {
        throw new CodedError('log-unreachable', `Kafka: ${(error as Error).message}`, error)
      }),
    webFolder: WEB_FOLDER,
  })
  return {
    app,
    onViewsMoved: () => {
      for (const listener of listeners) listener([])
    },
  }
}
