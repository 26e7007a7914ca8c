import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Note } from '../../producers/payload/heard.ts'
import { NEW_TAB, readGrid } from '../../producers/testgrid/normalize.ts'
import { readRows } from '../../producers/testgrid/normalize-rows.ts'
import { readSummary, readTabSummaries } from '../../producers/testgrid/normalize-summary.ts'
import { jobsOf, readTable } from '../../producers/testgrid/normalize-table.ts'
import { dataDir } from '../support/data.ts'

const FIXTURES = dataDir('fixtures')
const recorded = (file: string) => readFileSync(join(FIXTURES ?? '', 'testgrid', file), 'utf8')
const TAB = 'release-openshift-ocp-installer-e2e-gcp-rt-4.4'
const HEARD = Date.parse('2020-03-28T12:00:00Z')
const NOW = Date.parse('2026-01-02T12:00:00Z')
const HOUR_MS = 3_600_000
const options = { source: 'testgrid', dashboard: 'd', tab: 'job', now: NOW, since: 0 }

/** A table in small: run-length rows, newest column first. */
const table = (
  columns: number,
  rows: Record<string, [count: number, value: number][]>,
  more = {},
) => ({
  'test-group-name': 'group',
  query: 'bucket/logs/job',
  changelists: Array.from({ length: columns }, (_, j) => String(100 - j)),
  timestamps: Array.from({ length: columns }, (_, j) => NOW - (j + 1) * HOUR_MS),
  tests: Object.entries(rows).map(([name, runs]) => ({
    name,
    statuses: runs.map(([count, value]) => ({ count, value })),
  })),
  ...more,
})
const grid = (payload: unknown, notes: Note[] = []) => readTable(payload, NOW, notes)
const read = (payload: unknown, before = NEW_TAB, now = NOW) =>
  readGrid(grid(payload), before, { ...options, now, jobs: jobsOf(payload) })

describe.skipIf(FIXTURES === null)('the recorded table', () => {
  const text = FIXTURES === null ? '' : recorded(`${TAB}.table.json`)

  it('decodes to every cell in under 100 ms', () => {
    // The quickest of five: what else the machine does is no cost of the decoder.
    const decode = () => {
      const started = performance.now()
      const grid = readTable(JSON.parse(text), HEARD, [])
      return { ...grid, tookMs: performance.now() - started }
    }
    const first = decode()
    const decoded = [first, ...Array.from({ length: 4 }, decode)]
    const { columns, rows } = first
    const cells = rows.flatMap(({ codes }) => [...codes])
    const count = (value: number) => cells.filter((code) => code === value).length
    expect([rows.length, columns.length]).toEqual([965, 82])
    expect([count(1), count(12), count(0)]).toEqual([65_829, 797, 12_504])
    const overall = [...(rows.find(({ name }) => name === 'Overall')?.codes ?? [])]
    expect([1, 12].map((code) => overall.filter((one) => one === code).length)).toEqual([54, 28])
    expect(Math.min(...decoded.map(({ tookMs }) => tookMs))).toBeLessThan(100)
  })

  it('says how each run ended and what each test did, once', () => {
    const notes: Note[] = []
    const decoded = readTable(JSON.parse(text), HEARD, notes)
    expect(notes).toEqual([])
    const tab = { ...options, tab: TAB, now: HEARD }
    const { facts, tests, state } = readGrid(decoded, NEW_TAB, tab)
    const ends = facts.filter(({ kind }) => kind === 'finished')
    const count = (outcome: string) => ends.filter((end) => end.outcome === outcome).length
    expect([count('success'), count('failure'), ends.length]).toEqual([54, 28, 82])
    // The row Overall is the run and no test.
    expect(tests).toHaveLength(65_829 + 797 - 82)
    expect(ends.at(-1)).toMatchObject({ runId: '84', eventAt: 1585369505000, startedAt: null })
    expect(readGrid(decoded, state, tab)).toMatchObject({ facts: [], tests: [] })
  })

  it('has a summary of 49 tabs', () => {
    const notes: Note[] = []
    const file = 'redhat-openshift-ocp-release-4.4-informing.summary.json'
    const tabs = readSummary(JSON.parse(recorded(file)), Date.parse('2020-04-01'), notes)
    expect(notes).toEqual([])
    const count = (status: string) => tabs.filter((tab) => tab.status === status).length
    expect(['FAILING', 'FLAKY', 'STALE'].map(count)).toEqual([27, 17, 5])
    expect(tabs[0]).toMatchObject({
      ranAt: 1585586626000,
      updatedAt: 1585588972000,
      alerts: [{ test: 'Overall', failCount: 9, failedAt: 1585369505000, message: null }],
    })
  })
})

