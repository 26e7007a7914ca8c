import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCollector } from '../../cli/backtest/collector.ts'
import { decisionLine, forecastLine, openLineFile } from '../../cli/backtest/jsonl.ts'
import { measure } from '../../cli/backtest/measures.ts'
import { JSON_VERSION, printReport, toJson } from '../../cli/backtest/print.ts'
import { writeReport } from '../../cli/backtest/report.ts'
import { linear } from '../../cli/backtest/report/svg.ts'
import type { Decision, Forecast } from '../../schemas/events.ts'
import { createReplay, pastRun } from '../../schemas/what-if.ts'
import { inventedProfile, inventedScores, scoreOf } from '../support/backtest-records.ts'

const stamp = {
  eventId: 'e',
  eventAt: Date.UTC(2026, 0, 5, 12),
  observedAt: Date.UTC(2026, 0, 5, 12),
  source: 'demo',
  repo: 'acme/shop',
  job: 'unit',
  runId: '7',
  attempt: 1,
}
const decision: Decision = {
  ...stamp,
  elapsedSeconds: 30,
  level: 'abstain',
  pFail: 0.4,
  pFailLow: 0.2,
  expectedSavedSeconds: 12,
  reason: '12 of 299 passes seen <b>',
  ground: null,
  evidence: {},
  rule: 'stopline/1',
}
const collector = createCollector()
for (const score of inventedScores(1200)) collector.score(score)
for (let index = 0; index < 10; index += 1) collector.profile(inventedProfile(index))
collector.decision(decision)
collector.decision({ ...decision, reason: '13 of 299 passes seen <b>' })
const collected = collector.collected()
const measures = measure(collected, { resamples: 60 })

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backtest-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('the printed report', () => {
  const text = printReport(measures)
  it('fits 120 columns and names every rule and checkpoint', () => {
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120)
    for (const name of [...collected.rules, '125 %', 'SIMULATED DATA', 'job-9'])
      expect(text).toContain(name)
  })
  it('counts abstentions by their reason, whatever numbers are in it', () => {
    expect(text).toContain('abstained 2 times: # of # passes seen <b> (2)')
  })
  it('puts the net of a rule over the bound in brackets', () => {
    expect(text).toMatch(/density .* \(-?[\d.]+\) .* over/)
  })
  it('says what means little where few runs were seen, and prints nothing known as a dash', () => {
    const few = createCollector()
    few.score(scoreOf({ source: 'prow', failed: true, durationSeconds: null }))
    const small = printReport(measure(few.collected()))
    expect(small).toContain('Few failing runs (1)')
    expect(small).toContain('Failing runs without a duration (1)')
    expect(small).toMatch(/unit +1 +1\/1 +–/)
    expect(small).not.toContain('SIMULATED')
  })
})

describe('the measures for machines', () => {
  it('keep version, mode and every figure through JSON', () => {
    const read = JSON.parse(JSON.stringify(toJson(measures))) as Record<string, unknown>
    expect(read).toMatchObject({ version: JSON_VERSION, mode: 'advice' })
    expect(read).toEqual({ version: JSON_VERSION, ...measures })
  })
})

describe('lines of JSON', () => {
  const forecast: Forecast = {
    ...stamp,
    elapsedSeconds: 30,
    pFail: 0.4,
    pFailLow: 0.2,
    pFailHigh: 0.6,
    curveSeconds: [0],
    curvePFail: [0.4],
    remainingSeconds: null,
    remainingLow: null,
    remainingHigh: null,
    jenkinsRemaining: null,
    passes: 3,
    failures: 2,
    streak: 1,
    pool: 'job',
    cause: 'started',
    rule: 'stopline/1',
  }
  it('hold the fields of a forecast in their order', () => {
    expect(forecastLine(forecast)).toBe(
      '{"source":"demo","repo":"acme/shop","job":"unit","runId":"7","attempt":1,"at":"2026-01-05T12:00:00.000Z","elapsedSeconds":30,"pFail":0.4,"pFailLow":0.2,"pFailHigh":0.6,"expectedRemainingSeconds":null,"remainingLow":null,"remainingHigh":null,"rule":"stopline/1"}',
    )
  })
  it('hold the fields of a decision in their order', () => {
    expect(decisionLine(decision)).toBe(
      '{"source":"demo","repo":"acme/shop","job":"unit","runId":"7","attempt":1,"at":"2026-01-05T12:00:00.000Z","level":"abstain","pFail":0.4,"expectedSavedSeconds":12,"reason":"12 of 299 passes seen <b>"}',
    )
  })
  it('are written whole and in order, awaited or not, beyond many chunks', async () => {
    const path = join(folder, 'lines.jsonl')
    const file = await openLineFile(path)
    for (let i = 0; i < 20_000; i += 1) {
      const written = file.write(JSON.stringify({ i, pad: 'x'.repeat(60) }))
      if (i % 5000 === 0) await written
    }
    await file.close()
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
    expect(lines.map((text) => (JSON.parse(text) as { i: number }).i)).toEqual([
      ...Array(20_000).keys(),
    ])
  })
  it('fail with the reason where the file cannot be opened', async () => {
    await expect(openLineFile(join(folder, 'none', 'x.jsonl'))).rejects.toThrow('ENOENT')
  })
})

