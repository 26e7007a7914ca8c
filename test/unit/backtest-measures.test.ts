import { describe, expect, it } from 'vitest'
import { createCollector } from '../../cli/backtest/collector.ts'
import { measure } from '../../cli/backtest/measures.ts'
import type { BacktestMeasures } from '../../cli/backtest/measures.ts'
import type { RuleMeasures } from '../../cli/backtest/rules.ts'
import type { Score } from '../../schemas/events.ts'
import { checkpointOf, inventedScores, ruleScore, scoreOf } from '../support/backtest-records.ts'

const measured = (scores: readonly Score[], resamples = 50): BacktestMeasures => {
  const collector = createCollector()
  for (const score of scores) collector.score(score)
  return measure(collector.collected(), { resamples })
}
const ruleOf = (measures: BacktestMeasures, name: string): RuleMeasures => {
  const found = measures.total.rules.find(({ rule }) => rule === name)
  if (found === undefined) throw new Error(`no rule ${name}`)
  return found
}
/** Runs of 100 s and 200 s that failed, of 90 s and 80 s that passed, one of 50 s that was aborted. */
const fiveRuns = (): Score[] =>
  (
    [
      [true, 100, 40],
      [true, 200, null],
      [false, 90, 30],
      [false, 80, null],
      [null, 50, 20],
    ] as const
  ).map(([failed, durationSeconds, stop], i) =>
    scoreOf({
      runId: String(i),
      failed,
      durationSeconds,
      rules: [
        ruleScore('stopline', stop, { failed, durationSeconds }),
        ruleScore('never-stop', null, { failed, durationSeconds }),
      ],
    }),
  )

describe('what stopping would have been worth', () => {
  it('saves 60 s, burns 30 s: net 30 s, strict net -30 s, recall 60 of 300 s', () => {
    const ours = ruleOf(measured(fiveRuns()), 'stopline')
    expect(ours.savedSeconds.value).toBe(60)
    expect(ours.burntSeconds.value).toBe(30)
    expect(ours.netSeconds.value).toBe(30)
    expect(ours.strictNetSeconds.value).toBe(-30)
    expect(ours.recall).toMatchObject({ value: 0.2, numerator: 60, denominator: 300 })
  })
  it('counts stops by outcome and keeps those of censored runs apart', () => {
    const ours = ruleOf(measured(fiveRuns()), 'stopline')
    expect(ours.precision).toMatchObject({ value: 0.5, numerator: 1, denominator: 2 })
    expect(ours.falseStopRate).toMatchObject({ value: 0.5, numerator: 1, denominator: 2 })
    expect(ours.stoppedCensored).toBe(1)
    expect(ours.lift.value).toBe(1)
    expect(ours.bound).toBe('over')
  })
  it('never stopping saves nothing, has no precision, and trails our net by 30 s', () => {
    const never = ruleOf(measured(fiveRuns()), 'never-stop')
    expect(never.netSeconds.value).toBe(0)
    expect(never.precision.value).toBeNull()
    expect(never.netLeadSeconds.value).toBe(30)
    expect(never.bound).toBe('met')
  })
  it('earns no lift within jobs by stopping the runs of a red job only', () => {
    const run = (job: string, i: number, failed: boolean, stop: number | null): Score =>
      scoreOf({
        job,
        runId: String(i),
        failed,
        rules: [ruleScore('stopline', stop, { failed, durationSeconds: 100 })],
      })
    const red = [0, 1, 2, 3].map((i) => run('red', i, i < 3, 10))
    const green = [0, 1, 2, 3].map((i) => run('green', i, i < 1, null))
    const ours = ruleOf(measured([...red, ...green]), 'stopline')
    expect(ours.lift.value).toBe(1.5)
    expect(ours.liftWithinJobs.value).toBe(1)
  })
  it('before any failed step: saved 90 s of a run of 100 s whose step fails after 60 s, 50 s of them ahead of it', () => {
    const run = (runId: string, failed: boolean, stop: number | null, step: number | null): Score =>
      scoreOf({
        runId,
        failed,
        rules: [
          ruleScore('stopline', stop, { failed, durationSeconds: 100 }),
          ruleScore('first-failed-step', step, { failed, durationSeconds: 100 }),
        ],
      })
    const early = [run('1', true, 10, 60), run('2', true, 70, 60), run('3', false, 20, null)]
    expect(measured([...early, run('4', true, null, 5)]).beforeStep).toMatchObject({
      ...{ stoppedFailing: 1, stoppedPassing: 1, savedSeconds: 90, burntSeconds: 20 },
      ...{ aheadSeconds: 50, precision: { numerator: 1, denominator: 2 } },
    })
    expect(measured([run('1', true, 10, null)]).beforeStep).toBeNull()
  })
  it('counts failing runs without a duration as missing hours, not as none', () => {
    const { counts } = measured([
      ...fiveRuns(),
      scoreOf({ runId: '9', failed: true, durationSeconds: null }),
    ]).total
    expect(counts).toMatchObject({ runs: 6, passing: 2, failing: 3, censored: 1 })
    expect(counts).toMatchObject({ failedSeconds: 300, failingUntimed: 1, withoutForecast: 6 })
  })
  it('lets a later score of the same run replace the earlier one', () => {
    const { counts } = measured([
      scoreOf({ runId: 'a', failed: true }),
      scoreOf({ runId: 'a', failed: false }),
    ]).total
    expect(counts).toMatchObject({ runs: 1, passing: 1, failing: 0 })
  })
  it('lists jobs by failed hours and says in how many our rule stopped nothing', () => {
    const measures = measured([
      ...fiveRuns(),
      scoreOf({ job: 'long', failed: true, durationSeconds: 900 }),
    ])
    expect(measures.jobs.map(({ job }) => job)).toEqual(['long', 'unit'])
    expect(measures.abstainingJobs).toBe(1)
  })
  it('measures nothing of nothing', () => {
    const { total, jobs, from } = measured([])
    expect(total.counts.runs).toBe(0)
    expect(jobs).toEqual([])
    expect(from).toBeNull()
    expect(total.checkpoints.map(({ forecast }) => forecast.brier.value)).toEqual(
      Array.from({ length: 6 }, () => null),
    )
  })
})