describe('a table', () => {
  it('takes a message for each cell with a result, and the build from the column id', () => {
    const payload = table(
      3,
      {
        Overall: [[3, 1]],
        t: [
          [1, 12],
          [1, 0],
          [1, 12],
        ],
      },
      {
        changelists: [],
        column_ids: ['\ue000c', '\ue000b', '\ue000a'],
      },
    )
    Object.assign(payload.tests[1] ?? {}, { messages: ['newest', 'oldest'] })
    expect(read(payload).tests.map(({ runId, message }) => [runId, message])).toEqual([
      ['a', 'oldest'],
      ['c', 'newest'],
    ])
  })

  it('takes the length of a run in minutes, and none where it is not told', () => {
    const payload = table(2, { 'job.Overall': [[2, 12]], t: [[2, 1]] })
    const graphs = [{ metric: ['test-duration-minutes'], values: [[90.5]] }]
    Object.assign(payload.tests[0] ?? {}, { graphs })
    Object.assign(payload.tests[1] ?? {}, { graphs: [{ ...graphs[0], values: [[2, null]] }] })
    const { facts, tests } = read(payload)
    const startedAt = NOW - HOUR_MS
    expect(facts.filter(({ runId }) => runId === '100')).toMatchObject([
      { kind: 'started', eventAt: startedAt },
      { kind: 'testsReported', passed: 1, failed: 0 },
      { kind: 'finished', eventAt: startedAt + 90.5 * 60_000, startedAt, outcome: 'failure' },
    ])
    expect(facts.filter(({ runId }) => runId === '99')).toMatchObject([
      { kind: 'testsReported' },
      { kind: 'finished', startedAt: null },
    ])
    expect(tests.map(({ durationSeconds }) => durationSeconds)).toEqual([null, 120])
  })

  it('tells of a column that runs what changed, and only that', () => {
    const first = read(table(1, { Overall: [[1, 4]], a: [[1, 1]], b: [[1, 4]], c: [[1, 0]] }))
    expect(first.facts.map(({ kind }) => kind)).toEqual(['started', 'testsReported'])
    expect(first.tests.map(({ test }) => test)).toEqual(['a'])
    // Kept as JSON between two polls.
    const state = JSON.parse(JSON.stringify(first.state)) as typeof first.state
    const running = table(1, { Overall: [[1, 4]], a: [[1, 1]], b: [[1, 12]], c: [[1, 0]] })
    const second = read(running, state, NOW + 60_000)
    expect(second.facts).toMatchObject([
      { kind: 'testsReported', passed: 1, failed: 1, failedTests: ['b'], eventAt: NOW + 60_000 },
    ])
    expect(second.tests).toMatchObject([{ test: 'b', status: 'failed', rawStatus: 'FAIL' }])
    const ended = table(1, { Overall: [[1, 12]], a: [[1, 1]], b: [[1, 12]], c: [[1, 1]] })
    const third = read(ended, second.state, NOW + 120_000)
    // Its end was seen to come between two polls.
    expect(third.facts).toMatchObject([
      { kind: 'testsReported', passed: 2, failed: 1 },
      { kind: 'finished', startedAt: NOW - HOUR_MS, eventAt: NOW + 120_000 },
    ])
    expect(third.tests.map(({ test }) => test)).toEqual(['c'])
    expect(third.state.open).toEqual({})
  })

  it('knows a new column from old ones by its build, not by its place', () => {
    const { state } = read(table(2, { Overall: [[2, 1]] }))
    const payload = table(
      3,
      {
        Overall: [
          [1, 12],
          [2, 1],
        ],
      },
      { changelists: ['101', '100', '99'] },
    )
    expect(read(payload, state).facts.map(({ runId }) => runId)).toEqual(['101'])
  })

  it('reads all sixteen states, and keeps a seventeenth raw', () => {
    const states = Array.from({ length: 17 }, (_, value): [number, number] => [1, value])
    const { facts, tests, notes } = read(table(17, { Overall: states, t: states }))
    const ends = facts.filter(({ kind }) => kind === 'finished').reverse()
    expect(ends.map(({ rawOutcome, outcome }) => `${rawOutcome} ${outcome}`)).toEqual([
      ...['PASS success', 'PASS_WITH_ERRORS success', 'PASS_WITH_SKIPS success'],
      ...['CATEGORIZED_ABORT aborted', 'UNKNOWN unknown', 'CANCEL aborted', 'BLOCKED skipped'],
      ...['TIMED_OUT timedOut', 'CATEGORIZED_FAIL failure', 'BUILD_FAIL failure', 'FAIL failure'],
      ...['FLAKY unknown', 'TOOL_FAIL error', 'BUILD_PASSED success'],
    ])
    expect(facts.filter(({ kind }) => kind === 'started')).toMatchObject([{ runId: '96' }])
    expect(tests[0]).toMatchObject({ runId: '84', status: 'unknown', rawStatus: 'STATUS_16' })
    expect(notes).toEqual([{ oddity: 'unknown-word', detail: 'cell state 16' }])
  })

  it('marks runs that left no metadata, takes a commit, and leaves out what is too old', () => {
    const payload = table(
      2,
      { Overall: [[2, 7]] },
      {
        'column-header-names': ['Date', 'Time', 'Commit'],
        'custom-columns': [['0123abc', 'missing']],
      },
    )
    expect(read(payload).facts).toMatchObject([
      { sha: null, labels: { metadata: 'missing' } },
      { sha: '0123abc', labels: {} },
    ])
    const since = NOW - 1.5 * HOUR_MS
    expect(readGrid(grid(payload), NEW_TAB, { ...options, since }).facts).toHaveLength(1)
  })

  it('cannot be made huge by its counts, and notes absurd times and unknown fields', () => {
    const notes: Note[] = []
    const { rows } = grid(
      table(
        2,
        {
          t: [[1e15, 12]],
          u: [
            [-5, 1],
            [1, 1],
          ],
        },
        { timestamps: [1, 9e15], news: 1 },
      ),
      notes,
    )
    expect(rows.map(({ codes }) => [...codes])).toEqual([
      [12, 12],
      [1, 0],
    ])
    expect(notes.map(({ oddity }) => oddity)).toEqual([
      'unknown-field',
      'absurd-time',
      'absurd-time',
    ])
  })

  it('is not fooled by codes, lengths and names that cannot be', () => {
    const notes: Note[] = []
    const payload = table(
      2,
      {
        Overall: [
          [1, 257],
          [1, 1],
        ],
        t: [[2, -3]],
      },
      {
        changelists: ['__proto__', 'constructor'],
      },
    )
    const graphs = [{ metric: ['test-duration-minutes'], values: [[1e308, 1e308]] }]
    Object.assign(payload.tests[0] ?? {}, { graphs })
    payload.tests.push({ name: '', statuses: [] })
    const decoded = grid(payload, notes)
    expect(notes).toEqual([{ oddity: 'unread-part', detail: 'a test without a name' }])
    expect(decoded.rows.map(({ codes }) => [...codes])).toEqual([
      [255, 1],
      [255, 255],
    ])
    const { facts, state } = readGrid(decoded, NEW_TAB, options)
    expect(facts).toMatchObject([{ kind: 'finished', runId: 'constructor', startedAt: null }])
    expect(Object.keys(state.digests).sort()).toEqual(['.__proto__', '.constructor'])
    expect(({} as Record<string, unknown>)['isStarted']).toBeUndefined()
  })

  it('is refused where it is none', () => {
    expect(() => grid('<html>')).toThrow('a string was sent')
    expect(() => grid({ error: 'not found' })).toThrow('test-group-name is missing')
  })
})

