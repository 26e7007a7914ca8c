/** `stopline process`: runs the topology on Kafka, as many tasks of it as its group gives this process. */

import { TOPOLOGY } from '../../processors/topology.ts'
import { checkAccess } from '../../runtime/kafka/access.ts'
import { openProcess, type KafkaProcess } from '../../runtime/kafka/process.ts'
import type { TaskEvent } from '../../runtime/kafka/task-events.ts'
import { createMetrics, type Metrics } from '../../runtime/metrics.ts'
import { serveHealth } from '../cluster/health-server.ts'
import { listenOn, LISTEN_OPTIONS, say, SETTINGS_HELP } from '../cluster/options.ts'
import { clusterSettings } from '../cluster/settings.ts'
import { EXIT, type Command } from '../command.ts'
import { MODELS_OPTION, modelsOf } from '../models.ts'

export const processCommand: Command = {
  name: 'process',
  takes: '',
  minArguments: 0,
  maxArguments: 0,
  summary: 'run processors on Kafka',
  help: `Runs the tasks of the topology that its group gives it: each batch is one transaction. ${SETTINGS_HELP}
It ends with code 1 where its state is in doubt, and must then be started again.`,
  options: { ...LISTEN_OPTIONS, models: MODELS_OPTION },
  isEndless: true,
  run: async (invocation) => {
    const metrics = createMetrics()
    let running: KafkaProcess | undefined
    const reasons = (): readonly string[] => running?.status().reasons ?? ['it is starting']
    const server = await serveHealth(listenOn(invocation, 9464), metrics, reasons)
    try {
      const cluster = clusterSettings()
      await checkAccess(cluster.connection)
      const opened = await openProcess(cluster, TOPOLOGY, {
        models: modelsOf(invocation).models,
        onTask: (event) => {
          noteTask(metrics, event)
        },
        onAssigned: (tasks) => {
          // One that is spare has no task, and waits to take over.
          const has = `has ${(tasks ?? []).join(', ') || 'no task'}`
          say(`process: ${tasks === null ? 'is no member of its group' : has}`)
        },
      })
      for (const { topic, setting, wanted, found } of opened.drift) {
        say(`DRIFT: ${topic} has ${setting} ${found}, not ${wanted}; it is left as it is`)
        metrics.gauge('stopline_topic_drift').set({ topic, setting }, 1)
      }
      running = opened
      say(`process: health on port ${server.port}`)
      await opened.run(invocation.signal)
    } finally {
      await server.close()
    }
    return EXIT.ok
  },
}

/** An event of a task as metrics, and in words where somebody should know. */
const noteTask = (metrics: Metrics, event: TaskEvent): void => {
  const { plan, partition } = event.of
  const stage = plan.name
  const count = (outcome: string, records = 1): void => {
    metrics.counter('stopline_stage_records_total').inc({ stage, outcome }, records)
  }
  if (event.kind === 'committed') {
    count('ok', event.records - event.letters)
    count('dlq', event.letters)
    metrics.counter('stopline_stage_batches_total').inc({ stage })
    metrics.counter('stopline_stage_seconds_total').inc({ stage }, event.ms / 1000)
  }
  if (event.kind === 'committed' || event.kind === 'passed') {
    metrics
      .gauge('stopline_stage_time_seconds')
      .set({ stage, partition: String(partition) }, event.at / 1000)
    return
  }
  // What another process goes on with is not behind here.
  if (event.kind === 'closed' || event.kind === 'fenced')
    metrics.gauge('stopline_stage_time_seconds').remove({ stage, partition: String(partition) })
  // A series that begins above zero has not risen, as Prometheus sees it.
  if (event.kind === 'opened')
    for (const outcome of ['ok', 'dlq', 'failed', 'stopped']) count(outcome, 0)
  if (event.kind === 'opened' || event.kind === 'closed') return
  count(event.kind)
  const why = 'error' in event ? `: ${event.error.message}` : ''
  say(`${stage}/${partition} ${event.kind}${why}`)
}
