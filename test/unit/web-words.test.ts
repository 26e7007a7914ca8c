import { describe, expect, it } from 'vitest'
import { CLUSTER_KPIS } from '../../processors/kpi/clusters/index.ts'
import { KPIS } from '../../processors/kpi/index.ts'
import { PULL_KPIS } from '../../processors/kpi/pulls/index.ts'
import { TEST_KPIS } from '../../processors/kpi/tests/index.ts'
import { changeLinks, externalLink } from '../../api/web/lib/links.ts'
import { KPI_LOOKS } from '../../api/web/lib/kpi-looks.ts'
import { compatText, inTileOrder, kpiBasis, kpiText, kpiTitle } from '../../api/web/lib/kpis.ts'
import { markOf } from '../../api/web/lib/outcomes.ts'
import { expectedDuration, heldUntil, trajectoryOf } from '../../api/web/lib/trajectory.ts'
import {
  sampleDecision,
  sampleForecast,
  sampleKpi,
  sampleScore,
} from '../support/sample-records.ts'

const value = (kpi: string, change: object) => ({
  kpi,
  value: null,
  numerator: null,
  denominator: null,
  low: null,
  high: null,
  n: 0,
  compat: null,
  ...change,
})

describe('KPI values in words', () => {
  it('have a title for every KPI of the table, and for no other', () => {
    const names = [...KPIS, ...CLUSTER_KPIS, ...TEST_KPIS, ...PULL_KPIS].map(({ name }) => name)
    expect(Object.keys(KPI_LOOKS).sort()).toEqual([...new Set(names)].sort())
  })

  it('are written in the unit of the table', () => {
    const KINDS: Readonly<Record<string, string>> = {
      ...{ seconds: 'seconds', percent: 'share', 'percent points': 'share points' },
    }
    for (const { name, unit } of [...TEST_KPIS, ...PULL_KPIS]) {
      const kind = KPI_LOOKS[name]?.kind ?? ''
      const expected = KINDS[unit] ?? (unit === 'ratio' ? /ratio|points/ : /count|figure/)
      expect(kind, name).toMatch(expected)
    }
    expect(kpiText(value('flaky_tests', { value: 5.5556 }))).toBe('5.6\u202f%')
    expect(kpiText(value('change_in_success', { value: 12 }))).toBe('+12\u202f%')
    expect(kpiText(value('time_to_merge_p50', { value: 7200 }))).toBe('2h 00m')
    const flaky = value('flaky_tests', { value: 25, numerator: 1, denominator: 4, compat: 4.1667 })
    expect([kpiBasis(flaky), compatText(flaky)]).toEqual(['1 of 4', 'as published 4.17'])
  })

  it('show a ratio with numerator, denominator and interval', () => {
    const rate = value('run_pass_rate', {
      value: 0.8,
      numerator: 12,
      denominator: 15,
      low: 0.55,
      high: 0.93,
      n: 15,
      compat: null,
    })
    expect(kpiText(rate)).toBe('80\u202f%')
    expect(kpiBasis(rate)).toBe('12 of 15 · 55–93\u202f%')
  })

  it('never write nothing as zero', () => {
    const nothing = value('queue_p50', {})
    expect(kpiText(nothing)).toBe('—')
    expect(kpiBasis(nothing)).toBe('nothing heard')
  })

  it('sign a change, write durations as time, and show what they do not know as a figure', () => {
    expect(kpiText(value('net_improvement', { value: 0.3 }))).toBe('+30\u202f%')
    expect(kpiText(value('duration_p50_pass', { value: 2994 }))).toBe('49m 54s')
    expect(kpiText(value('some_new_kpi', { value: 1.23456 }))).toBe('1.23')
    expect(kpiTitle('some_new_kpi')).toBe('Some new kpi')
  })

  it('come in the order of the tiles, unknown ones last', () => {
    const kpi = sampleKpi({
      values: ['some_new_kpi', 'queue_p50', 'run_pass_rate'].map((name) => value(name, {})),
    })
    expect(inTileOrder(kpi).map((one) => one.kpi)).toEqual([
      'run_pass_rate',
      'queue_p50',
      'some_new_kpi',
    ])
  })
})

describe('marks and links of a run', () => {
  it('never show an end without an outcome as green', () => {
    expect(markOf({ phase: 'finished', outcome: null })).toBe('unknown')
    expect(markOf({ phase: 'running', outcome: null })).toBe('running')
    expect(markOf({ phase: 'finished', outcome: 'success' })).toBe('success')
  })

  it('link only to addresses of the web', () => {
    expect(externalLink('https://ci.example/run/1')).toBe('https://ci.example/run/1')
    for (const text of ['javascript:alert(1)', 'data:text/html,x', 'no address', undefined])
      expect(externalLink(text)).toBeNull()
  })

  it('link to the change only where the repository is known to be GitHub’s', () => {
    const run = { source: 'prow', repo: 'o/r', pull: 7, sha: 'abc' }
    expect(changeLinks(run).pull).toBe('https://github.com/o/r/pull/7')
    expect(changeLinks({ ...run, source: 'demo' })).toEqual({ pull: null, sha: null })
    expect(changeLinks({ ...run, repo: '../../x' })).toEqual({ pull: null, sha: null })
  })
})

describe('the trajectory of a run', () => {
  it('comes apart into forecasts and decisions, oldest first, and the last score', () => {
    const early = sampleForecast({ eventId: 'a', elapsedSeconds: 10 })
    const late = sampleForecast({ eventId: 'b', elapsedSeconds: 20 })
    const decision = sampleDecision()
    const score = sampleScore()
    const {
      forecasts,
      decisions,
      score: last,
    } = trajectoryOf([
      { kind: 'score', score },
      { kind: 'forecast', forecast: late },
      { kind: 'decision', decision },
      { kind: 'forecast', forecast: early },
    ])
    expect(forecasts.map(({ elapsedSeconds }) => elapsedSeconds)).toEqual([10, 20])
    expect(decisions).toEqual([decision])
    expect(last).toBe(score)
  })

  it('holds what was last said until the age of the run, with the end it expected', () => {
    const said = sampleForecast({ elapsedSeconds: 100, remainingSeconds: 500, remainingLow: null })
    expect(heldUntil([said], 50)).toEqual([said])
    expect(heldUntil([], 50)).toEqual([])
    const held = heldUntil([said], 160).at(-1)
    expect(held).toMatchObject({ elapsedSeconds: 160, pFail: said.pFail, remainingLow: null })
    expect(held && expectedDuration(held, held.remainingSeconds)).toBe(600)
  })

  it('expects a duration only where a forecast speaks of time', () => {
    const forecast = sampleForecast({ elapsedSeconds: 100 })
    expect(expectedDuration(forecast, 500)).toBe(600)
    expect(expectedDuration(forecast, null)).toBeNull()
  })
})
