/** A job that breaks for days and is mended, where stops are acted on: it never loses sight of its own recovery. */

import { expect, it } from 'vitest'
import { actOnStops } from '../../cli/backtest/acted/acting.ts'
import { FORECASTING } from '../../cli/forecasting.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { ActState, Decision, RunEvent, Score } from '../../schemas/events.ts'
import { runKey } from '../../schemas/keys.ts'
import { actOf } from '../../sinks/act/ledger.ts'
import type { Offer } from '../../runtime/ports.ts'
import { aFact, aRun, HOUR, MINUTE, MONDAY } from '../support/facts.ts'

const SOUND = 60
const BROKEN = 80
const MENDED = 80
const isFailing = (i: number): boolean => i >= SOUND && i < SOUND + BROKEN

/** Commit of a run, null where nobody tells. */
type ShaOf = (i: number) => string | null
/** One run of 40 minutes an hour; the name of a run decides whether it is left to its end. */
const offersOf = (name: string, shaOf: ShaOf): Offer[] =>
  Array.from({ length: SOUND + BROKEN + MENDED }, (_, i): Offer[] => {
    const run = aRun({ runId: `${name}${i}` })
    const startedAt = MONDAY + i * HOUR
    const outcome = isFailing(i) ? 'failure' : 'success'
    const end = { startedAt, outcome, sha: shaOf(i) } as const
    return [
      { topic: 'ci.run-events.v1', record: aFact(run, 'started', startedAt, { sha: shaOf(i) }) },
      {
        topic: 'ci.run-events.v1',
        record: aFact(run, 'finished', startedAt + 40 * MINUTE, end),
      },
    ]
  }).flat()

/** Which runs were cut, where no fixed share is left to its end. */
const cutOf = (name: string, shaOf: ShaOf = () => null): number[] => {
  const runtime = new EmbeddedRuntime(':memory:', FORECASTING)
  const { fed, stops } = actOnStops(runtime, 0)
  const offers = offersOf(name, shaOf)
  const end = MONDAY + (SOUND + BROKEN + MENDED) * HOUR
  void fed.commit(offers, end, { source: 'test', at: offers.length })
  runtime.close()
  return offers.flatMap(({ record }, at) => {
    const stop = at % 2 === 0 ? stops.get(runKey(record as RunEvent)) : undefined
    return stop === undefined || stop.isKept ? [] : [at / 2]
  })
}

/** Names that the hash leaves to their end at other instants; no commit is told. */
const NAMES = ['a', 'b', 'c', 'd']
const cuts = NAMES.map((name) => cutOf(name))
const wronglyIn = (cut: readonly number[]): number[] => cut.filter((i) => !isFailing(i))

it('of a job that was mended some runs are let through, they tell, and none is cut from then on', () => {
  for (const cut of cuts) expect(cut.filter(isFailing).length).toBeGreaterThan(BROKEN / 2)
  const wrongly = cuts.map(wronglyIn)
  expect(wrongly.flat().length).toBeGreaterThan(0)
  for (const cut of wrongly) {
    expect(cut.length).toBeLessThan(MENDED / 4)
    expect(Math.max(0, ...cut)).toBeLessThan(SOUND + BROKEN + MENDED / 4)
  }
})

it('of a job that failed on one commit more runs are let through once another comes: fewer sound ones are cut', () => {
  const mended = (i: number): string => (i < SOUND + BROKEN ? 'broken' : 'mended')
  const withCommits = NAMES.flatMap((name) => wronglyIn(cutOf(name, mended)))
  expect(withCommits.length).toBeLessThan(cuts.flatMap(wronglyIn).length / 2)
})

/** Weights of the scores of a job that breaks, and how many of its runs were cut. */
const weighed = (isActedOn: boolean): { readonly weights: number[]; readonly cut: number } => {
  const runtime = new EmbeddedRuntime(':memory:', FORECASTING)
  const weights: number[] = []
  runtime.onCommit((published) => {
    for (const { topic, record } of published)
      if (topic === 'ci.scores.v1') weights.push((record as Score).weight)
  })
  const { fed, stops } = actOnStops(runtime, 0.2)
  const offers = offersOf('a', () => null)
  const end = MONDAY + (SOUND + BROKEN + MENDED) * HOUR
  void (isActedOn ? fed : runtime).commit(offers, end, { source: 'test', at: offers.length })
  runtime.close()
  return { weights, cut: [...stops.values()].filter(({ isKept }) => !isKept).length }
}

