import { describe, expect, it } from 'vitest'
import type { Model } from '../../processors/processor.ts'
import { basisOf } from '../../processors/stopping/basis.ts'
import { FEATURE_NAMES, FEATURES, featuresOf } from '../../processors/stopping/features.ts'
import type { Instant } from '../../processors/stopping/features.ts'
import { emptyHistory, remember, type History } from '../../processors/stopping/history.ts'
import { leadAfter, NO_LEAD, shareOf, type Lead } from '../../processors/stopping/lead.ts'
import { additionOf, natsOf, noteLead } from '../../processors/stopping/model.ts'
import { RULE, ruleOf } from '../../processors/stopping/rule.ts'
import type { RunningRun } from '../../processors/stopping/state.ts'

const model = (score: number): Model => ({
  version: 'm1',
  features: FEATURE_NAMES,
  score: () => score,
})
const lead = (runs: number, nats: number): Lead => ({ model: 'm1', runs, nats })
const RUN = {
  ...{ source: 's', repo: 'r', job: 'j', runId: '1', attempt: 2, startedAt: 60_000 },
  ...{ change: '#7', signs: [], leadIfFailed: 0, leadIfPassed: 0 },
  checkpoints: [] as object[],
} as unknown as RunningRun

const instant = (more: { pooled?: Lead; own?: Lead; score?: number } = {}): Instant => {
  const ended = (failed: boolean) => ({
    ...{ failed, durationSeconds: failed ? 200 : 100, isCut: false, signSeconds: null, signs: [] },
    startedAt: null,
  })
  const history: History = {
    ...[false, false, true, true].map(ended).reduce(remember, emptyHistory()),
    lead: more.own ?? NO_LEAD,
    lastEndAt: 50_000,
  }
  const basis = basisOf(history, [])
  return {
    run: RUN,
    view: {
      ...{ history, basis, model: model(more.score ?? Math.log(3)) },
      ...{ pooledLead: more.pooled ?? NO_LEAD, harmless: 0.1 },
    } as unknown as Instant['view'],
    seen: { elapsedSeconds: 50, signSeconds: null, sign: null, rate: 0.5 },
    known: {
      ...{ rate: basis.rate, streak: 2, changeFailures: 1, changeRuns: 2, siblings: 0 },
      ...{ strain: 0.1, isRetry: true, trouble: 0 },
    },
    formula: 0.5,
  }
}

describe('the lead of a model', () => {
  it('counts half of what it knew more of a run: .4 nats give .2', () => {
    expect(leadAfter(NO_LEAD, 'm1', 0.4, 0.98)).toEqual(lead(1, 0.2))
    expect(leadAfter(lead(1, 0.2), 'm1', 0.4, 0.5)).toMatchObject({
      runs: 1.5,
      nats: 0.2 * 0.5 + 0.2,
    })
  })
  it('starts afresh with another version', () => {
    expect(leadAfter(lead(9, 5), 'm2', 0.4, 0.98)).toEqual({ model: 'm2', runs: 1, nats: 0.2 })
  })
  it('gives a new job a share of .46 where 100 runs of its community gave 5 nats', () => {
    expect(shareOf(NO_LEAD, lead(100, 0.5), 'm1')).toBeCloseTo(0.462, 3)
  })
  it('gives none before it was better, to a job it does not suit, and to another version', () => {
    expect(shareOf(NO_LEAD, NO_LEAD, 'm1')).toBe(0)
    expect(shareOf(lead(30, -0.1), lead(500, 50), 'm1')).toBe(0)
    expect(shareOf(lead(5, -3), lead(100, 1), 'm1')).toBe(0)
    expect(shareOf(lead(30, 5), lead(500, 50), 'm2')).toBe(0)
  })
})

describe('what a model adds', () => {
  it('is named in the rule of a forecast that it moved', () => {
    const { seen } = instant()
    expect(ruleOf(model(0), { ...seen, shift: 0.1 })).toBe(`${RULE}+stopping@m1`)
    expect(ruleOf(model(0), { ...seen, shift: 0 })).toBe(RULE)
    expect(ruleOf(undefined, seen)).toBe(RULE)
  })
  it('is mixed with the formula by its share: .5 and .75 in halves are .625, a shift of .51', () => {
    const evidence = 2 * Math.atanh(0.5)
    const added = additionOf(instant({ own: lead(1, evidence) }), false)
    expect(added?.shift).toBeCloseTo(0.511, 3)
  })
  it('is nothing, but scored, until it was better', () => {
    expect(additionOf(instant(), false)).toBeNull()
    const added = additionOf(instant(), true)
    expect(added?.shift).toBe(0)
    expect(added?.leadIfFailed).toBeCloseTo(Math.log(1.5))
    expect(added?.leadIfPassed).toBeCloseTo(Math.log(0.5))
  })
  it('never moves the odds by more than twenty to one', () => {
    const added = additionOf(instant({ own: lead(1, 100), score: 50 }), false)
    expect(added?.shift).toBeCloseTo(3)
  })
  it('counts the mean over checkpoints; what comes at the first instant replaces what was said there', () => {
    const run = { ...RUN, checkpoints: [{}] } as RunningRun
    noteLead(run, { shift: 0, leadIfFailed: 5, leadIfPassed: 5 })
    noteLead(run, { shift: 0, leadIfFailed: 0.2, leadIfPassed: -0.1 })
    run.checkpoints.push({} as RunningRun['checkpoints'][number])
    noteLead(run, { shift: 0, leadIfFailed: 0.4, leadIfPassed: -0.3 })
    expect(natsOf(run, true)).toBeCloseTo(0.3)
    expect(natsOf(run, false)).toBeCloseTo(-0.2)
  })
})

describe('features', () => {
  const valueOf = (name: string, at = instant()): number | undefined =>
    featuresOf(at)[FEATURE_NAMES.indexOf(name)]

  it('have names and words of their own', () => {
    expect(new Set(FEATURE_NAMES).size).toBe(FEATURES.length)
    expect(FEATURES.filter(({ doc }) => doc.length < 10)).toEqual([])
  })
  it('are relative to the job: 50 s of runs that pass in 100 s are half of it', () => {
    expect(valueOf('age')).toBeCloseTo(0.5, 1)
    expect(valueOf('ageOfFailing')).toBeCloseTo(0.25, 1)
    expect(valueOf('sinceLast')).toBeCloseTo(Math.log1p(10))
    expect(valueOf('formula')).toBe(0)
    expect(valueOf('changeFailed')).toBe(0.5)
    expect([valueOf('isPull'), valueOf('isRetry'), valueOf('last')]).toEqual([1, 1, 1])
  })
  it('are unknown where nothing is known', () => {
    const nothing = { ...instant(), known: { ...instant().known, changeRuns: 0 } }
    expect(valueOf('changeFailed', nothing)).toBeNaN()
    expect(valueOf('sign')).toBeNaN()
  })
})
