/**
 * How long nothing goes on when a broker is lost or restarted: what is written after it is acknowledged and committed by each lane in
 * less than 30 s. What was said is equal to the embedded run.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TOPOLOGY } from '../../processors/topology.ts'
import { writeToOf, type ClusterConfig } from '../../runtime/kafka/cluster-config.ts'
import { OUTSIDE, taskName } from '../../runtime/kafka/names.ts'
import { tasksOf } from '../../runtime/kafka/tasks.ts'
import { patiently } from '../support/patience.ts'
import { hasBroker } from './broker.ts'
import { startBrokers, type Brokers } from './brokers.ts'
import { coordinatorOf } from './coordinators.ts'
import { createGate, type Gate } from './kill-run.ts'
import { until, untilReached } from './processes.ts'
import { replay, testConfig, type Stage } from './replay.ts'
import { demoFacts, embeddedRun } from './worlds.ts'

const PLANS = tasksOf(TOPOLOGY)
const PARTITIONS = 3
/** On a machine that does nothing else; longer with STOPLINE_CLUSTER_PATIENCE, as in CI. */
const MOST_SECONDS = patiently(30)
const HOURS = 10
const STEPS = 4 * HOURS
/** Steps that are let in just before a fault, so that it falls into work. */
const AHEAD = 3
const LONG_MS = 1_200_000

const world = demoFacts(HOURS, { steps: STEPS })
/** The tasks of each lane; there are as many lanes as partitions. */
const LANES = Array.from({ length: PARTITIONS }, (_, partition) =>
  PLANS.map(({ name }) => taskName(name, partition)),
)
const TASKS = LANES.flat()

interface Recovery {
  /** Seconds until what was written after the fault was acknowledged. */
  readonly acknowledged: number
  /** Seconds until of each lane a task had committed it: a lane that stands still is no recovery. */
  readonly commit: number
  /** Seconds until all tasks had handled it. */
  readonly all: number
}

/** What is done to the brokers of a run, by name, and what came of it. */
class Recoveries {
  readonly #found = new Map<string, Recovery>()
  readonly #gate: Gate
  readonly #stage: Stage
  #opened = 0

  constructor(gate: Gate, stage: Stage) {
    this.#gate = gate
    this.#stage = stage
  }

  /** From the end of `fault` on until one more step is acknowledged, committed and handled by all tasks. */
  async after(name: string, fault: () => Promise<void>): Promise<void> {
    for (let step = 0; step < AHEAD; step += 1) this.#open()
    await fault()
    const found = await this.pass()
    this.#found.set(name, found)
    console.log(
      `${name}: acknowledged after ${found.acknowledged.toFixed(1)} s, committed after ${found.commit.toFixed(1)} s, ` +
        `handled by all ${TASKS.length} tasks after ${found.all.toFixed(1)} s`,
    )
  }

  /** Lets one step in, and waits for its end. */
  async pass(): Promise<Recovery> {
    const { board, writtenAt } = this.#stage
    const began = performance.now()
    const elapsed = (): number => (performance.now() - began) / 1_000
    const at = this.#open()
    await until('it is acknowledged', () => writtenAt() >= at)
    const acknowledged = elapsed()
    const isCommitted = (task: string): boolean => board.committed(task).at >= at
    await until('of each lane something is committed', () =>
      LANES.every((tasks) => tasks.some(isCommitted)),
    )
    const commit = elapsed()
    await untilReached(board, PLANS, PARTITIONS, at)
    return { acknowledged, commit, all: elapsed() }
  }

  /** Lets one step in; gives the pipeline time of its end. */
  #open(): number {
    this.#gate.openOne()
    this.#opened += 1
    return world.endOf(this.#opened - 1)
  }

  /** Fails where the next commit took too long. */
  check(): void {
    expect([...this.#found].filter(([, { commit }]) => commit > MOST_SECONDS)).toEqual([])
  }
}

const disturbed = async (
  config: ClusterConfig,
  disturb: (recoveries: Recoveries) => Promise<void>,
): Promise<void> => {
  const gate = createGate(world.steps)
  await replay({
    config,
    world,
    expected: embeddedRun(world),
    processes: 2,
    pace: gate.pass,
    disturb: async (_processes, stage) => {
      const recoveries = new Recoveries(gate, stage)
      await recoveries.pass()
      await disturb(recoveries)
      recoveries.check()
      gate.openTo(1)
    },
  })
}

describe.skipIf(!hasBroker())('three brokers, two of them in sync at least', () => {
  let brokers: Brokers
  beforeAll(async () => {
    brokers = await startBrokers({ count: 3 })
  }, LONG_MS)
  afterAll(() => brokers.remove(), LONG_MS)

  it(
    'go on within 30 s where the one that coordinates is lost, and while they restart one after the other',
    async () => {
      const config: ClusterConfig = {
        ...testConfig('recovery', PARTITIONS, brokers.connection),
        replication: 3,
        minInSync: 2,
      }
      const { names } = writeToOf(config)
      const { connection } = config
      await disturbed(config, async (recoveries) => {
        for (const [of, name] of [
          ['group', names.members],
          ['transactions', names.transactionalId(OUTSIDE, 0)],
        ] as const) {
          const id = await coordinatorOf(connection, of, name)
          await recoveries.after(`killed, coordinator of ${of}`, () => brokers.kill(id))
          await brokers.up(id)
          await brokers.inSync()
        }
        for (const id of brokers.ids) {
          await recoveries.after(`stopped in turn, broker ${id}`, () => brokers.stop(id))
          await recoveries.after(`back in turn, broker ${id}`, () => brokers.up(id))
          await brokers.inSync()
        }
      })
    },
    LONG_MS,
  )
})

describe.skipIf(!hasBroker())('a broker alone', () => {
  let broker: Brokers
  beforeAll(async () => {
    broker = await startBrokers({ count: 1 })
  }, LONG_MS)
  afterAll(() => broker.remove(), LONG_MS)

  it(
    'goes on within 30 s of being back, stopped or killed',
    async () => {
      /** It takes connections before it has looked through its logs: it is back when it leads all partitions. */
      const back = async (): Promise<void> => {
        await broker.up(1)
        await broker.inSync()
      }
      await disturbed(testConfig('alone', PARTITIONS, broker.connection), async (recoveries) => {
        await recoveries.after('stopped and back, alone', async () => {
          await broker.stop(1)
          await back()
        })
        await recoveries.after('killed and back, alone', async () => {
          await broker.kill(1)
          await back()
        })
      })
    },
    LONG_MS,
  )
})
