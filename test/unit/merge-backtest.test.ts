import { describe, expect, it } from 'vitest'
import { baselinesOf } from '../../cli/merge-backtest/baselines.ts'
import type { Opening } from '../../cli/merge-backtest/collector.ts'
import { mergeMeasures } from '../../cli/merge-backtest/measures.ts'
import { poolingMeasures } from '../../cli/merge-backtest/pooling.ts'
import { printMergeReport } from '../../cli/merge-backtest/print.ts'
import { aucOf } from '../../cli/merge-backtest/ranking.ts'
import { mergeOpenings } from '../../cli/merge-backtest/run.ts'
import { openArchive } from '../../producers/archive/archive.ts'
import { readPullRow } from '../../producers/archive/normalize-pulls.ts'
import type { MergeForecast } from '../../schemas/events.ts'
import { dataDir } from '../support/data.ts'
import { DAY, HOUR, MONDAY } from '../support/facts.ts'

const opening = (pull: number, at: number, hours: number | null, author = 'ada'): Opening => {
  const ref = { source: 't', repo: 'o/r', pull, author, openedAt: at, model: 'm' }
  const forecast: MergeForecast = {
    ...{
      ...ref,
      eventId: String(pull),
      eventAt: at,
      observedAt: at,
      elapsedSeconds: 0,
      title: '',
      sha: null,
    },
    ...{
      pMerge: 0.5,
      quantiles: { p10: 3_600, p50: 7_199, p90: 36_000 },
      deciles: [],
      classes: [],
    },
    ...{
      signs: [],
      checks: [],
      checksRunning: 0,
      drivers: {},
      cause: 'opened',
      merged: 0,
      closed: 0,
    },
  }
  if (hours === null) return { forecast, score: null }
  const endAt = at + hours * HOUR
  const look = { elapsedSeconds: 0, pMerge: 0.5, p10: 3_600, p50: 7_199, p90: 36_000 }
  const score = { ...ref, eventId: `${pull}/s`, eventAt: endAt, observedAt: endAt, merged: true }
  return { forecast, score: { ...score, seconds: hours * 3_600, looks: [look] } }
}

describe('the baselines', () => {
  it('know what had been merged before, and nothing else', () => {
    const known = baselinesOf([
      opening(1, MONDAY, 1),
      opening(2, MONDAY + DAY, 4, 'bob'),
      opening(3, MONDAY + 2 * DAY, 50),
      opening(4, MONDAY + 3 * DAY, 1, 'cy'),
    ])
    const log = (hours: number): number => Math.log1p(hours * 3_600)
    expect(known[0]).toMatchObject({ author: 10.5, repository: 10.5, global: 10.5, ended: 0 })
    expect(known[2]?.author).toBeCloseTo(log(1), 9)
    // The third one was still open then.
    expect(known[3]?.repository).toBeCloseTo((log(1) + log(4)) / 2, 9)
    expect(known[3]?.author).toBe(known[3]?.repository)
  })
})

describe('the area under the curve', () => {
  const of = (...cases: [number, boolean][]): number | null =>
    aucOf(
      cases.map(([chance, isTrue], unit) => ({ unit, chance, isTrue })),
      new Uint8Array(cases.length).fill(1),
    )
  it('is the chance that a true case ranks above a false one', () => {
    expect(of([0.9, true], [0.4, true], [0.5, false])).toBe(0.5)
    expect(of([0.5, true], [0.5, false])).toBe(0.5)
    expect(of([0.5, true], [0.6, true])).toBeNull()
  })
})

describe('a row of pulls.csv', () => {
  const row = {
    ...{ source: 's', repo: 'o/r', number: '7', author: 'ada', draft: 'false', title_words: '3' },
    ...{ created_at: '2020-01-01T00:00:00Z', merged_at: '2020-01-02T00:00:00Z', additions: '12' },
    ...{ labels: 'a|b', closed_at: '' },
  }
  it('tells sizes and labels at its end only', () => {
    const [opened, merged] = readPullRow(row, false).facts
    expect(opened).toMatchObject({ kind: 'opened', titleWords: 3, additions: null, labels: [] })
    expect(merged).toMatchObject({ kind: 'merged', additions: 12, labels: ['a', 'b'] })
  })
  it('tells them when it is opened where that leak is asked for', () => {
    expect(readPullRow(row, true).facts[0]).toMatchObject({ additions: 12, labels: [] })
  })
  it.each([
    ['created_at', { created_at: '' }],
    ['number', { number: '-1' }],
    ['before created_at', { merged_at: '2019-01-01T00:00:00Z' }],
  ])('is refused by name: %s', (words, more) => {
    expect(() => readPullRow({ ...row, ...more }, false)).toThrow(words)
  })
})

