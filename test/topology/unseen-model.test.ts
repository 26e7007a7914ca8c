/** Models that were fitted on a part of what is replayed: they are asked of nothing that began in it. */

import { expect, it } from 'vitest'
import { FORECASTING } from '../../cli/forecasting.ts'
import { MERGING } from '../../cli/merge-backtest/run.ts'
import type { Model, Processor } from '../../processors/processor.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { Offer } from '../../runtime/ports.ts'
import type { Prior } from '../../schemas/events.ts'
import { key } from '../../schemas/keys.ts'
import { aFact, aRun, DAY, HOUR, MINUTE, MONDAY } from '../support/facts.ts'
import { aPull } from '../support/pull-facts.ts'

const CUT = MONDAY + 2 * DAY
/** Instants at which what the model was asked of began; it knows that all will go badly. */
const watched = (beganAt: (of: object) => number) => {
  const asked: number[] = []
  const model: Model = {
    ...{ version: 'm1', features: [], notBefore: CUT },
    score: (_, of) => {
      asked.push(beganAt(of))
      return 1
    },
  }
  return { model, asked }
}
const told = (processors: readonly Processor[], model: Record<string, Model>, offers: Offer[]) => {
  const runtime = new EmbeddedRuntime(':memory:', processors, undefined, model)
  const records: { topic: string; record: object | null }[] = []
  runtime.onCommit((published) => records.push(...published))
  runtime.commit(offers, MONDAY + 5 * DAY)
  runtime.close()
  return records
}

/** A run of twenty minutes an hour, of which every third fails. */
const runs = Array.from({ length: 96 }, (_, i): Offer[] => {
  const run = aRun({ runId: String(i) })
  const startedAt = MONDAY + i * HOUR
  const outcome = i % 3 === 0 ? 'failure' : 'success'
  const end = { startedAt, outcome } as const
  return [
    { topic: 'ci.run-events.v1', record: aFact(run, 'started', startedAt) },
    { topic: 'ci.run-events.v1', record: aFact(run, 'finished', startedAt + 20 * MINUTE, end) },
  ]
}).flat()

it('of runs that began before, it is not asked, and what it would have known is not counted for it', () => {
  const { model, asked } = watched((of) => (of as { run: { startedAt: number } }).run.startedAt)
  const records = told(FORECASTING, { stopping: model }, runs)
  expect(Math.min(...asked)).toBe(CUT)
  expect(Math.max(...asked)).toBe(MONDAY + 95 * HOUR)
  const leads = records
    .filter(({ topic }) => topic === 'ci.priors.v1')
    .map(({ record }) => record as Prior)
    .filter(({ pool }) => pool === key('community', 'test'))
    .map(({ leadRuns }) => leadRuns)
  // 48 runs began from then on; those told within the last hour are not in a prior yet.
  expect(Math.max(...leads)).toBeGreaterThan(40)
  expect(Math.max(...leads)).toBeLessThanOrEqual(48)
})

it('of pull requests that were opened before, neither, however long they stay open', () => {
  const { model, asked } = watched((of) => opened[(of as { pull: number }).pull] ?? 0)
  const opened = Array.from({ length: 96 }, (_, i) => MONDAY + i * HOUR)
  const pulls = opened.flatMap((at, i): Offer[] => [
    { topic: 'ci.pull-events.v1', record: aPull(i, 'opened', at, { openedAt: at }) },
    { topic: 'ci.pull-events.v1', record: aPull(i, 'merged', at + (i % 7) * DAY * 0.2 + HOUR / 2) },
  ])
  pulls.sort((a, b) => a.record.observedAt - b.record.observedAt)
  told(MERGING, { 'merge-time': model }, pulls)
  expect(Math.min(...asked)).toBe(CUT)
  expect(new Set(asked).size).toBe(48)
})
