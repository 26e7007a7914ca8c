/** A process of our runtime under measurement: a topology on Kafka, until a time is reached or it is told to end. */

import { writeSync } from 'node:fs'
import { TOPOLOGY } from '../../../processors/topology.ts'
import type { ClusterConfig } from '../../../runtime/kafka/cluster-config.ts'
import { taskName } from '../../../runtime/kafka/names.ts'
import { openProcess } from '../../../runtime/kafka/process.ts'
import { tasksOf } from '../../../runtime/kafka/tasks.ts'
import { keepHeapSmall } from '../../../runtime/memory.ts'
import { WATCH } from './watch.ts'

export interface OursOptions {
  readonly config: ClusterConfig
  /** The small topology of the peer, or all processors. */
  readonly topology: 'watch' | 'all'
  /** It ends once all tasks have handled everything up to this pipeline time; null goes on until the signal. */
  readonly until: number | null
}

keepHeapSmall() // as the command line does
const { config, topology, until } = JSON.parse(process.argv[2] ?? '') as OursOptions
const processors = topology === 'watch' ? [WATCH] : TOPOLOGY
const stop = new AbortController()
process.on('SIGTERM', () => {
  stop.abort()
})
/** Tasks that are not there yet. */
const behind = new Set(
  tasksOf(processors).flatMap(({ name }) =>
    Array.from({ length: config.partitions }, (_, partition) => taskName(name, partition)),
  ),
)
let handled = 0
let commits = 0
let began = Infinity
let cpu = process.cpuUsage()

const end = (now: number): void => {
  const { user, system } = process.cpuUsage(cpu)
  const seconds = (now - began) / 1000
  writeSync(1, `${JSON.stringify({ handled, commits, seconds, cpuMicros: user + system })}\n`)
  stop.abort()
}
const opened = await openProcess(config, processors, {
  onTask: (event) => {
    if (event.kind === 'stopped') throw event.error
    if (event.kind === 'failed') process.stderr.write(`${event.error.message}: tried again\n`)
    if (event.kind !== 'committed' && event.kind !== 'passed') return
    const now = performance.now()
    if (event.kind === 'committed') {
      if (began === Infinity) {
        began = now - event.ms
        cpu = process.cpuUsage()
      }
      commits += 1
      handled += event.records
    }
    if (until === null || event.at < until || behind.size === 0) return
    behind.delete(taskName(event.of.plan.name, event.of.partition))
    if (behind.size === 0) end(now)
  },
})
await opened.run(stop.signal)
process.exit()