describe('the REST interface', () => {
  it('leaves out zeros and writes numbers as text', () => {
    const headers = {
      headers: [
        { build: '9', started: '2026-01-02T10:00:00Z' },
        { build: '8', started: { seconds: '1767344400' } },
      ],
    }
    const rows = {
      rows: [
        { name: 'Overall', cells: [{ result: 12 }, { result: '1' }] },
        { name: 't', cells: [{}, { result: 1, message: 'm' }] },
      ],
    }
    const { facts, tests } = readGrid(readRows(headers, rows, NOW, []), NEW_TAB, options)
    expect(facts.map(({ kind, runId, outcome }) => [kind, runId, outcome])).toEqual([
      ['testsReported', '8', null],
      ['finished', '8', 'success'],
      ['finished', '9', 'failure'],
    ])
    expect(facts[1]?.eventAt).toBe(1767344400000)
    expect(tests).toMatchObject([{ test: 't', runId: '8', status: 'passed', message: 'm' }])
  })

  it('summarises tabs with times as text', () => {
    const summary = {
      tab_name: 't',
      overall_status: 'FAILING',
      last_update_timestamp: '2026-01-02T10:00:00Z',
      failures_summary: { top_failing_tests: [{ display_name: 'x', fail_count: 3 }] },
    }
    expect(readTabSummaries({ tab_summaries: [summary] }, NOW, [])).toMatchObject([
      { tab: 't', status: 'FAILING', alerts: [{ test: 'x', failCount: 3 }] },
    ])
  })
})
