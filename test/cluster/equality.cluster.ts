/** Many tasks on Kafka say what one process on one file says, whoever comes, goes, is killed or stops for a while. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TOPOLOGY } from '../../processors/topology.ts'
import { patientClient } from '../../runtime/kafka/client.ts'
import { writeToOf, type ClusterConfig } from '../../runtime/kafka/cluster-config.ts'
import { tasksOf } from '../../runtime/kafka/tasks.ts'
import { hasBroker, startBroker, type TestBroker } from './broker.ts'
import { until, type TaskProcess } from './processes.ts'
import { pauses, replay, testConfig, type Replay } from './replay.ts'
import { demoFacts, embeddedRun, OUTPUTS, type Expected, type World } from './worlds.ts'

/** The demo has no clusters, no texts of failures and nothing that cannot be read. */
const SILENT = ['ci.cluster-runs.v1', 'ci.failure-groups.v1', 'ci.dead-letters.v1']
const PLANS = tasksOf(TOPOLOGY)
const PARTITIONS = 3
/** Past a day everything has been said once. */
const HOURS = Number(process.env['STOPLINE_CLUSTER_HOURS'] ?? 26)
/** So many last while processes come and go. */
const HOURS_DISTURBED = Math.min(HOURS, 8)
const KILLS = Number(process.env['STOPLINE_CLUSTER_KILLS'] ?? 5)
const MOST_STANDSTILLS = 5
/** Changes that all changelogs hold. */
const changesOf = async (config: ClusterConfig): Promise<number> => {
  const { names } = writeToOf(config)
  const admin = patientClient(config.connection).admin()
  await admin.connect()
  try {
    const ends = await Promise.all(
      PLANS.map(({ name }) => admin.fetchTopicOffsets(names.changelog(name))),
    )
    return ends.flat().reduce((sum, { high }) => sum + Number(high), 0)
  } finally {
    await admin.disconnect()
  }
}
/** How often it was told that it has no task. */
const timesWithout = ({ said }: TaskProcess): number =>
  said.filter((one) => one.kind === 'assigned' && one.tasks.length === 0).length

