/** A process that runs some partitions of every task of the topology, to be killed by tests; writes a dot after each commit. */

import { writeSync } from 'node:fs'
import { TOPOLOGY } from '../../processors/topology.ts'
import { runTasks } from '../../runtime/kafka/process-tasks.ts'
import { ProgressBoard } from '../../runtime/kafka/progress-board.ts'
import { tasksOf } from '../../runtime/kafka/tasks.ts'
import { writeToOf } from './write-to.ts'

/** What it is told, as JSON: which partitions of each task it runs, and where. */
export interface ProcessOrder {
  readonly brokers: readonly string[]
  readonly namespace: string
  readonly partitions: number
  readonly mine: readonly number[]
}

const order = JSON.parse(process.argv[2] ?? '{}') as ProcessOrder
const to = writeToOf(order)
const board = new ProgressBoard(order.brokers, to.names)
await board.open()
const assigned = tasksOf(TOPOLOGY).flatMap((plan) =>
  order.mine.map((partition) => ({ plan, partition })),
)
// The input ends with the test, however that ends.
process.stdin.resume().on('end', () => process.exit())
const stop = new AbortController()
process.on('SIGTERM', () => {
  stop.abort()
})
await runTasks(
  assigned,
  { ...to, brokers: order.brokers, board },
  {
    signal: stop.signal,
    onCommit: () => writeSync(1, '.'),
    onRestore: ({ plan, partition }, error) => {
      writeSync(2, `${plan.name}/${partition} is restored after: ${error.name}: ${error.message}\n`)
    },
  },
)
await board.close()
process.stdin.destroy()
