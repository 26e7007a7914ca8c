import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FILES, KNOWN_WHEN_QUEUED, KNOWN_WHEN_STARTED } from '../../producers/archive/columns.ts'
import { parseInstant } from '../../producers/archive/instant.ts'
import { outcomeOf, testStatusOf } from '../../producers/archive/words.ts'
import { csvChunks, csvLine } from '../../sinks/export/archive/csv.ts'
import {
  COLUMNS,
  EARLY_LABELS,
  FILE_KINDS,
  OUTCOME_WORDS,
  STATUS_WORDS,
  wordFor,
} from '../../sinks/export/archive/format.ts'
import { instantText, isColumnName, runRows, stepRows } from '../../sinks/export/archive/rows.ts'
import type { RunEvent } from '../../schemas/events.ts'

const T0 = Date.UTC(2026, 6, 16, 6, 0, 53)
const factOf = (kind: RunEvent['kind'], at: number, more: Partial<RunEvent> = {}): RunEvent => ({
  ...{ eventId: `${kind}/${at}`, eventAt: at, observedAt: at },
  ...{ source: 'prow', repo: 'o/r', job: 'unit', runId: '7', attempt: 1, kind },
  ...{ outcome: null, rawOutcome: null, startedAt: null, step: null, passed: null, failed: null },
  ...{ failedTests: [], logBytes: null, group: null, branch: null, sha: null, pull: null },
  ...{ trigger: null, labels: {} },
  ...more,
})
const queued = factOf('queued', T0, { group: 'g', labels: { family: 'f' } })
const started = factOf('started', T0 + 5_000, { startedAt: T0 + 5_000, group: 'g' })
const failed = factOf('finished', T0 + 65_250, {
  outcome: 'failure',
  rawOutcome: 'failure',
  startedAt: T0 + 5_000,
  labels: { family: 'f', reason: 'infra' },
})

describe('the archive format as it is written', () => {
  it('has the columns that the reader of archives knows', () => {
    for (const kind of FILE_KINDS) {
      const { required, optional } = FILES[kind]
      const known: readonly string[] = [...required, ...optional, 'group_id']
      expect(known).toEqual(expect.arrayContaining([...COLUMNS[kind]]))
      expect(COLUMNS[kind]).toEqual(expect.arrayContaining([...required]))
    }
    expect(EARLY_LABELS).toEqual([...KNOWN_WHEN_QUEUED, ...KNOWN_WHEN_STARTED])
  })

  it('has words that are read back as what they were written for', () => {
    for (const [outcome, words] of Object.entries(OUTCOME_WORDS))
      for (const word of words) expect(outcomeOf(word)).toBe(outcome)
    for (const [status, words] of Object.entries(STATUS_WORDS))
      for (const word of words) expect(testStatusOf(word)).toBe(status)
  })

  it('keeps the own word of the source where it can', () => {
    expect(wordFor(OUTCOME_WORDS, 'skipped', 'neutral')).toBe('neutral')
    expect(wordFor(OUTCOME_WORDS, 'skipped', 'SKIP')).toBe('skipped')
    expect(wordFor(OUTCOME_WORDS, 'failure', 'FAILURE')).toBe('FAILURE')
    expect(wordFor(OUTCOME_WORDS, 'unknown', 'soft_fail')).toBe('soft_fail')
    expect(wordFor(OUTCOME_WORDS, 'unknown', 'failure')).toBe('unknown')
    expect(wordFor(STATUS_WORDS, 'passed', null)).toBe('passed')
  })

  it('writes times that are read back to the millisecond', () => {
    expect(instantText(1_784_181_653_000)).toBe('2026-07-16T06:00:53Z')
    expect(instantText(1_784_181_653_250)).toBe('2026-07-16T06:00:53.250Z')
    expect(instantText(null)).toBe('')
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2101, 0) - 1 }), (ms) => {
        expect(parseInstant(instantText(ms), 'started_at')).toBe(ms)
      }),
    )
  })

  it('quotes fields so that any reader of RFC 4180 has them back', () => {
    expect(csvLine(['a,b', 'say "c"', ''])).toBe('"a,b","say ""c""",\n')
    const rows = fc.array(fc.record({ a: fc.string(), 'b,"': fc.string({ unit: 'binary' }) }))
    fc.assert(
      fc.property(rows, (written) => {
        let count = 0
        const chunks = csvChunks(['a', 'b,"'], written, () => (count += 1))
        const text = [...chunks].join('')
        expect(parse(text, { columns: true, record_delimiter: '\n' })).toEqual(written)
        expect(count).toBe(written.length)
      }),
    )
  })

  it('does not let a label break the header or pose as a fixed column', () => {
    for (const label of ['cluster', 'a,b', 'say "c"']) expect(isColumnName(label)).toBe(true)
    for (const label of ['', ' a', 'a\nb', 'sha', 'status', 'pull', '__proto__'])
      expect(isColumnName(label)).toBe(false)
  })
})

