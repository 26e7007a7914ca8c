import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_LINE_BYTES } from '../../producers/log/excerpt.ts'
import { lineCutter } from '../../producers/log/lines.ts'
import { newLogState, readLines } from '../../producers/prow/log/reader.ts'
import { CODECS } from '../../schemas/codec.ts'
import { stampOf } from '../../producers/prow/log/stamps.ts'

const NOW = Date.parse('2026-01-02T12:00:00Z')
const run = { source: 'prow', repo: 'o/r', job: 'j', runId: '1', attempt: 1 }
const START = { offset: 0, isInLongLine: false }
const read = (...lines: string[]) => readLines(newLogState(), lines, { run, now: NOW })

const LOG = `INFO[2026-01-02T10:00:00Z] Building src
INFO[2026-01-02T10:01:30Z] Build src succeeded after 1m30s
INFO[2026-01-02T10:01:31Z] Acquiring leases for test e2e
INFO[2026-01-02T10:41:31Z] Acquired 1 lease(s) for quota: [a]
${'x'.repeat(3 * MAX_LINE_BYTES)}
INFO[2026-01-02T10:41:31Z] Running step e2e-test.
started: (0/2/9) "[sig] one"
passed: (1.2s) 2026-01-02T10:50:00 "[sig] one"
failed: (3.4s) 2026-01-02T10:51:00 "[sig] zwei é"
INFO[2026-01-02T11:00:00Z] Step e2e-test failed after 18m29s.
INFO[2026-01-02T11:00:01Z] Some steps failed:`

describe('a log in pieces', () => {
  it('gives the same facts however it was cut, and wherever reading was taken up again', () => {
    const whole = readLines(newLogState(), LOG.split('\n'), { run, now: NOW })
    expect(whole.map(({ kind }) => kind)).toEqual([
      ...['stepStarted', 'stepFinished', 'stepStarted', 'logProgress', 'stepFinished'],
      ...['stepStarted', 'testsReported', 'stepFinished', 'logProgress'],
    ])
    const bytes = Buffer.from(LOG)
    const pieces = fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 20 })
    // One reading asks for more than the longest line that is kept, or it would not get on.
    const reading = fc.integer({ min: MAX_LINE_BYTES + 2, max: 60_000 })
    fc.assert(
      fc.property(pieces, reading, (lengths, budget) => {
        let state = newLogState()
        let position = START
        const facts: unknown[] = []
        let i = 0
        for (let turn = 0; position.offset < bytes.length && turn < 100; turn += 1) {
          // As after a restart: what is kept is plain data.
          state = JSON.parse(JSON.stringify(state)) as typeof state
          const cutter = lineCutter(position)
          const end = Math.min(position.offset + budget, bytes.length)
          for (let at = position.offset; at < end; i += 1) {
            const to = Math.min(end, at + (lengths[i % lengths.length] ?? 1))
            facts.push(...readLines(state, cutter.push(bytes.subarray(at, to)), { run, now: NOW }))
            at = to
          }
          if (end === bytes.length) facts.push(...readLines(state, cutter.end(), { run, now: NOW }))
          position = cutter.position()
        }
        expect(facts).toEqual(whole)
        expect(position.offset).toBe(bytes.length)
      }),
      { numRuns: 50 },
    )
  })

  it('holds no more than a line of a log without line breaks', () => {
    const cutter = lineCutter(START)
    const piece = Buffer.alloc(100_000, 'a')
    for (let i = 0; i < 500; i += 1) expect(cutter.push(piece)).toEqual([])
    expect(cutter.position()).toEqual({ offset: 50_000_000, isInLongLine: true })
    expect(cutter.push(Buffer.from('end of it\nnext\n'))).toEqual(['next'])
  })
})

