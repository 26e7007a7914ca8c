/** A process of the topology, to be disturbed by tests; writes a line of JSON for what happens. */

import { writeSync } from 'node:fs'
import { TOPOLOGY } from '../../processors/topology.ts'
import type { ClusterConfig } from '../../runtime/kafka/cluster-config.ts'
import { taskName } from '../../runtime/kafka/names.ts'
import { openProcess } from '../../runtime/kafka/process.ts'
import { shippedModels } from './shipped-models.ts'

/** What it says, one on each line. */
export type Said =
  | {
      readonly kind: 'committed' | 'fenced' | 'closed' | 'paused'
      readonly task: string
    }
  /** How many changes were read back from the changelog. */
  | { readonly kind: 'opened'; readonly task: string; readonly changes: number }
  | { readonly kind: 'failed' | 'stopped'; readonly task: string; readonly error: string }
  | { readonly kind: 'assigned'; readonly tasks: readonly string[] }
  | { readonly kind: 'ended'; readonly error: string }

const say = (said: Said): void => {
  writeSync(1, `${JSON.stringify(said)}\n`)
}

const config = JSON.parse(process.argv[2] ?? '{}') as ClusterConfig
// The input ends with the test, however that ends.
process.stdin.resume().on('end', () => process.exit())
const stop = new AbortController()
process.on('SIGTERM', () => {
  stop.abort()
})
const opened = await openProcess(config, TOPOLOGY, {
  models: shippedModels(),
  onAssigned: (tasks) => {
    say({ kind: 'assigned', tasks: tasks ?? [] })
  },
  onTask: (event) => {
    const task = taskName(event.of.plan.name, event.of.partition)
    if (event.kind === 'passed') return
    if (event.kind === 'failed' || event.kind === 'stopped')
      say({ kind: event.kind, task, error: `${event.error.name}: ${event.error.message}` })
    else if (event.kind === 'opened') say({ kind: 'opened', task, changes: event.changes })
    else say({ kind: event.kind, task })
  },
})
try {
  await opened.run(stop.signal)
} catch (error) {
  say({ kind: 'ended', error: String(error) })
  process.exitCode = 1
}
process.stdin.destroy()
