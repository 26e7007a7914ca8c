import { describe, expect, it } from 'vitest'
import { falseStopRate } from '../../processors/kpi/false-stop-rate.ts'
import { countScore } from '../../processors/kpi/scores.ts'
import { merge, type Counters } from '../../processors/kpi/counters.ts'
import type { Emit } from '../../processors/processor.ts'
import { priors } from '../../processors/priors/priors.ts'
import { wasStopped, weightOf } from '../../processors/stopping/cut.ts'
import { climb, stopLevel, stopsAtOnce, type Standings } from '../../processors/stopping/permit.ts'
import type { PoolOutcome } from '../../schemas/events.ts'
import { ratio } from '../../schemas/measures.ts'
import { HOUR, MONDAY } from '../support/facts.ts'
import { given, on, until, type Happening } from '../support/given.ts'
import { score } from '../support/kpi-inputs.ts'

const ended = { outcome: 'success' } as const
const aborted = { outcome: 'aborted' } as const
const told = { labels: { policy: 'act stop' }, stopSeconds: 60, leastKept: 0 }

describe('a run that was told to stop and ended by itself', () => {
  it('stands for all that were cut before it, but for no more than its share lets it', () => {
    expect(weightOf(19, ended, told)).toBe(20)
    expect(weightOf(19, ended, { ...told, leastKept: 0.05 })).toBeCloseTo(20, 9)
    expect(weightOf(19, ended, { ...told, leastKept: 0.25 })).toBe(4)
    expect(weightOf(19, ended, { ...told, leastKept: 1 })).toBe(1)
    expect(weightOf(0, ended, told)).toBe(1)
  })
  it('stands for itself where it was not told to stop, has no class, or nothing is acted on', () => {
    expect(weightOf(19, ended, { ...told, stopSeconds: null })).toBe(1)
    expect(weightOf(19, ended, { ...told, labels: { policy: 'stop' } })).toBe(1)
    expect(weightOf(19, ended, undefined)).toBe(1)
    expect(weightOf(19, aborted, told)).toBe(1)
  })
  it('was cut where it was aborted and acted on', () => {
    expect(wasStopped(aborted, { isActed: true })).toBe(true)
    expect(wasStopped(ended, { isActed: true })).toBe(false)
    expect(wasStopped(aborted, { isActed: false })).toBe(false)
    expect(wasStopped(aborted, undefined)).toBe(false)
  })
})

describe('the record of a pool', () => {
  const outcome = (n: number, failed: boolean, weight: number): Happening =>
    on('ci.pool-outcomes.v1', {
      ...{ eventId: String(n), eventAt: MONDAY + n, observedAt: MONDAY + n, pool: 'p', failed },
      ...{ durationSeconds: 600, watched: true, badSign: false, cleanSeconds: 600, weight },
      ...{ peaks: [0.95], terms: [], leadModel: null, leadNats: 0 },
    } satisfies PoolOutcome)

  it('keeps what passing runs stand for beside those that were seen', () => {
    const happened = [outcome(1, false, 20), outcome(2, true, 20), outcome(3, false, 1)]
    const [emitted] = given(priors, ...happened).when(until(MONDAY + HOUR)).said
    const said = (emitted as Emit<'ci.priors.v1'> | undefined)?.record
    expect(said?.watchedPasses).toBeCloseTo(2, 2)
    expect(said?.unseenPasses).toBeCloseTo(19, 1)
    expect(said?.falseStops[0]).toBeCloseTo(2, 2)
    expect(said?.unseenFalseStops[0]).toBeCloseTo(19, 1)
    expect(said?.trueStops[0]).toBeCloseTo(1, 2)
  })
  it('permits by the rate over all passing runs: one false stop seen that stands for four closes a level for longer', () => {
    const known = (unseen: number): Standings => {
      const [falseStops, trueStops, unseenFalseStops]: number[][] = [[], [], []]
      climb(falseStops ?? [], [0.96])
      climb(trueStops ?? [], [0.96], 40)
      climb(unseenFalseStops ?? [], [0.96], unseen)
      return {
        ...{ failureRate: 0.5, watchedPasses: 600 - unseen, unseenPasses: unseen },
        ...{ falseStops: falseStops ?? [], trueStops: trueStops ?? [] },
        unseenFalseStops: unseenFalseStops ?? [],
      }
    }
    expect([stopLevel(known(0), 'history'), stopsAtOnce(known(0), 0.96)]).toEqual([0.92, 4])
    expect([stopLevel(known(4), 'history'), stopsAtOnce(known(4), 0.96)]).toEqual([0.97, 1])
  })
})

describe('the rate of false stops', () => {
  const rate = (weight: number) => {
    const scores: Counters = []
    const rules: string[] = []
    for (let i = 0; i < 1000; i += 1) {
      const stopSeconds = i < 2 ? 60 : null
      const rule = { rule: 'stopline', stopSeconds, savedSeconds: 0, burntSeconds: 0 }
      const more = { rules: [rule], weight: i < 2 ? weight : 1 }
      merge(scores, countScore(score(String(i), MONDAY, false, more), rules), 1)
    }
    return falseStopRate.value({ scores, rules } as never)
  }
  it('counts what false stops stand for, and is no surer than those that were seen make it', () => {
    expect(rate(1)).toMatchObject(ratio(2, 1000))
    const { low, high } = ratio(2, 51.9)
    const weighed = rate(20)
    expect(weighed).toMatchObject({ numerator: 40, denominator: 1038, value: 40 / 1038 })
    expect(weighed.low).toBeCloseTo(low ?? NaN, 9)
    expect(weighed.high).toBeCloseTo(high ?? NaN, 9)
  })
})
