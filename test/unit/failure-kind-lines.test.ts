import { describe, expect, it } from 'vitest'
import { formOf } from '../../processors/failure-kind/form.ts'
import { judge, plainScore, placedOf } from '../../processors/failure-kind/judge.ts'
import { hearLine, linesOf, newLedger } from '../../processors/failure-kind/ledger.ts'
import { plainText } from '../../processors/failure-kind/plain.ts'
import { readLine } from '../../processors/failure-kind/read-line.ts'
import { SIGNS, TOLD_SIGNS } from '../../processors/failure-kind/signs.ts'
import {
  bucketOf,
  matchOf,
  merged,
  similarity,
  WILD,
  wordsOf,
} from '../../processors/failure-kind/template.ts'

const ESC = String.fromCharCode(27)
/** What the lines of a log come to; the log may be longer than they are. */
const judged = (lines: readonly string[], length = lines.length) => {
  const ledger = newLedger('log')
  lines.forEach((text, i) => hearLine(ledger, { line: i + 1, text, isLoud: true }))
  ledger.lines = length
  return judge([ledger])
}

describe('the text of a line', () => {
  it.each([
    ['ERRO[2026-01-02T10:00:00Z] error: no lease', 'error: no lease'],
    [`${ESC}[31mERRO${ESC}[0m[2026-01-02T10:00:00Z] error: no lease  `, 'error: no lease'],
    ['2026-01-02T10:00:00.123Z ##[error]no lease', 'no lease'],
    ['[task 2026-01-02T10:00:00.1Z] 10:00:00     INFO - no lease', 'no lease'],
    ['time="2026-01-02T10:00:00Z" level=error msg="no lease"', 'no lease"'],
    ['2026/01/02 10:00:00 no lease', 'no lease'],
    ['10 %\r20 %\rno lease', 'no lease'],
    ['no lease', 'no lease'],
  ])('%s', (line, text) => {
    expect(plainText(line)).toBe(text)
  })
})

describe('signs', () => {
  it('have names of their own, weights that mean something, and say where they were learned', () => {
    const names = SIGNS.map(({ name }) => name)
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
    for (const { name, weight, from, kind, cause } of SIGNS) {
      expect(weight, name).toBeGreaterThan(0)
      expect(weight, name).toBeLessThanOrEqual(4)
      expect(['tools', 'prow-logs', 'pytorch-failure-logs', 'mozilla-job-logs'], name).toContain(
        from,
      )
      expect(cause === null || kind === 'infrastructure', name).toBe(true)
    }
    expect(Object.keys(TOLD_SIGNS).length).toBeGreaterThan(0)
  })
  it.each([
    ['src/a.cc:12:3: error: no member named x', 'build'],
    ['error: Failed to acquire resource, current capacity: 0 free, 70 leased', 'infrastructure'],
    ['Get https://x: dial tcp 10.0.0.1:6443: i/o timeout', 'infrastructure'],
    ['Failed to pull image "quay.io/a/b": ErrImagePull', 'infrastructure'],
    ["##[error]The action 'Test' has timed out after 360 minutes.", 'timeout'],
    ['Process did not finish before 4h0m0s timeout', 'timeout'],
    ['##[error]The operation was canceled.', 'cancelled'],
    ['12 offenses detected', 'policy'],
    ['would reformat src/a.py', 'policy'],
    ['--- FAIL: TestA (0.1s)', 'test'],
    ['Tests run: 12, Failures: 1, Errors: 0, Skipped: 0', 'test'],
    ['/bin/sh: line 1:  4321 Segmentation fault (core dumped) ./a', 'crash'],
  ])('%s', (line, kind) => {
    expect(readLine(line)?.sign.kind).toBe(kind)
  })
  it.each([
    'Tests run: 12, Failures: 0, Errors: 0, Skipped: 0',
    'BUILD SUCCESS: 0 errors, 0 failures',
    '+ echo "error: nothing"',
    'warning: unused variable, error is not used',
  ])('weigh little where a line only looks like trouble: %s', (line) => {
    expect(readLine(line)?.weight ?? 0).toBeLessThan(1)
  })
  it('read a line of any content in time that grows with its length, not beyond', () => {
    const seeds = [
      'a',
      ' ',
      '-',
      '=',
      '/',
      '.',
      ':',
      '(',
      '\\',
      'a ',
      'error ',
      'a.b:1:',
      '0 ',
      '☃',
      'test/',
      '_',
    ]
    for (const seed of seeds) {
      const line = seed.repeat(400).slice(0, 400)
      const start = process.cpuUsage()
      for (let i = 0; i < 10; i += 1) readLine(`${line}!`)
      const { user } = process.cpuUsage(start)
      // Some microseconds each; a pattern that looks back would take seconds.
      expect(user / 10, seed).toBeLessThan(100_000)
    }
  })
})

