import { describe, expect, it } from 'vitest'
import {
  USUAL_LIMITS,
  viewsTimeOf,
  type PartitionFreshness,
} from '../../runtime/redis/freshness.ts'
import { sourceAsOf } from '../../runtime/redis/redis-status.ts'
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
})
