/** Opens a follower of the log where the views stand. */

import { placeOf } from '../../runtime/kafka/progress.ts'
import { PartitionReader, type ReadState } from '../../runtime/kafka/reader.ts'
import { openGeneration } from '../../runtime/redis/generations.ts'
import { openPartitionWriter } from '../../runtime/redis/partition-writer.ts'
import { VIEW_TOPICS } from '../../schemas/views.ts'
import { Follower, type FollowSettings, type Place, type SinkHooks } from './follower.ts'

/** Which partitions are followed into which generation. */
export interface Assignment {
  readonly generation: number
  readonly mine: readonly number[]
}
/** The views are ahead of the log: they are of another one. */
export class OtherLogError extends Error {
  override name = 'OtherLogError'
}

/** Goes on where each place stands in the views. Throws {@link OtherLogError}. */
export const openFollower = async (
  settings: FollowSettings,
  { generation, mine }: Assignment,
  hooks: SinkHooks = {},
): Promise<Follower> => {
  const { names, connection, board, redis, space } = settings
  const into = await openGeneration(redis, space, generation)
  const places = new Map<string, Place>()
  await Promise.all(
    VIEW_TOPICS.flatMap((topic) =>
      mine.map(async (partition) => {
        const writer = await openPartitionWriter({ ...settings, generation }, topic, partition)
        places.set(placeOf(names.topic(topic), partition), { topic, partition, writer })
      }),
    ),
  )
  await board.caughtUp()
  const reader = new PartitionReader(connection)
  try {
    const positions = [...places.values()].map(({ topic, partition }) => ({
      topic: names.topic(topic),
      partition,
    }))
    await reader.open(positions, () => 0)
    for (const state of reader.states)
      goOn(state, places.get(placeOf(state.topic, state.partition)), hooks)
    return new Follower(settings, mine, hooks, { reader, places, into })
  } catch (error) {
    await reader.close()
    throw error
  }
}

/** Lets a place be read from where its views stand; it begins where the log begins. */
const goOn = (state: ReadState, place: Place | undefined, hooks: SinkHooks): void => {
  if (place === undefined) return
  const wanted = place.writer.next()
  if (wanted > state.end)
    throw new OtherLogError(
      `the views have ${state.topic}, partition ${state.partition}, up to ${wanted}, but it ends at ${state.end}: ` +
        'they are of another log; make them anew with stopline rebuild views',
    )
  if (wanted > 0 && wanted < state.next)
    hooks.onLost?.(place.topic, place.partition, state.next - wanted)
  state.next = Math.max(state.next, wanted)
}
