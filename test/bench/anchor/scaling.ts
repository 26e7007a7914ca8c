/** One, two and three processes on one machine over the same events: how much faster, and who has the cores. */

import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { TOPOLOGY } from '../../../processors/topology.ts'
import { writeToOf, type ClusterConfig } from '../../../runtime/kafka/cluster-config.ts'
import { taskName } from '../../../runtime/kafka/names.ts'
import { ProgressBoard } from '../../../runtime/kafka/progress-board.ts'
import { tasksOf } from '../../../runtime/kafka/tasks.ts'
import { startBroker } from '../../cluster/broker.ts'
import type { Figure } from '../figures.ts'
import { MB, type BenchCase } from '../setting.ts'
import { startMeasured } from './measured.ts'
import type { OursOptions } from './ours.ts'
import { benchConfig, makeOurTopics, oursProgram, preloadOurs } from './throughput.ts'
import { WATCH } from './watch.ts'

const PROCESSES = [1, 2, 3]
type Topology = OursOptions['topology']
const EVENTS: Readonly<Record<Topology, number>> = { watch: 400_000, all: 50_000 }
const QUICK_EVENTS = 5_000
const NAMES: Readonly<Record<Topology, string>> = { watch: 'small topology', all: 'all processors' }
const LOOK_MS = 5
const TICKS_PER_SECOND = 100

interface Run {
  readonly seconds: number
  readonly ours: number
  /** CPU seconds of all else on the machine, the broker above all. */
  readonly others: number
  readonly peakBytes: number
}

/** From the first commit of any task until all tasks have handled everything. */
const runOf = async (
  config: ClusterConfig,
  topology: Topology,
  count: number,
  until: number,
): Promise<Run> => {
  const board = new ProgressBoard(config.connection, writeToOf(config).names)
  await board.open()
  const tasks = tasksOf(topology === 'watch' ? [WATCH] : TOPOLOGY).flatMap(({ name }) =>
    Array.from({ length: config.partitions }, (_, partition) => taskName(name, partition)),
  )
  const programs = Array.from({ length: count }, () =>
    startMeasured(oursProgram({ config, topology, until: null })),
  )
  const ours = (): number => programs.reduce((sum, each) => sum + each.taken().cpuSeconds, 0)
  const hasBegun = (task: string): boolean => board.committed(task).at > 0
  while (!tasks.some(hasBegun)) await sleep(LOOK_MS)
  const [began, cpu, busy] = [performance.now(), ours(), busySeconds()]
  while (tasks.some((task) => board.newest(task).at < until)) await sleep(LOOK_MS)
  const seconds = (performance.now() - began) / 1000
  const mine = ours() - cpu
  const others = busySeconds() - busy - mine
  for (const each of programs) each.stop()
  const taken = await Promise.all(programs.map(({ ended }) => ended))
  await board.close()
  return { seconds, ours: mine, others, peakBytes: Math.max(...taken.map((of) => of.peakBytes)) }
}

/** CPU seconds that the whole machine has worked: user, nice, system, irq and softirq of /proc/stat. */
const busySeconds = (): number => {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = (
    readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? ''
  )
    .split(/\s+/)
    .slice(1)
    .map(Number)
  return (user + nice + system + irq + softirq) / TICKS_PER_SECOND
}

const scalingOf =
  (topology: Topology): BenchCase =>
  async ({ isQuick }) => {
    const events = isQuick ? QUICK_EVENTS : EVENTS[topology]
    const broker = await startBroker()
    const figures: Figure[] = []
    try {
      for (const count of PROCESSES) {
        const config = { ...benchConfig(broker.connection), namespace: `bench${count}.` }
        await makeOurTopics(config, topology === 'watch' ? [WATCH] : TOPOLOGY)
        const until = await preloadOurs(config, events)
        const run = await runOf(config, topology, count, until)
        const name = `${NAMES[topology]}, ${count} process${count === 1 ? '' : 'es'}`
        const first = `${NAMES[topology]}, 1 process`
        figures.push(
          {
            name,
            value: events / run.seconds,
            unit: 'events/s',
            peer: count === 1 ? undefined : first,
          },
          { name: `${name}: cores of ours`, value: run.ours / run.seconds, unit: 'cores' },
          { name: `${name}: cores of all else`, value: run.others / run.seconds, unit: 'cores' },
          { name: `${name}: peak memory of one`, value: run.peakBytes / MB, unit: 'MB' },
        )
      }
      return figures
    } finally {
      await broker.stop()
    }
  }

export const smallTopology = scalingOf('watch')
export const allProcessors = scalingOf('all')
