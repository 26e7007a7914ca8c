import { describe, expect, it } from 'vitest'
import { runKey } from '../../schemas/keys.ts'
import {
  ageAt,
  applyChanges,
  levelOf,
  rowsOf,
  visibleRows,
  type RowFilter,
} from '../../api/web/lib/running.ts'
import {
  NOON,
  REF,
  sampleDecision,
  sampleForecast,
  sampleRun,
  sampleScore,
} from '../support/sample-records.ts'

const ALL: RowFilter = { text: '', source: null, level: null }
const KEY = runKey(REF)
const answer = (job: string, pFail: number) => ({
  run: sampleRun({ job }),
  forecast: sampleForecast({ job, pFail, curveSeconds: [], curvePFail: [] }),
  decision: null,
  score: null,
})

describe('running runs of the Now page', () => {
  it('leave out runs without a forecast', () => {
    const rows = rowsOf([answer('a', 0.2), { ...answer('b', 0.3), forecast: null }])
    expect([...rows.values()].map(({ forecast }) => forecast.job)).toEqual(['a'])
  })

  it('come likeliest to fail first', () => {
    const rows = rowsOf([answer('a', 0.2), answer('b', 0.9), answer('c', 0.5)])
    expect(visibleRows(rows, ALL, NOON).map(({ forecast }) => forecast.job)).toEqual([
      'b',
      'c',
      'a',
    ])
  })

  it('follow forecasts, advice and state, and leave rows alone that nothing was said of', () => {
    const before = rowsOf([
      { ...answer(REF.job, 0.2), run: sampleRun({ failedTests: 0 }) },
      answer('other', 0.5),
    ])
    const after = applyChanges(before, [
      { kind: 'forecast', record: sampleForecast({ pFail: 0.7 }) },
      { kind: 'decision', record: sampleDecision({ level: 'stop' }) },
      { kind: 'run', record: sampleRun({ failedTests: 3 }) },
    ])
    const row = after.get(KEY)
    expect(row?.forecast.pFail).toBe(0.7)
    expect(row && levelOf(row)).toBe('stop')
    expect(row?.run?.failedTests).toBe(3)
    const other = runKey({ ...REF, job: 'other' })
    expect(after.get(other)).toBe(before.get(other))
    expect(before.get(KEY)?.forecast.pFail).toBe(0.2)
  })

  it('appear with their first forecast and go with their end', () => {
    const started = applyChanges(new Map(), [
      { kind: 'run', record: sampleRun() },
      { kind: 'forecast', record: sampleForecast() },
    ])
    expect([...started.keys()]).toEqual([KEY])
    const finished = sampleRun({ phase: 'finished', change: 'finished' })
    expect(applyChanges(started, [{ kind: 'run', record: finished }]).size).toBe(0)
    expect(applyChanges(started, [{ kind: 'score', record: sampleScore() }]).size).toBe(0)
  })

  it('stay the same map where nothing happened', () => {
    const rows = rowsOf([answer('a', 0.2)])
    expect(applyChanges(rows, [])).toBe(rows)
  })

  it('are found by every word, by source and by advice', () => {
    const rows = applyChanges(rowsOf([answer('e2e gcp', 0.2), answer('unit', 0.5)]), [
      { kind: 'decision', record: sampleDecision({ job: 'unit', level: 'watch' }) },
    ])
    const jobs = (filter: Partial<RowFilter>): string[] =>
      visibleRows(rows, { ...ALL, ...filter }, NOON).map(({ forecast }) => forecast.job)
    expect(jobs({ text: 'GCP origin' })).toEqual(['e2e gcp'])
    expect(jobs({ text: 'gcp kubernetes' })).toEqual([])
    expect(jobs({ level: 'watch' })).toEqual(['unit'])
    expect(jobs({ level: 'abstain' })).toEqual(['e2e gcp'])
    expect(jobs({ source: 'github' })).toEqual([])
  })

  it('age with pipeline time, never below their forecast', () => {
    const forecast = sampleForecast({ elapsedSeconds: 100 })
    expect(ageAt(forecast, NOON + 30_000)).toBe(130)
    expect(ageAt(forecast, NOON - 30_000)).toBe(100)
  })
})