describe.skipIf(!hasBroker())('the topology on Kafka', () => {
  let broker: TestBroker
  let world: World
  let expected: Expected
  beforeAll(async () => {
    broker = await startBroker()
    world = demoFacts(HOURS_DISTURBED, { steps: 26 })
    expected = embeddedRun(world)
  })
  afterAll(() => broker.stop())

  type Disturbance = Pick<Replay, 'processes' | 'pace' | 'disturb' | 'beforeEnd'>
  type More = Partial<Pick<Replay, 'config' | 'world' | 'expected'>>
  const run = (name: string, of: Disturbance & More) =>
    replay({ config: testConfig(name, PARTITIONS, broker.connection), world, expected, ...of })
  const areAtWork = (processes: readonly TaskProcess[]): boolean =>
    processes.every((each) => each.tasks().length > 0 && each.count('committed') > 0)

  it('says what the embedded runtime says', async () => {
    const whole = demoFacts(HOURS)
    const saidOfIt = embeddedRun(whole)
    expect(saidOfIt.facts).toBeGreaterThan(600 * HOURS)
    const silent = OUTPUTS.filter((topic) => saidOfIt.outputs.count(topic) === 0)
    expect(silent).toEqual(SILENT)
    await run('calm', {
      ...{ world: whole, expected: saidOfIt },
      processes: 2,
      pace: pauses(0),
      disturb: async (processes) => {
        await until('both have tasks', () => areAtWork(processes))
      },
    })
  })

  it(`says the same after ${KILLS} kills`, async () => {
    let kills = 0
    await run('killed', {
      processes: 2,
      pace: pauses(400),
      disturb: async (processes, { start }) => {
        for (; kills < KILLS; kills += 1) {
          const index = kills % processes.length
          const victim = processes[index]
          if (victim === undefined) break
          await until('there is something to lose', () => victim.count('committed') >= 5)
          await wait(50 + 137 * kills)
          await victim.end('SIGKILL')
          processes[index] = start()
        }
      },
    })
    expect(kills).toBe(KILLS)
  })

  it('says the same after kills of one that keeps its states in a folder, and reads little of them back', async () => {
    const stateFolder = mkdtempSync(join(tmpdir(), 'stopline-states-'))
    const config = { ...testConfig('kept', PARTITIONS, broker.connection), stateFolder }
    /** Of all changes that had been committed then, the share that was read back after each kill. */
    const shares: number[] = []
    await run('kept', {
      config,
      processes: 1,
      pace: pauses(400),
      disturb: async (processes, { start }) => {
        for (let kill = 0; kill < KILLS; kill += 1) {
          const [victim] = processes
          await until('there is something to lose', () => (victim?.count('committed') ?? 0) >= 150)
          await victim?.end('SIGKILL')
          const reborn = (processes[0] = start())
          await until(
            'it has all its tasks back',
            () => reborn.count('opened') >= PLANS.length * PARTITIONS,
          )
          const read = reborn.said.reduce(
            (sum, one) => sum + (one.kind === 'opened' ? one.changes : 0),
            0,
          )
          shares.push(read / (await changesOf(config)))
        }
      },
    })
    rmSync(stateFolder, { recursive: true })
    console.log(
      `shares of changes read back: ${shares.map((share) => share.toFixed(3)).join(', ')}`,
    )
    expect(shares).toHaveLength(KILLS)
    expect(Math.max(...shares)).toBeLessThan(0.5)
  })

  it('says the same while processes come and leave, and moves no more tasks than it must', async () => {
    await run('moving', {
      processes: 1,
      pace: pauses(400),
      disturb: async (processes, { start }) => {
        const [first] = processes
        await until('the first has all', () => (first?.count('committed') ?? 0) > 5)
        const all = first?.tasks() ?? []
        processes.push(start())
        await until('both are at work', () => areAtWork(processes))
        const kept = first?.tasks() ?? []
        expect(kept.every((task) => all.includes(task))).toBe(true)
        // Lanes move whole: one has at most one more than the other.
        expect(Math.abs(kept.length * 2 - all.length)).toBeLessThanOrEqual(PLANS.length)
        await processes[1]?.end('SIGTERM')
        await until('the first has all again', () => first?.tasks().length === all.length)
        processes[1] = start()
        await until('both are at work', () => areAtWork(processes))
      },
    })
  })

  it('fires timers once that come due while their tasks move', async () => {
    const moving = Promise.withResolvers<undefined>()
    await run('timers', {
      processes: 1,
      pace: pauses(0),
      beforeEnd: () => moving.promise,
      disturb: async (processes, { start, board, writtenAt }) => {
        const [first] = processes
        const hasAll = (): boolean =>
          (first?.tasks() ?? []).every((task) => board.newest(task).at >= writtenAt())
        await until(
          'all facts are handled',
          () => writtenAt() === world.endOf(world.steps - 1) && hasAll(),
        )
        const second = start()
        processes.push(second)
        await until('tasks move', () => second.tasks().length > 0)
        moving.resolve(undefined)
        await until('timers fire', () => second.count('committed') > 0)
        expect(second.count('opened')).toBeGreaterThan(0)
      },
    })
  })

  it('fences a process that stood still for longer than its session, which then goes on as a member', async () => {
    await run('stopped', {
      processes: 2,
      pace: pauses(400),
      disturb: async (processes) => {
        const [zombie, heir] = processes
        if (zombie === undefined || heir === undefined) throw new Error('two were started')
        await until('both are at work', () => areAtWork(processes))
        const all = zombie.tasks().length + heir.tasks().length
        // One that had nothing to commit when it stood still is told before it tries: then once more.
        for (let tries = 0; tries < MOST_STANDSTILLS && zombie.count('fenced') === 0; tries += 1) {
          const had = zombie.tasks()
          const [closed, told] = [zombie.count('closed'), timesWithout(zombie)]
          const committed = zombie.count('committed')
          await until('it is at work', () => zombie.count('committed') > committed)
          zombie.signal('SIGSTOP')
          await until('the other has all', () => heir.tasks().length === all)
          const before = heir.count('committed')
          await until('the other goes on', () => heir.count('committed') > before + 5)
          zombie.signal('SIGCONT')
          await until('the zombie is told', () => timesWithout(zombie) > told)
          await until('both are at work again', () => zombie.tasks().length > 0)
          await until(
            'it has given up what it had',
            () => zombie.count('closed') >= closed + had.length,
          )
        }
        // It was fenced where it tried to commit, and gave up what it had.
        expect(zombie.count('fenced')).toBeGreaterThan(0)
        expect(zombie.count('ended')).toBe(0)
      },
    })
  })
})
