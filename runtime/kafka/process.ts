/** A process that runs what its group gives it of a topology's tasks. */

import { once } from 'node:events'
import type { Models, Processor } from '../../processors/processor.ts'
import { openRegistry, type Registry } from '../registry.ts'
import { patientClient } from './client.ts'
import { writeToOf, type ClusterConfig } from './cluster-config.ts'
import { heartbeatMs, runMember } from './group-member.ts'
import { allTasks, checkLanes, inLanes, type Lane } from './lanes.ts'
import { LaneSet } from './lane-set.ts'
import { taskName } from './names.ts'
import { createTaskStates, type ProcessStatus } from './process-status.ts'
import { placeOf, progressOf } from './progress.ts'
import { ProgressBoard } from './progress-board.ts'
import type { OnTaskEvent } from './task-events.ts'
import { tasksOf, type TaskPlan } from './tasks.ts'
import { taskMemoryOf } from './task-memory.ts'
import { ensureTopics, wantedTopics, type Drift } from './topic-admin.ts'

export interface ProcessHooks {
  /** Models that processors ask: every process must have the same ones. */
  readonly models?: Models
  readonly onTask?: OnTaskEvent
  /** Told at each change of what is this process's: names as `runs/2`; null while it is not a member of its group. */
  readonly onAssigned?: (tasks: readonly string[] | null) => void
}
export interface KafkaProcess {
  /** How topics that are there differ from the table. */
  readonly drift: readonly Drift[]
  status(): ProcessStatus
  /**
   * Runs until the signal, then lets each task end its batch and leaves the group. Rejects where the process must end
   * and be started again.
   */
  run(signal: AbortSignal): Promise<void>
}

/**
 * Makes the topics that are missing, registers our schemas and gets ready to run tasks of the topology. Rejects where the brokers
 * or the registry cannot be reached, and where our schemas break those that are there.
 */
export const openProcess = async (
  config: ClusterConfig,
  processors: readonly Processor[],
  hooks: ProcessHooks = {},
): Promise<KafkaProcess> => {
  const plans = tasksOf(processors)
  const registry = config.registry && openRegistry(config.registry)
  const drift = await makeTopics(config, plans)
  await registry?.register(writeToOf(config).names.topic)
  const states = createTaskStates()
  return {
    drift,
    status: () => states.status(),
    run: (signal) =>
      run({ config, plans, registry, models: hooks.models ?? {} }, signal, {
        onTask: (event) => {
          states.note(event)
          hooks.onTask?.(event)
        },
        onAssigned: (tasks) => {
          states.assigned(tasks)
          hooks.onAssigned?.(tasks)
        },
      }),
  }
}

const makeTopics = async (
  config: ClusterConfig,
  plans: readonly TaskPlan[],
): Promise<readonly Drift[]> => {
  const admin = patientClient(config.connection).admin()
  await admin.connect()
  try {
    const to = writeToOf(config)
    const wanted = wantedTopics(plans, { ...config, ...to })
    const drift = await ensureTopics(admin, wanted, config.replication)
    await checkLanes(admin, to.names, config.lanes)
    return drift
  } finally {
    await admin.disconnect()
  }
}

interface Opened {
  readonly config: ClusterConfig
  readonly plans: readonly TaskPlan[]
  readonly registry: Registry | null
  readonly models: Models
}

const run = async (
  { config, plans, registry, models }: Opened,
  signal: AbortSignal,
  { onTask, onAssigned }: Required<Omit<ProcessHooks, 'models'>>,
): Promise<void> => {
  const { connection, sessionTimeoutMs, partitions, lanes, stateFolder } = config
  const to = writeToOf(config)
  const board = new ProgressBoard(connection, to.names)
  await board.open()
  // Whoever is fenced has been told whose the lane is after two heartbeats.
  const fencedWaitMs = 2 * heartbeatMs(sessionTimeoutMs)
  const tasks = allTasks(plans, partitions)
  const memory = taskMemoryOf(tasks.length)
  const running = new LaneSet(
    { ...to, connection, board, lanes, registry, stateFolder, models, memory },
    { onEvent: onTask, fencedWaitMs },
  )
  const byPlace = placesOf(inLanes(tasks, lanes), to.names.progress)
  const leave = new AbortController()
  const membership = {
    groupId: to.names.members,
    places: [...byPlace.keys()],
    sessionTimeoutMs,
    onAssigned: (mine: readonly string[] | null) => {
      const assigned = (mine ?? []).flatMap((place) => byPlace.get(place) ?? [])
      const own = assigned.flatMap((lane) => lane.tasks)
      onAssigned(mine && own.map(({ plan, partition }) => taskName(plan.name, partition)))
      running.assign(assigned)
    },
  }
  const member = runMember(connection, membership, leave.signal)
  const aborted = signal.aborted ? Promise.resolve() : once(signal, 'abort')
  try {
    await Promise.race([aborted, running.failed, board.failed, member])
  } finally {
    await running.stop()
    leave.abort()
    await Promise.allSettled([member, board.close()])
  }
}

/** Lanes by the place where they say their progress, under which the group shares them out. */
const placesOf = (lanes: readonly Lane[], progress: string): ReadonlyMap<string, Lane> =>
  new Map(lanes.map((lane) => [placeOf(progress, progressOf(lane.number)), lane]))