describe('lines that are kept', () => {
  it('are the first three of a sign and the last, with their number; what was heard before adds nothing', () => {
    const ledger = newLedger('log')
    const hear = (): void => {
      for (let line = 1; line <= 10; line += 1)
        hearLine(ledger, { line, text: `--- FAIL: Test${line}`, isLoud: true })
    }
    hear()
    const once = JSON.stringify(ledger)
    hear()
    expect(JSON.stringify(ledger)).toBe(once)
    const [sign] = ledger.signs
    expect(sign && linesOf(sign).map(({ line }) => line)).toEqual([1, 2, 3, 10])
    expect(sign?.count).toBe(10)
  })
  it('stay within what a cell may hold, whatever comes', () => {
    const ledger = newLedger('log')
    const lines = SIGNS.map(({ pattern }) => pattern.source.replace(/[\\^$(){}[\]?*+]/g, ''))
    for (let line = 1; line <= 5000; line += 1)
      hearLine(ledger, {
        line,
        text: `${lines[line % lines.length]} error ${'x'.repeat(400)}`,
        isLoud: true,
      })
    expect(JSON.stringify(ledger).length).toBeLessThan(48_000)
  })
})

describe('the verdict', () => {
  it('scores a line of weight 3 at the end of the log, the first of its sign, 3.4', () => {
    const ledger = newLedger('log')
    hearLine(ledger, { line: 100, text: 'a.c:1:1: error: x', isLoud: true })
    ledger.lines = 100
    const [placed] = placedOf([ledger])
    expect(placed && plainScore(placed)).toBeCloseTo(3.4)
  })
  it.each([
    ['[ERROR] COMPILATION ERROR :', '[ERROR] /src/A.java:[4,24] cannot access lib.Launcher'],
    ['Traceback (most recent call last):', 'ValueError: no such branch'],
    ['=========== FAILURES ===========', '____________ test_cache ____________'],
  ])('shows what a heading announces before the heading %s', (heading, said) => {
    const { ranked } = judged([heading, said])
    expect(ranked.map(({ sign }) => sign)).toEqual([ranked[0]?.sign, ranked[0]?.sign])
    expect(ranked.map(({ candidate }) => candidate.line)).toEqual([2, 1])
  })
  it('names the failure, not the tidying up behind it', () => {
    const { kind, decisive } = judged([
      'src/a.cc:12:3: error: no member named x',
      'make: *** [all] Error 2',
      'write check failed: AccessDenied',
    ])
    expect(kind).toBe('build')
    expect(decisive?.candidate.line).toBe(1)
  })
  it('does not blame trouble that the run outlived', () => {
    const lines = [
      'fatal: unable to access https://x: Could not resolve host: x',
      '--- FAIL: TestA (0.1s)',
    ]
    const ended = [lines[0] ?? '', ...Array<string>(98).fill('works'), lines[1] ?? '']
    expect(judged(ended).kind).toBe('test')
    const alone = judged(lines.slice(0, 1), 1)
    expect(alone).toMatchObject({ kind: 'infrastructure', cause: 'network' })
    expect(judged(lines.slice(0, 1), 10_000).confidence).toBeLessThan(alone.confidence)
  })
  it('says that it does not know where nothing tells', () => {
    expect(judged(['something failed'])).toMatchObject({
      kind: 'unknown',
      confidence: 0,
      decisive: null,
    })
    expect(judged([])).toMatchObject({ kind: 'unknown', ranked: [] })
  })
  it('heeds a model within its limit, and never one that says no number', () => {
    const ledger = newLedger('log')
    hearLine(ledger, { line: 1, text: '--- FAIL: TestA', isLoud: true })
    ledger.lines = 1
    const scored = (score: number): number | undefined =>
      judge([ledger], { version: 'v', features: [], score: () => score }).ranked[0]?.score
    const plain = judge([ledger]).ranked[0]?.score ?? 0
    expect(scored(0.5)).toBeCloseTo(plain + 0.5)
    expect(scored(1e9)).toBeCloseTo(plain + 1)
    expect(scored(NaN)).toBe(plain)
  })
})

describe('templates', () => {
  it('leave out what differs from run to run', () => {
    const a = '/ws/a/src/x.cpp:12:3: error: no member named y'
    expect(formOf(a)).toBe(formOf('/ws/b2/src/x.cpp:99:1: error: no member named y'))
    expect(formOf(a)).not.toBe(formOf('/ws/a/src/x.cpp:12:3: error: expected ;'))
  })
  it('count a word that differs anyway as half', () => {
    expect(similarity(['a', 'b', WILD], ['a', 'b', 'c'])).toBeCloseTo(5 / 6)
  })
  it('become one where most words agree, with what differs left open', () => {
    const first = wordsOf('dial tcp node-a refused the connection')
    const second = wordsOf('dial tcp node-b refused the connection')
    expect(bucketOf(first)).toBe(bucketOf(second))
    expect(matchOf([first], second)).toBe(0)
    expect(merged(first, second).join(' ')).toBe(`dial tcp ${WILD} refused the connection`)
    expect(matchOf([first], wordsOf('dial udp other things were said'))).toBe(-1)
  })
})
