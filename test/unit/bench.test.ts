import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { median, quantile, summarise, tableOf, type Summary } from '../bench/figures.ts'
import { latencies } from '../bench/forecast-latency.ts'
import { BENCHES } from '../bench/table.ts'

const MAIN = join(import.meta.dirname, '../bench/main.ts')
const figure = (name: string, value: number, peer?: string) => ({ name, value, unit: 'x/s', peer })

describe('figures of a benchmark', () => {
  it('take the middle, and ratios within a round', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(quantile([1, 2, 3, 4], 0.99)).toBe(4)
    const rounds = [
      [figure('ours', 50, 'bare'), figure('bare', 100)],
      [figure('ours', 8, 'bare'), figure('bare', 10)],
      [figure('ours', 70, 'bare'), figure('bare', 100)],
    ]
    expect(summarise(rounds)).toEqual([
      { ...figure('ours', 50, 'bare'), min: 8, median: 50, max: 70, ratio: 0.7 },
      { ...figure('bare', 100), min: 10, median: 100, max: 100, peer: null, ratio: null },
    ])
  })
  it('refuse a round that lacks one', () => {
    expect(() => summarise([[figure('ours', 1)], []])).toThrow('no figure ours')
  })
  it('are printed as a table', () => {
    const table = tableOf(summarise([[figure('ours', 12_345.6, 'bare'), figure('bare', 24_691.2)]]))
    expect(table.split('\n')).toEqual([
      '| figure | median |    min |    max | unit | ratio       |',
      '| ------ | -----: | -----: | -----: | ---- | ----------- |',
      '| ours   | 12,346 | 12,346 | 12,346 | x/s  | 0.5 of bare |',
      '| bare   | 24,691 | 24,691 | 24,691 | x/s  |             |',
    ])
  })
})

describe('npm run bench', () => {
  it('writes what it measured as JSON, and leaves nothing behind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bench-test-'))
    onTestFinished(() => {
      rmSync(folder, { recursive: true })
    })
    const file = join(folder, 'figures.json')
    await promisify(execFile)(
      process.execPath,
      [MAIN, '--quick', '--only', 'cost', '--json', file],
      { env: { ...process.env, TMPDIR: folder } },
    )
    const figures = JSON.parse(readFileSync(file, 'utf8')) as Summary[]
    expect(figures.length).toBeGreaterThan(3)
    for (const { name, value, unit, min, median: middle, max, peer, ratio } of figures) {
      expect([typeof name, unit]).toEqual(['string', 'µs'])
      expect(min).toBeGreaterThan(0)
      expect(middle).toBeGreaterThanOrEqual(min)
      expect(max).toBeGreaterThanOrEqual(middle)
      expect([value, peer, ratio]).toEqual([middle, null, null])
    }
    expect(readdirSync(folder)).toEqual(['figures.json'])
  })
  it('names the benchmarks when asked for one that is not there', async () => {
    const wrong = promisify(execFile)(process.execPath, [MAIN, '--only', 'nothing'])
    await expect(wrong).rejects.toThrow(`no benchmark nothing: there are ${BENCHES[0]?.name ?? ''}`)
  })
  it('is described row by row', () => {
    const text = readFileSync(join(import.meta.dirname, '../../docs/benchmarks.md'), 'utf8')
    const described = [...text.matchAll(/^\| `([a-z-]+)` /gm)].map((match) => match[1])
    expect(described).toEqual(BENCHES.map(({ name }) => name))
  })
})

describe('latencies of starts', () => {
  it('are told without the first second of the process, and of all starts', () => {
    // A start every ten milliseconds for ten seconds: the first hundred take 90 ms, the others 1 to 50.
    const due = Array.from({ length: 1_000 }, (_, n) => [String(n), 10 * n] as const)
    const took = (n: number): number => (n < 100 ? 90 : 1 + (n % 50))
    const seen = new Map(due.map(([run, at], n) => [run, at + took(n)]))
    const figures = latencies('x', new Map(due), seen)
    expect(Object.fromEntries(figures.map(({ name, value }) => [name, value]))).toEqual({
      'x p50': 25,
      'x p99': 50,
      'x p99 of all starts': 90,
      'x max': 50,
      'x in the first second, max': 90,
      'x seen': 1,
    })
  })
})