describe('the time of a line', () => {
  it.each([
    ['\u001b[36mINFO\u001b[0m[2026-01-02T10:00:00Z] text  '],
    ['INFO[2026-01-02T10:00:00Z] text'],
    ['time="2026-01-02T10:00:00Z" level=info msg="text"'],
    ['2026/01/02 10:00:00 text'],
    ['2026-01-02T10:00:00.000Z text'],
    ['[2026-01-02 10:00:00] text'],
    ['I0102 10:00:00.000000     12 main.go:12] text'],
    ['{"level":"error","msg":"text","time":"2026-01-02T10:00:00Z"}'],
  ])('is read from %j', (line) => {
    expect(stampOf(line, NOW)).toEqual({ at: Date.parse('2026-01-02T10:00:00Z'), text: 'text' })
  })

  it('is of the year before for a line of December heard in January', () => {
    expect(stampOf('I1231 10:00:00.000000 1 a.go:1] x', NOW).at).toBe(
      Date.parse('2025-12-31T10:00:00Z'),
    )
  })

  it('is none where it lies far away or is no time', () => {
    expect(stampOf('INFO[2199-01-02T10:00:00Z] x', NOW)).toEqual({ at: null, text: 'x' })
    expect(stampOf('1970/01/02 10:00:00 x', NOW).at).toBeNull()
    expect(stampOf('2026/13/45 10:00:00 x', NOW).at).toBeNull()
    expect(stampOf('{"broken', NOW)).toEqual({ at: null, text: '{"broken' })
  })
})

describe('milestones', () => {
  it('tell counts and names of failed tests as they are printed', () => {
    const facts = read(
      '2026/01/02 10:00:00 Failing tests:',
      '',
      '[sig] one',
      '[sig] two',
      '',
      'Writing JUnit report to x.xml',
      'error: 2 fail, 10 pass, 3 skip (1m2s)',
      'error: 2 fail, 10 pass, 3 skip (1m2s)',
    )
    expect(facts).toMatchObject([
      { kind: 'testsReported', passed: 10, failed: 2, failedTests: ['[sig] one', '[sig] two'] },
    ])
  })

  it('know Ginkgo and kubetest, whose steps end without a verdict', () => {
    const facts = read(
      '2026/01/02 10:00:00 process.go:153: Running: ./up.sh',
      "2026/01/02 10:10:00 process.go:155: Step './up.sh' finished in 10m0s",
      'FAIL! -- 5 Passed | 1 Failed | 0 Pending | 2 Skipped',
    )
    expect(facts).toMatchObject([
      { kind: 'stepStarted', step: './up.sh' },
      { kind: 'stepFinished', outcome: 'unknown', rawOutcome: 'finished' },
      { kind: 'testsReported', passed: 5, failed: 1 },
    ])
  })

  it('know that Prow ended the process', () => {
    const line =
      '{"level":"error","msg":"Process did not finish before 2h0m0s timeout","time":"2026-01-02T10:00:00Z"}'
    expect(read(line)).toMatchObject([{ labels: { log_verdict: 'timed out' } }])
  })

  it('take a step whose name every object has for a step like others', () => {
    const facts = ['__proto__', 'constructor'].flatMap((step) =>
      read(
        `2026/01/02 10:00:00 Running step ${step}.`,
        `2026/01/02 10:00:09 Step ${step} succeeded after 9s.`,
      ),
    )
    const startedAt = Date.parse('2026-01-02T10:00:00Z')
    expect(facts).toMatchObject([
      { kind: 'stepStarted', step: '__proto__', startedAt },
      { kind: 'stepFinished', step: '__proto__', startedAt },
      { kind: 'stepStarted', step: 'constructor', startedAt },
      { kind: 'stepFinished', step: 'constructor', startedAt },
    ])
  })

  it('hold whatever a log says', () => {
    const said = fc.constantFrom(
      'Running step ~.',
      'Step a succeeded after ~.',
      'Step ~ failed after 1s.',
      'Executing pod "~"',
      'Container x in pod ~ failed, exit code 1',
      'Acquiring leases for ~',
      'error: Failed to acquire resource ~',
      "Reporting job state 'failed' with reason '~'",
      'error: ~ fail, ~ pass, ~ skip (1s)',
      'failed: (1s) 2026-01-02T10:00:00 "~"',
      'Failing tests:',
      '~',
    )
    const odd = fc.constantFrom('9'.repeat(30), '9999999999999999h', '__proto__', 'x'.repeat(9000))
    const stamp = fc.constantFrom('INFO[2026-01-02T10:00:00Z] ', '', '2026/01/02 10:00:00 ')
    const line = fc
      .tuple(stamp, said, odd)
      .map(([before, text, value]) => before + text.replaceAll('~', value))
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        for (const fact of read(...lines))
          expect(CODECS['run-event'].encode(fact).length).toBeLessThan(20_000)
      }),
    )
  })

  it('stay few, however many steps a log opens', () => {
    const state = newLogState()
    const lines = Array.from({ length: 5000 }, (_, i) => `2026/01/02 10:00:00 Running step s${i}.`)
    readLines(state, lines, { run, now: NOW })
    expect(Object.keys(state.open)).toHaveLength(100)
  })
})
