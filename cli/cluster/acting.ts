/**
 * Acts on stops beside the producer that feeds: what it is about to do is written by the transactional writer of that one, so a
 * producer that was replaced can begin nothing more (docs/adr/0010).
 */

import { setTimeout as wait } from 'node:timers/promises'
import { systemClock } from '../../runtime/clock.ts'
import { openRedis } from '../../runtime/redis/client.ts'
import { RedisViews } from '../../runtime/redis/view-store.ts'
import { createViewsClock, type ViewsClock } from '../../runtime/redis/views-clock.ts'
import type { ActorDeps } from '../../sinks/act/actor.ts'
import { ACT_CURSOR, runActor } from '../../sinks/act/run-actor.ts'
import type { ConfiguredActing } from '../act.ts'
import { beside, keepingOf } from './beside.ts'
import type { KafkaTarget } from './kafka-target.ts'
import { onTimeLog } from './on-time-log.ts'
import { spaceOf, type ClusterSettings } from './settings.ts'

/** Where it goes on is kept so often: what is decided twice is known by the record of acts. */
const KEEP_MS = 5_000
const LOOK_MS = 50

/** Runs until the signal; does nothing where acting is not switched on. */
export const actOnKafka = async (
  cluster: ClusterSettings,
  target: KafkaTarget,
  { acting, close }: ConfiguredActing,
  signal: AbortSignal,
): Promise<void> => {
  if (acting === null) return close()
  const { loadCursor, saveCursor } = keepingOf(target)
  const act = async (): Promise<void> => {
    const redis = await openRedis(cluster.redis.address)
    const views = viewsOf(cluster, redis)
    const from = loadCursor(ACT_CURSOR) ?? null
    try {
      await onTimeLog(cluster, { topics: ['ci.decisions.v1'], from }, signal, (log, until) => {
        const deps: ActorDeps = {
          ...{ log, clock: systemClock, loadCursor, onCommit: log.onRecords },
          saveCursor: sparingly(saveCursor),
          ...{ isSwitchedOff: acting.isSwitchedOff, views: views.store },
          viewsReach: (at) => reached(views.clock, at, until),
          readActs: () => target.readAll('ci.acts.v1'),
          offer: async (record) => {
            await target.fed.commit([{ topic: 'ci.acts.v1', record }], target.fed.now)
          },
        }
        const following = views.clock.run(until, () => undefined)
        return Promise.all([following, runActor(acting, deps, until)])
      })
    } finally {
      redis.disconnect()
    }
  }
  try {
    await beside('stops are acted on', act, signal)
  } finally {
    await close()
  }
}

const viewsOf = (cluster: ClusterSettings, redis: Awaited<ReturnType<typeof openRedis>>) => {
  const {
    partitions,
    redis: { limits },
  } = cluster
  const space = spaceOf(cluster)
  const clock = createViewsClock({ redis, space, partitions, limits, clock: systemClock })
  return { clock, store: new RedisViews(redis, space, clock.generation) }
}

/** Resolves when all partitions of the views hold everything up to a time. */
const reached = async (clock: ViewsClock, at: number, until: AbortSignal): Promise<void> => {
  while (clock.time().now < at) await wait(LOOK_MS, undefined, { signal: until })
}

/** The first place is kept at once, so that what comes next is what it begins with; later ones now and then. */
const sparingly = (save: ActorDeps['saveCursor']): ActorDeps['saveCursor'] => {
  let next = -Infinity
  return (name, offset) => {
    if (performance.now() < next) return
    next = performance.now() + KEEP_MS
    save(name, offset)
  }
}