describe('cost curves', () => {
  it('are what the replay of the scores gives, for three costs of a false stop', () => {
    expect(measures.costCurves.map(({ falseStopReruns }) => falseStopReruns)).toEqual([0, 1, 2])
    const past = inventedScores(1200)
      .map(pastRun)
      .sort((a, b) => a.startMs - b.startMs)
    for (const { falseStopReruns, points } of measures.costCurves) {
      const replay = createReplay({ falseStopReruns, precisionFloor: 0, leastSavedSeconds: 0 })
      for (const run of past) replay.add(run)
      expect(points).toEqual(replay.result().points)
    }
  })
  it('fall from the false stops of .5 to none, and are told at .5 to .99', () => {
    const [plain] = measures.costCurves
    expect(plain?.points[0]?.stoppedPassing).toBeGreaterThan(0)
    expect(plain?.points.at(-1)?.stoppedPassing).toBe(0)
    expect(printReport(measures)).toMatch(/\.500 +[\d.]+ +[\d.]+ +\([\d.]+\)/)
  })
})

describe('the report in a folder', () => {
  let html = ''
  beforeAll(async () => {
    const input = { name: 'acme <shop>', measures, profiles: collected.profiles }
    html = await readFile(await writeReport(join(folder, 'report'), input), 'utf8')
  })
  it('is well formed: every element is closed in its order', () => {
    const open: string[] = []
    for (const [, slash = '', name = ''] of html.matchAll(/<(\/?)([a-zA-Z][\w-]*)[^>]*>/g)) {
      if (name === 'meta') continue
      if (slash === '') open.push(name)
      else expect(open.pop()).toBe(name)
    }
    expect(open).toEqual([])
  })
  it('needs no script and no request, and escapes what it was given', () => {
    expect(html).not.toMatch(/<script|<link|<img|src=|href=|url\(/)
    expect(html).toContain('acme &#60;shop&#62;')
    expect(html).not.toContain('<b>')
  })
  it('has every plot with a title and a description that are its label, and distinct ids', () => {
    const labels = [...html.matchAll(/aria-labelledby="([\w-]+)-title ([\w-]+)-description"/g)]
    const ids = labels.map(([, id]) => id)
    expect(ids.slice(0, 6)).toEqual([
      ...['savings', 'precision', 'cost', 'reliability', 'skill', 'remaining'],
    ])
    expect(ids.filter((id) => id?.endsWith('-survival'))).toHaveLength(10)
    expect(ids.filter((id) => id?.endsWith('-density'))).toHaveLength(5)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) {
      expect(html).toMatch(new RegExp(`<title id="${id}-title">[^<]+</title>`))
      expect(html).toMatch(new RegExp(`<desc id="${id}-description">[^<]+</desc>`))
    }
  })
  it('says why a job has no densities', () => {
    expect(html.match(/<p class="soft">No densities: /g)).toHaveLength(5)
  })
  it('draws no number that is none', () => {
    expect(html).not.toMatch(/NaN|Infinity|undefined/)
  })
  it('has the same tables in Markdown, with links to plots that are there', async () => {
    const markdown = await readFile(join(folder, 'report', 'report.md'), 'utf8')
    expect(markdown).toContain('| stopline |')
    const links = [...markdown.matchAll(/\]\(plots\/([\w-]+\.svg)\)/g)].map(([, name]) => name)
    expect((await readdir(join(folder, 'report', 'plots'))).sort()).toEqual(links.sort())
  })
  it('can be written of nothing', async () => {
    const nothing = measure(createCollector().collected())
    const input = { name: 'nothing', measures: nothing, profiles: new Map() }
    const page = await readFile(await writeReport(join(folder, 'nothing'), input), 'utf8')
    expect(page).toContain('0 finished runs of 0 jobs')
    expect(page).not.toMatch(/NaN|Infinity|undefined/)
  })
})

describe('a linear scale', () => {
  it('has ticks 0, 20 ... 100 from 0 to 93', () => {
    const scale = linear([0, 93], [0, 500])
    expect(scale.ticks).toEqual([0, 20, 40, 60, 80, 100])
    expect(scale.at(50)).toBe(250)
  })
})
