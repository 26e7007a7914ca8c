/** Recorded runs of which nobody knows how long they took: KPIs are told all the same, and nothing is forecast or decided. */

import { describe, expect, it } from 'vitest'
import type { TopicName } from '../../schemas/topics.ts'
import { dataDir } from '../support/data.ts'
import { offersOf, recordOf, replayed, type TopicLines } from '../support/replays.ts'

const recorded = dataDir('travis-dlcibuild')
const OFFERS = 8_000

const recordsOf = <T extends TopicName>(topics: TopicLines, topic: T) =>
  topics[topic].flatMap((line) => recordOf(topic, line) ?? [])

describe('runs without durations', () => {
  it.skipIf(recorded === null)('have KPIs and scores, no forecast and no decision', async () => {
    const offers = (await offersOf(recorded ?? '')).slice(0, OFFERS)
    expect(offers).toHaveLength(OFFERS)
    const { runtime, topics } = replayed(offers)
    const kpis = recordsOf(topics, 'ci.kpis.v1')
    const rates = kpis.flatMap(({ values }) =>
      values.filter(({ kpi, value }) => kpi === 'run_pass_rate' && value !== null),
    )
    expect(rates.length).toBeGreaterThan(1_000)
    // Each is heard at its end alone: there is no instant at which anything could be forecast or decided of it.
    expect(topics['ci.scores.v1']).toHaveLength(OFFERS)
    expect([topics['ci.forecasts.v1'], topics['ci.decisions.v1']]).toEqual([[], []])
    runtime.close()
  })
})