it('runs that were told to stop and left to their end stand for those that were cut, and for no more', () => {
  const { weights, cut } = weighed(true)
  const unseen = weights.reduce((sum, weight) => sum + weight - 1, 0)
  expect(cut).toBeGreaterThan(20)
  expect(unseen).toBeGreaterThan(cut / 2)
  expect(unseen).toBeLessThanOrEqual(cut)
  expect(new Set(weighed(false).weights)).toEqual(new Set([1]))
})

/** A runtime that is told its facts one by one, where `acts` is told of a run before it is aborted. */
const told = () => {
  const runtime = new EmbeddedRuntime(':memory:', FORECASTING)
  const weights: number[] = []
  const stops = new Map<string, Decision>()
  runtime.onCommit((published) => {
    for (const { topic, record } of published) {
      if (topic === 'ci.scores.v1') weights.push((record as Score).weight)
      const decision = topic === 'ci.decisions.v1' ? (record as Decision) : null
      if (decision?.level === 'stop') stops.set(decision.runId, decision)
    }
  })
  return {
    weights,
    stops,
    hear: (fact: RunEvent): void => {
      const record = { ...fact, labels: { ...fact.labels, policy: 'act stop' } }
      runtime.commit([{ topic: 'ci.run-events.v1', record }], fact.observedAt)
    },
    act: (stop: Decision, states: readonly ActState[]): void => {
      const more = { kind: 'prow-abort', reason: 'test', precision: null, tries: 1 }
      for (const state of states) {
        const record = actOf(stop, state, runtime.now, more)
        runtime.commit([{ topic: 'ci.acts.v1', record }], runtime.now)
      }
    },
    close: () => {
      runtime.close()
    },
  }
}

/** Weights of the scores where each third run that was told to stop is aborted, after acts in these states. */
const weighedAfter = (...states: ActState[]): number[] => {
  const { weights, stops, hear, act, close } = told()
  let aborted = 0
  for (const [n, { record }] of offersOf('a', () => null).entries()) {
    const fact = record as RunEvent
    const stop = n % 6 === 1 ? stops.get(fact.runId) : undefined
    if (stop === undefined) hear(fact)
    else {
      aborted += 1
      act(stop, states)
      hear({ ...fact, outcome: 'aborted' })
    }
  }
  close()
  expect(aborted).toBeGreaterThan(10)
  return weights
}

it('no run stands for those that others aborted: a stop that was not carried out has cut nothing', () => {
  const ones = new Set([1])
  expect(new Set(weighedAfter())).toEqual(ones)
  expect(new Set(weighedAfter('refused'))).toEqual(ones)
  expect(new Set(weighedAfter('dryRun'))).toEqual(ones)
  expect(new Set(weighedAfter('intended', 'failed'))).toEqual(ones)
  expect(new Set(weighedAfter('intended', 'moot'))).toEqual(ones)
  expect(Math.max(...weighedAfter('intended'))).toBeGreaterThan(1)
  expect(Math.max(...weighedAfter('intended', 'done'))).toBeGreaterThan(1)
})

it('a run stands for no more than 20, of which one is left whatever the ground of the stop', () => {
  const { weights, stops, hear, act, close } = told()
  /** Every other run fails a step, and is cut where it is told to stop. */
  const cut = (i: number): boolean => {
    const run = aRun({ runId: `s${i}` })
    const startedAt = MONDAY + i * HOUR
    hear(aFact(run, 'started', startedAt))
    const failing = i % 2 === 1
    if (failing)
      hear(
        aFact(run, 'stepFinished', startedAt + 5 * MINUTE, { step: 'deploy', outcome: 'failure' }),
      )
    const stop = i < 400 ? stops.get(run.runId) : undefined
    if (stop !== undefined) act(stop, ['intended'])
    const outcome = stop !== undefined ? 'aborted' : failing && i < 400 ? 'failure' : 'success'
    hear(aFact(run, 'finished', startedAt + 40 * MINUTE, { startedAt, outcome }))
    return stop !== undefined
  }
  const cuts = Array.from({ length: 420 }, (_, i) => cut(i)).filter(Boolean)
  close()
  expect(cuts.length).toBeGreaterThan(100)
  expect(Math.max(...weights)).toBe(20)
})
