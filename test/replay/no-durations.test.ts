/** Recorded runs of which nobody knows how long they took: KPIs are told all the same, forecasts and decisions abstain. */

import { describe, expect, it } from 'vitest'
import type { TopicName } from '../../schemas/topics.ts'
import { dataDir } from '../support/data.ts'
import { offersOf, recordOf, replayed, type TopicLines } from '../support/replays.ts'

const recorded = dataDir('travis-dlcibuild')
const OFFERS = 8_000

const recordsOf = <T extends TopicName>(topics: TopicLines, topic: T) =>
  topics[topic].flatMap((line) => recordOf(topic, line) ?? [])

describe('runs without durations', () => {
  it.skipIf(recorded === null)('have KPIs, and no decision but to abstain', async () => {
    const offers = (await offersOf(recorded ?? '')).slice(0, OFFERS)
    expect(offers).toHaveLength(OFFERS)
    const { runtime, topics } = replayed(offers)
    const kpis = recordsOf(topics, 'ci.kpis.v1')
    const rates = kpis.flatMap(({ values }) =>
      values.filter(({ kpi, value }) => kpi === 'run_pass_rate' && value !== null),
    )
    expect(rates.length).toBeGreaterThan(1_000)
    const levels = new Set(recordsOf(topics, 'ci.decisions.v1').map(({ level }) => level))
    expect([...levels].filter((level) => level !== 'abstain')).toEqual([])
    const told = recordsOf(topics, 'ci.forecasts.v1')
    expect(told.filter(({ remainingSeconds }) => remainingSeconds !== null)).toEqual([])
    runtime.close()
  })
})
