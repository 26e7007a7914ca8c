/** What sources feed on Kafka: records, their cursor and the promise that nothing earlier comes are one transaction. */

import { OUTSIDE } from '../../runtime/kafka/names.ts'
import { encoded, stamped } from '../../runtime/engine/offered.ts'
import { writeToOf } from '../../runtime/kafka/cluster-config.ts'
import { readNotes } from '../../runtime/kafka/notes.ts'
import { ProgressBoard } from '../../runtime/kafka/progress-board.ts'
import { KafkaLog } from '../../runtime/kafka/record-log.ts'
import type { Fed, Offer } from '../../runtime/ports.ts'
import { joinRegistry } from '../../runtime/registry.ts'
import type { RecordOf, TopicName } from '../../schemas/topics.ts'
import type { FeedTarget } from '../live.ts'
import { ensureCursors } from './cursors.ts'
import type { ClusterSettings } from './settings.ts'

/** Topics whose records come from sources, or from what is done beside them; the dead letters are those of offers that no schema holds. */
const OUTSIDE_TOPICS: readonly TopicName[] = [
  'ci.run-events.v1',
  'ci.test-results.v1',
  'ci.pull-events.v1',
  'ci.issue-events.v1',
  'ci.tab-states.v1',
  'ci.cluster-states.v1',
  'ci.log-excerpts.v1',
  'ci.source-states.v1',
  'ci.alert-settings.v1',
  'ci.incident-commands.v1',
  'ci.acts.v1',
  'ci.dead-letters.v1',
]
const cursorName = (source: string): string => `cursor/${source}`

export interface KafkaTarget extends FeedTarget {
  /** All that a topic holds now, in order within each partition: for topics of which little is kept. */
  readonly readAll: <T extends TopicName>(topic: T) => Promise<RecordOf<T>[]>
  /** Rejects where the log takes nothing any more. */
  readonly failed: Promise<never>
  readonly close: () => Promise<void>
}
interface Offered {
  readonly records: number
  readonly seconds: number
}
export interface FedHooks {
  readonly onOffered: (offered: Offered) => void
  /** Whether what is offered from a pipeline time on follows the clock on the wall: said with each promise. */
  readonly isLive: (now: number) => boolean
}

export const openKafkaTarget = async (
  settings: ClusterSettings,
  hooks: FedHooks,
): Promise<KafkaTarget> => {
  const { connection } = settings
  const to = writeToOf(settings)
  await ensureCursors({ ...settings, topic: to.names.cursors })
  const registry = await joinRegistry(settings.registry, to.names.topic)
  const log = new KafkaLog(connection, { ...to, registry }, OUTSIDE_TOPICS)
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => undefined)
  try {
    // Whoever fed before is fenced first: all that it wrote is read then, and nothing of it comes later.
    await log.write({ records: [] })
    const notes = await readNotes(connection, to.names.cursors)
    const fed = createFed(log, notes, await promisedBefore(settings), hooks, failed.reject)
    return {
      fed,
      loadText: (name) => notes.get(name),
      saveText: (name, text) => {
        notes.set(name, text)
        const saved = log.write({ records: [], notes: { [name]: text } })
        saved.catch(failed.reject)
        return saved
      },
      log: null,
      readAll: async <T extends TopicName>(topic: T) => {
        const found = await log.readAll(topic)
        return found.flatMap((each) =>
          each.topic === topic ? (each.record ?? []) : [],
        ) as RecordOf<T>[]
      },
      failed: failed.promise,
      close: () => log.close(),
    }
  } catch (error) {
    await log.close()
    throw error
  }
}

/** Pipeline time up to which producers have promised everything. */
const promisedBefore = async (settings: ClusterSettings): Promise<number> => {
  const board = new ProgressBoard(settings.connection, writeToOf(settings).names)
  await board.open()
  try {
    await board.caughtUp()
    return board.newest(OUTSIDE).at
  } finally {
    await board.close()
  }
}

/** One commit at a time: a promise covers all that was appended before it. */
export const createFed = (
  log: Pick<KafkaLog, 'write'>,
  known: Map<string, string>,
  promised: number,
  { onOffered, isLive }: FedHooks,
  onFailed: (error: unknown) => void = () => undefined,
): Fed => {
  let now = promised
  let last: Promise<void> = Promise.resolve()
  const commit = async (
    offers: readonly Offer[],
    horizon: number,
    cursor?: { readonly source: string; readonly at: number },
  ): Promise<void> => {
    const began = performance.now()
    const inOrder = stamped(offers, now)
    const until = Math.max(horizon, inOrder.at(-1)?.record.observedAt ?? 0)
    const notes = cursor && { [cursorName(cursor.source)]: String(cursor.at) }
    if (inOrder.length > 0 || until > now || notes !== undefined)
      await log.write({
        records: inOrder.map(encoded),
        ...(until > now && { promise: until, isLive: isLive(now) }),
        ...(notes && { notes }),
      })
    for (const [name, text] of Object.entries(notes ?? {})) known.set(name, text)
    now = Math.max(now, until)
    onOffered({ records: inOrder.length, seconds: (performance.now() - began) / 1000 })
  }
  const inTurn = (...of: Parameters<typeof commit>): Promise<void> => {
    last = last.then(() => commit(...of))
    last.catch(onFailed)
    return last
  }
  return {
    get now() {
      return now
    },
    cursor: (source) => Number(known.get(cursorName(source)) ?? 0),
    commit: inTurn,
    take: inTurn,
  }
}
