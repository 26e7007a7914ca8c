/** `stopline sink`: writes views from the log into Redis. */

import { randomUUID } from 'node:crypto'
import { checkAccess } from '../../runtime/kafka/access.ts'
import { createMetrics, type Metrics } from '../../runtime/metrics.ts'
import type { PartitionFreshness } from '../../runtime/redis/freshness.ts'
import type { SinkHooks } from '../../sinks/redis/follower.ts'
import { runSink } from '../../sinks/redis/sink.ts'
import { serveHealth } from '../cluster/health-server.ts'
import { LISTEN_OPTIONS, listenOn, say, SETTINGS_HELP } from '../cluster/options.ts'
import { clusterSettings } from '../cluster/settings.ts'
import { openSink } from '../cluster/sink-settings.ts'
import { EXIT, type Command } from '../command.ts'

/** A sink that has written nothing for so long is not ready. */
const SILENT_MS = 15_000
/** It waits, until so long it has not had to. */
const WAITING_SHOWN_MS = 3_000

export const sink: Command = {
  name: 'sink',
  takes: '',
  minArguments: 0,
  maxArguments: 0,
  summary: 'write read models from Kafka into Redis',
  help: `Follows all topics that feed read models and writes them to Redis, from wherever they stand there. ${SETTINGS_HELP}`,
  options: LISTEN_OPTIONS,
  isEndless: true,
  run: async (invocation) => {
    const metrics = createMetrics()
    const state = createSinkState(metrics)
    const server = await serveHealth(listenOn(invocation, 9464), metrics, state.reasons)
    try {
      const cluster = clusterSettings()
      await checkAccess(cluster.connection)
      const open = await openSink(cluster)
      try {
        const member = `sink-${randomUUID()}`
        say(`sink ${member}: health on port ${server.port}`)
        await runSink({ ...open.settings, member }, invocation.signal, state.hooks)
      } finally {
        await open.close()
      }
    } finally {
      await server.close()
    }
    return EXIT.ok
  },
}

/** What a sink does, as metrics, words and readiness. */
/** Exported for its test. */
export const createSinkState = (metrics: Metrics) => {
  let fresh: ReadonlyMap<number, PartitionFreshness> = new Map()
  let heardAt = -Infinity
  let waitingAt = -Infinity
  let trouble: string | undefined
  const records = metrics.counter('stopline_stage_records_total')
  const note = (outcome: string, count = 1): void => {
    records.inc({ stage: 'sink', outcome }, count)
  }
  // A series that begins above zero has not risen, as Prometheus sees it.
  for (const outcome of ['ok', 'retry', 'lost', 'unreadable']) note(outcome, 0)
  const lag = metrics.gauge('stopline_stage_lag_seconds')
  const labelsOf = (partition: number) => ({ stage: 'sink', partition: String(partition) })
  let shown: readonly number[] = []
  metrics.beforeText(() => {
    // What another sink writes now is not behind here.
    for (const partition of shown) lag.remove(labelsOf(partition))
    shown = [...fresh.keys()]
    for (const [partition, { asOf, offeredAt }] of fresh)
      lag.set(labelsOf(partition), Math.max(0, offeredAt - asOf) / 1000)
  })
  const hooks: SinkHooks = {
    onApplied: (count, seconds) => {
      note('ok', count)
      metrics.counter('stopline_stage_seconds_total').inc({ stage: 'sink' }, seconds)
      metrics.counter('stopline_stage_batches_total').inc({ stage: 'sink' })
    },
    onWaiting: (error) => {
      if (trouble !== error.message) say(`waits: ${error.message}`)
      trouble = error.message
      waitingAt = performance.now()
    },
    onRetry: (error) => {
      trouble = error.message
      note('retry')
      say(`looks again where the views stand after: ${error.message}`)
    },
    onLost: (topic, partition, count) => {
      note('lost', count)
      say(
        `LOST to the views: ${count} records of ${topic}, partition ${partition}, went by retention before they were written`,
      )
    },
    onUnreadable: (topic, partition, offset) => {
      note('unreadable')
      say(`unreadable: ${topic}, partition ${partition}, offset ${offset}`)
    },
    onFresh: (said) => {
      fresh = said
      heardAt = performance.now()
      if (heardAt - waitingAt > WAITING_SHOWN_MS) trouble = undefined
    },
  }
  const reasons = (): readonly string[] => {
    if (trouble !== undefined) return [trouble]
    const silentMs = performance.now() - heardAt
    return silentMs < SILENT_MS ? [] : ['the views have not been written yet, or not for long']
  }
  return { hooks, reasons }
}