describe('rows of a run', () => {
  it('are one row where each thing was said once, however often it was heard', () => {
    const row = {
      ...{ source: 'prow', repo: 'o/r', job: 'unit', run_id: '7', attempt: '1' },
      queued_at: '2026-07-16T06:00:53Z',
      started_at: '2026-07-16T06:00:58Z',
      finished_at: '2026-07-16T06:01:58.250Z',
      ...{ status: 'completed', conclusion: 'failure' },
      ...{ trigger: '', branch: '', sha: '', group_id: 'g', family: 'f', reason: 'infra' },
    }
    expect(runRows([queued, started, failed])).toEqual([row])
    expect(runRows([failed, started, queued, { ...failed, observedAt: T0 + 99_000 }])).toEqual([
      row,
    ])
  })

  it('say of an open run what is known of it', () => {
    expect(runRows([queued])[0]).toMatchObject({ status: 'queued', started_at: '' })
    const [row] = runRows([queued, started])
    expect(row).toMatchObject({ status: 'in_progress', started_at: '2026-07-16T06:00:58Z' })
    expect(row?.['conclusion']).toBeUndefined()
  })

  it('are one more for what was told differently later', () => {
    const corrected = factOf('finished', T0 + 70_000, { outcome: 'success', startedAt: T0 + 5_000 })
    const rows = runRows([queued, started, failed, corrected])
    expect(rows.map((row) => row['conclusion'])).toEqual(['failure', 'success'])
    expect(rows.map((row) => row['queued_at'])).toEqual(['2026-07-16T06:00:53Z', ''])
    const elsewhere = { ...started, sha: 'b' }
    expect(runRows([{ ...queued, sha: 'a' }, elsewhere]).map((row) => row['sha'])).toEqual([
      'b',
      'a',
    ])
  })

  it('never hold a start or a queue after the end', () => {
    const skipped = factOf('finished', T0, { outcome: 'skipped', startedAt: T0 + 1 })
    const late = factOf('queued', T0 + 2)
    const rows = runRows([late, skipped])
    expect(rows.map((row) => [row['queued_at'], row['started_at'], row['finished_at']])).toEqual([
      ['', '', '2026-07-16T06:00:53Z'],
      ['2026-07-16T06:00:53.002Z', '', undefined],
    ])
  })

  it('keep the own word for an outcome beside ours where a reader would not take it for the same', () => {
    const end = (more: Partial<RunEvent>) => runRows([{ ...failed, ...more }])[0] ?? {}
    expect(end({ rawOutcome: 'FAILED' })).toMatchObject({
      conclusion: 'failure',
      raw_status: 'FAILED',
    })
    const labelled = end({ rawOutcome: 'FAILED', labels: { raw_state: 'FAILED' } })
    expect(labelled).toMatchObject({ conclusion: 'failure', raw_state: 'FAILED' })
    expect(labelled).not.toHaveProperty('raw_status')
    expect(end({ outcome: 'unknown', rawOutcome: null })['conclusion']).toBe('')
  })

  it('give a step its start from its own fact where its end does not tell it', () => {
    const step = 'build'
    const begun = factOf('stepStarted', T0, { step, startedAt: T0 })
    const ended = factOf('stepFinished', T0 + 1_000, { step, outcome: 'success' })
    const row = { step, started_at: '2026-07-16T06:00:53Z', finished_at: '2026-07-16T06:00:54Z' }
    expect(stepRows([begun, ended])).toMatchObject([{ ...row, conclusion: 'success' }])
    expect(stepRows([begun, { ...ended, step: 'lint' }])).toMatchObject([
      { step, started_at: row.started_at },
      { step: 'lint', started_at: '', finished_at: row.finished_at },
    ])
  })
})
