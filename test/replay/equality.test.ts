/** Replay equals live: however fast an archive goes through, its topics are the same, byte for byte. */

import { describe, expect, it } from 'vitest'
import { replayRecording } from '../../cli/feed.ts'
import { cut } from '../../producers/archive/archive.ts'
import type { Offer, OfferSource } from '../../runtime/ports.ts'
import { TOPIC_NAMES } from '../../schemas/topics.ts'
import { COMMUNITY_HOURS, communityOffers, SILENT_TOPICS } from '../support/community.ts'
import { dataDir } from '../support/data.ts'
import { MONDAY } from '../support/facts.ts'
import { chanceOf, generatedArchive, writeArchive } from '../support/generated-archive.ts'
import { handPace } from '../support/polling.ts'
import {
  AFTERWARDS_MS,
  differingRow,
  firstDifference,
  listenedTo,
  offersOf,
  replayed,
  type Clock,
  type Replay,
} from '../support/replays.ts'
import { temporaryFolder } from '../support/temporary.ts'

/** As `stopline replay --speed` feeds them. */
const atSpeed = async (offers: readonly Offer[], speed: number): Promise<Replay> => {
  const source: OfferSource = {
    name: 'offers',
    // eslint-disable-next-line @typescript-eslint/require-await -- the port is asynchronous
    async *batches(from) {
      yield* cut(offers.slice(from), from, 1)
    },
  }
  const replay = listenedTo()
  const options = { speed, pace: handPace(0), isQuiet: true }
  await replayRecording(replay.runtime, source, new AbortController().signal, options)
  replay.runtime.commit([], AFTERWARDS_MS + (offers.at(-1)?.record.observedAt ?? 0))
  return replay
}

/** Each record as it becomes due, by a hand-moved clock that ticks between: just before it, and up to an hour after. */
const asTheyAreDue: Clock = function* (first, last, offers) {
  const chance = chanceOf(7)
  let now = first - 1
  for (const { record } of offers) {
    if (record.observedAt <= now) continue
    for (let tick = now + 1 + chance() * 3_600_000; tick < record.observedAt; tick += 1_800_000)
      yield Math.floor(tick)
    yield record.observedAt - 1
    yield record.observedAt
    now = record.observedAt
  }
  yield last
}

const archive = async (): Promise<Awaited<ReturnType<typeof offersOf>>> =>
  offersOf(writeArchive(temporaryFolder(), generatedArchive(900)))

const worlds: [string, () => Promise<readonly Offer[]>][] = [
  ['an archive', archive],
  [
    'a community that speaks on every topic',
    () => Promise.resolve(communityOffers(COMMUNITY_HOURS)),
  ],
]

describe('a replay', () => {
  type Way = (offers: readonly Offer[]) => Promise<Replay> | Replay
  const ways: [string, Way][] = [
    ['at 1,000 times the speed of the clock', (offers) => atSpeed(offers, 1_000)],
    [
      'live, record by record against a hand-moved clock',
      (offers) => replayed(offers, asTheyAreDue),
    ],
  ]
  describe.each(worlds)('of %s', (_, offersOfIt) => {
    it.each(ways)('gives %s the topics it gives at full speed', async (_, way) => {
      const offers = await offersOfIt()
      const [full, slow] = [replayed(offers), await way(offers)]
      expect(firstDifference(full.topics, slow.topics)).toBeNull()
      full.runtime.close()
      slow.runtime.close()
    })

    it('gives the same file twice: topics, state, timers, views and cursors', async () => {
      const offers = await offersOfIt()
      const [a, b] = [replayed(offers), replayed(offers)]
      expect(differingRow(a.runtime.store, b.runtime.store)).toBeNull()
      a.runtime.close()
      b.runtime.close()
    })
  })

  it('of the community says something on every topic but those that no processor has a part in', () => {
    const { runtime, topics } = replayed(communityOffers(COMMUNITY_HOURS))
    expect(TOPIC_NAMES.filter((topic) => topics[topic].length === 0)).toEqual(SILENT_TOPICS)
    runtime.close()
  })

  it('of the archive scores every run, and advises stops', async () => {
    const { runtime, topics } = replayed(
      await offersOf(writeArchive(temporaryFolder(), generatedArchive(1_500))),
    )
    const stops = [...runtime.log.read('ci.decisions.v1')].filter(
      ({ record }) => record?.level === 'stop',
    )
    expect(topics['ci.scores.v1'].length).toBeGreaterThanOrEqual(1_500)
    expect(stops.length).toBeGreaterThan(0)
    expect(runtime.now).toBeGreaterThan(MONDAY)
    runtime.close()
  })

  const recorded = dataDir('linkerd-ci')
  it.skipIf(recorded === null)(
    'of recorded runs gives live what it gives at full speed',
    async () => {
      const all = await offersOf(recorded ?? '')
      const offers = all.slice(0, 4_000)
      const [full, slow] = [replayed(offers), await atSpeed(offers, 1_000)]
      expect(firstDifference(full.topics, slow.topics)).toBeNull()
      full.runtime.close()
      slow.runtime.close()
    },
  )
})