describe('what was spent after a change had failed', () => {
  it('is 250 of 550 s for runs that end at 100 (fail), 150 (pass) and 300 s (fail)', () => {
    const group = (
      [
        [true, 100],
        [false, 150],
        [true, 300],
      ] as const
    ).map(([failed, durationSeconds], i) =>
      scoreOf({ runId: String(i), group: 'push', failed, durationSeconds }),
    )
    const { changes } = measured([...group, scoreOf({ runId: 'alone', failed: true })])
    expect(changes).toMatchObject({ groups: 1, failedGroups: 1, spentSeconds: 550 })
    expect(changes.afterFailureSeconds.value).toBe(250)
    expect(changes.share.value).toBeCloseTo(250 / 550)
    expect(changes.cut).toEqual({ failing: 1, passing: 1, censored: 0 })
  })
})

describe('forecasts at checkpoints', () => {
  it('has Brier .1, base .25, skill .6 and AUC 1 for .8 failed and .4 passed', () => {
    const scores = (
      [
        [true, 0.8],
        [false, 0.4],
      ] as const
    ).map(([failed, pFail], i) =>
      scoreOf({ runId: String(i), failed, checkpoints: [checkpointOf({ pFail, remaining: 90 })] }),
    )
    const forecast = measured(scores).total.checkpoints[0]?.forecast
    expect(forecast?.n).toBe(2)
    expect(forecast?.brier.value).toBeCloseTo(0.1)
    expect(forecast?.baseBrier.value).toBe(0.25)
    expect(forecast?.skill.value).toBeCloseTo(0.6)
    expect(forecast?.brierLead.value).toBeCloseTo(0.15)
    expect(forecast?.logLoss.value).toBeCloseTo((0.2231 + 0.5108) / 2, 3)
    expect(forecast?.auc.value).toBe(1)
    expect(forecast?.calibrated).toBeNull()
  })
  it('keeps cold runs apart and censored ones out', () => {
    const cold = scoreOf({ runId: 'cold', failed: true, checkpoints: [checkpointOf({})] })
    const censored = scoreOf({
      runId: 'censored',
      failed: null,
      checkpoints: [checkpointOf({ remaining: 10 })],
    })
    const { total } = measured([cold, censored])
    expect(total.cold.n).toBe(1)
    expect(total.checkpoints[0]?.forecast.n).toBe(0)
  })
  it('gives no interval where fewer than ten units have a forecast', () => {
    const [first, ...others] = inventedScores(300)
    if (first === undefined) throw new Error('no score')
    const { total } = measured([first, ...others.map((score) => ({ ...score, checkpoints: [] }))])
    expect(total.counts.units).toBeGreaterThan(10)
    expect(total.checkpoints[0]?.forecast.brier.value).not.toBeNull()
    expect(total.checkpoints[0]?.forecast.brier.low).toBeNull()
  })
  it('tells 100 and 50 s where 90 and 80 s come true: median error 20 s, covered 1 of 2', () => {
    const scores = (
      [
        [100, 80, 120, 90],
        [50, 40, 60, 80],
      ] as const
    ).map(([remaining, remainingLow, remainingHigh, actual], i) =>
      scoreOf({
        runId: String(i),
        checkpoints: [
          checkpointOf({ remaining, remainingLow, remainingHigh, actual, jenkins: 130 }),
        ],
      }),
    )
    const remaining = measured(scores).total.checkpoints[0]?.remaining
    expect(remaining?.medianErrorSeconds.value).toBe(20)
    expect(remaining?.jenkinsMedianErrorSeconds.value).toBe(45)
    expect(remaining?.leadSeconds.value).toBe(25)
    expect(remaining?.coverage).toMatchObject({ value: 0.5, numerator: 1, denominator: 2 })
  })
  it('finds a calibrated community calibrated, and a skill above its base rate', () => {
    const start = measured(inventedScores(3000), 100).total.checkpoints[0]?.forecast
    const { value, low, high } = start?.calibrationError ?? { value: 1, low: null, high: null }
    expect(value).toBeLessThanOrEqual((start?.calibrated?.high ?? 0) * 1.2)
    expect(low).toBeLessThanOrEqual(high ?? 0)
    expect(start?.calibrated?.bins).toHaveLength(10)
    expect(start?.skill.low).toBeGreaterThan(0.05)
  })
})