describe('the measures', () => {
  it('compare forecasts and baselines over the last 30 % that ended', () => {
    const openings = Array.from({ length: 100 }, (_, i) =>
      opening(i + 1, MONDAY + i * DAY, i === 99 ? null : 2),
    )
    const measures = mergeMeasures(openings, { resamples: 20 })
    expect(measures).toMatchObject({ pulls: 100, scored: 29, merged: 29, closed: 0 })
    // 7,199 s forecast, 7,200 s needed; the median before was right.
    expect(measures.error.ours.value).toBeCloseTo(1 / 7_200, 6)
    expect(measures.error.author.value).toBeCloseTo(0, 9)
    expect(measures.covered.value).toBe(1)
    expect(measures.auc.ours.value).toBeNull()
    expect(
      printMergeReport({ ...measures, pooling: null, askedFrom: [] }, { hasFinalSizes: true }),
    ).toContain('LEAKY')
  })
})

describe('the comparison of new repositories', () => {
  /** Pull requests of a repository, each an hour after the other and merged in two hours; the middle of each is as told. */
  const ofRepo = (repo: string, begin: number, count: number, p50: number): Opening[] =>
    Array.from({ length: count }, (_, i) => {
      const { forecast, score } = opening(i + 1, begin + i * HOUR, 2)
      const quantiles = { ...forecast.quantiles, p50 }
      return {
        forecast: { ...forecast, repo, quantiles },
        score: score === null ? null : { ...score, repo },
      }
    })
  const world = (p50: number): Opening[] => [
    ...ofRepo('o/old', MONDAY, 300, 7_200),
    ...Array.from({ length: 12 }, (_, i) =>
      ofRepo(`o/${i}`, MONDAY + 20 * DAY + i * 1_000, 45, p50),
    ).flat(),
  ]
  const measures = poolingMeasures(world(7_200), world(14_401), { resamples: 20 })

  it('leaves out whoever came before there was anything to learn from others', () => {
    expect(measures).toMatchObject({ repositories: 12, tooEarly: 1 })
    expect(measures.spans.map(({ merged }) => merged)).toEqual([12 * 19, 12 * 20, 12 * 6, 0])
  })
  it('tells the error with and without what others told, by place in the repository', () => {
    const [, named] = measures.spans
    expect(named).toMatchObject({ first: 20, last: 39, repositories: 12 })
    expect(named?.pooled.value).toBeCloseTo(0, 9)
    expect(named?.alone.value).toBeCloseTo(Math.LN2, 9)
    expect(named?.difference.high).toBeLessThan(0)
    expect(measures.each).toHaveLength(12)
    expect(measures.each[0]).toMatchObject({ repository: 't:o/0', merged: 20, median: 0 })
  })
  it('is printed where it was asked for', () => {
    const askedFrom = [{ model: 'merge-time', version: 'm1', atMs: 86_400_000 }]
    const measured = mergeMeasures(world(7_200), { resamples: 20 })
    const report = { ...measured, pooling: measures, askedFrom }
    const text = printMergeReport(report, { hasFinalSizes: false })
    expect(text).toContain('fitted on the part before 1970-01-02')
    expect(text).toMatch(/20 to 39 +12 +240 +\.000 +\.693 +-\.693/)
  })
})

const onnx = dataDir('onnxruntime-pulls')
describe.skipIf(onnx === null)('recorded pull requests of one repository', () => {
  it(
    'are forecast better than by the median of the author, with honest intervals',
    { timeout: 240_000 },
    async () => {
      const archive = openArchive([onnx ?? ''])
      const openings = await mergeOpenings(archive, undefined, new AbortController().signal)
      const measures = mergeMeasures(openings, { resamples: 100 })
      expect(measures.merged).toBeGreaterThan(1_300)
      expect(measures.error.ours.value).toBeLessThan(1.277)
      expect(measures.difference.author.high).toBeLessThan(0)
      expect(measures.covered.value).toBeGreaterThan(0.77)
      expect(measures.covered.value).toBeLessThan(0.83)
      expect(measures.auc.ours.value).toBeGreaterThan(0.68)
    },
  )
})
