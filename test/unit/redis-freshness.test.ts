import { describe, expect, it } from 'vitest'
import { NO_PROGRESS, type Progress } from '../../runtime/kafka/progress.ts'
import type { PartitionReader } from '../../runtime/kafka/reader.ts'
import {
  USUAL_LIMITS,
  viewsTimeOf,
  type PartitionFreshness,
} from '../../runtime/redis/freshness.ts'
import { sourceAsOf, sourcesAsOf } from '../../runtime/redis/redis-status.ts'
import { Follower, type FollowSettings } from '../../sinks/redis/follower.ts'
import { NOON } from '../support/sample-records.ts'

const SECOND = 1_000
/** A partition of a live pipeline that is `lagMs` behind the clock on the wall. */
const live = (lagMs: number, more: Partial<PartitionFreshness> = {}): PartitionFreshness => ({
  asOf: NOON - lagMs,
  offeredAt: NOON,
  heardAt: NOON,
  isLive: true,
  ...more,
})
const timeOf = (...rows: PartitionFreshness[]) =>
  viewsTimeOf(new Map(rows.entries()), rows.length, NOON, USUAL_LIMITS)

describe('the time of views', () => {
  it('is that of the slowest partition, stale past 5 s', () => {
    const fresh = { now: NOON - 4 * SECOND, lagMs: 4 * SECOND, isStale: false, outage: undefined }
    expect(timeOf(live(0), live(4 * SECOND))).toEqual(fresh)
    expect(timeOf(live(7 * SECOND), live(SECOND))).toMatchObject({
      now: NOON - 7 * SECOND,
      isStale: true,
      outage: undefined,
    })
  })

  it('is refused past 60 s, with what does not keep up', () => {
    const silent = { heardAt: NOON - 70 * SECOND, offeredAt: NOON - 70 * SECOND }
    expect(timeOf(live(61 * SECOND)).outage).toBe(
      'the views are 61 s behind what was offered to the pipeline',
    )
    expect(timeOf(live(71 * SECOND, silent)).outage).toBe('no sink was heard for 70 s')
    expect(timeOf(live(90 * SECOND, { offeredAt: NOON - 90 * SECOND })).outage).toBe(
      'nothing was offered to the pipeline for 90 s',
    )
  })

  it('of a replay is behind what was offered, whatever the clock on the wall says', () => {
    const past = { asOf: 5_000, offeredAt: 9_000, heardAt: NOON, isLive: false }
    expect(timeOf(past)).toMatchObject({ now: 5_000, lagMs: 4_000, isStale: false })
    const silent = { ...past, heardAt: NOON - 80 * SECOND }
    expect(timeOf(silent).outage).toBe('no sink was heard for 80 s')
  })

  it('is none before every partition has one', () => {
    expect(viewsTimeOf(new Map([[0, live(0)]]), 3, NOON, USUAL_LIMITS)).toMatchObject({
      now: 0,
      isStale: true,
      outage: 'the views of 2 of 3 partitions have not been made yet',
    })
  })
})

/** What a sink that has just opened says at NOON, where its views hold all that was offered. */
const openedAtNoon = async (offered: Partial<Progress>): Promise<PartitionFreshness> => {
  const said: PartitionFreshness[] = []
  const settings = {
    board: { newest: () => ({ ...NO_PROGRESS, ...offered }) },
    redis: { stoplineSay: () => Promise.resolve(1) },
    clock: { now: () => NOON },
    ...{ space: 'test', writers: ['runs'], partitions: 1 },
  } as unknown as FollowSettings
  const onFresh = (fresh: ReadonlyMap<number, PartitionFreshness>): void => {
    said.push(...fresh.values())
  }
  const reader = { poll: () => Promise.resolve() } as unknown as PartitionReader
  const opened = { reader, places: new Map(), into: { generation: 1, epoch: 'first' } }
  await new Follower(settings, [0], { onFresh }, opened).turn()
  const [first] = said
  if (first === undefined) throw new Error('it said nothing')
  return first
}

describe('a sink that has just opened', () => {
  const dead = { at: NOON - 600 * SECOND }
  it('knows that a live producer is dead, though it never saw it alive', async () => {
    expect(timeOf(await openedAtNoon({ ...dead, isLive: true }))).toMatchObject({
      ...{ lagMs: 600 * SECOND, isStale: true },
      outage: 'nothing was offered to the pipeline for 600 s',
    })
  })
  it('takes a recording for one, however old or new it is', async () => {
    for (const at of [dead.at, NOON - 30 * SECOND]) {
      const replayed = timeOf(await openedAtNoon({ at, isLive: false }))
      expect(replayed).toMatchObject({ now: at, lagMs: 0, isStale: false, outage: undefined })
    }
  })
  it('judges by the time where a producer of an older version does not say', async () => {
    expect(await openedAtNoon(dead)).toMatchObject({ isLive: false })
    expect(await openedAtNoon({ at: NOON - 30 * SECOND })).toMatchObject({ isLive: true })
  })
})

describe('a source as told through Redis', () => {
  const said = { name: 'prow', isSimulated: false, cursor: 1, detail: null, saidAt: NOON }
  it('has failed where its producer is silent', () => {
    const running = { ...said, state: 'running' as const }
    expect(sourceAsOf(running, NOON + 29 * SECOND).state).toBe('running')
    expect(sourceAsOf(running, NOON + 31 * SECOND)).toMatchObject({
      state: 'failed',
      detail: 'its producer was last heard of 31 s ago',
    })
    expect(sourceAsOf({ ...said, state: 'ended' }, NOON + 31 * SECOND).state).toBe('ended')
  })
  it('is shown no more a day after its producer fell silent, unless it had ended', () => {
    const both = [
      { ...said, state: 'running' as const },
      { ...said, name: 'past', state: 'ended' as const },
    ]
    const shownAfter = (hours: number): string[] =>
      sourcesAsOf(both, NOON + hours * 3_600 * SECOND).map(({ name }) => name)
    expect([shownAfter(23), shownAfter(25)]).toEqual([['prow', 'past'], ['past']])
  })
})