describe('every rule of a whole community', () => {
  const measures = measured(inventedScores(2000), 100)
  it('puts ours first and never nets more than it saved', () => {
    for (const { rules } of [measures.total, ...measures.jobs]) {
      expect(rules[0]?.rule).toBe('stopline')
      for (const { savedSeconds, netSeconds, strictNetSeconds } of rules) {
        expect(netSeconds.value).toBeLessThanOrEqual(savedSeconds.value ?? 0)
        expect(strictNetSeconds.value).toBeLessThanOrEqual(netSeconds.value ?? 0)
      }
    }
  })
  it('adds jobs up to the total', () => {
    const net = measures.jobs.reduce((sum, job) => sum + (job.rules[0]?.netSeconds.value ?? 0), 0)
    expect(net).toBeCloseTo(measures.total.rules[0]?.netSeconds.value ?? 0, 3)
  })
  it('keeps every ratio and its interval between 0 and 1, and the value within', () => {
    for (const { precision, falseStopRate } of measures.total.rules)
      for (const { value, low, high } of [precision, falseStopRate]) {
        if (value === null || low === null || high === null) continue
        expect(low).toBeGreaterThanOrEqual(0)
        expect(high).toBeLessThanOrEqual(1)
        expect(value).toBeGreaterThanOrEqual(low)
        expect(value).toBeLessThanOrEqual(high)
      }
  })
  it('gives the same figures for the same records', () => {
    expect(measured(inventedScores(2000), 100)).toEqual(measures)
  })
})
