import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Note } from '../../producers/payload/heard.ts'
import type { Turn } from '../../producers/payload/turn.ts'
import { readState } from '../../producers/testgrid/normalize-state.ts'
import { readSummary, readTabSummaries } from '../../producers/testgrid/normalize-summary.ts'
import { newTestgridCursor, pollTestgrid } from '../../producers/testgrid/poll.ts'
import { serve } from '../support/answers.ts'
import { dataDir } from '../support/data.ts'

const NOW = Date.parse('2026-01-02T12:00:00Z')
const options = { source: 'testgrid', dashboard: 'Sig', now: NOW }
const alert = {
  test_name: 't',
  fail_count: 3,
  fail_timestamp: NOW / 1000 - 7200,
  build_link_text: '84',
  failure_message: 'm'.repeat(900),
}
const tab = (more: object) => ({
  overall_status: 'FAILING',
  status: '0 of 9 (0.0%) recent columns passed',
  last_update_timestamp: NOW / 1000 - 60,
  tests: [alert],
  ...more,
})

describe('the state of a tab', () => {
  it('has the tests it alerts on, in the words of both interfaces', () => {
    const notes: Note[] = []
    const [page] = readSummary({ a: tab({ latest_green: '80' }) }, NOW, notes)
    const [rest] = readTabSummaries(
      {
        tab_summaries: [
          {
            tab_name: 'a',
            overall_status: 'FAIL',
            detailed_status_message: '0 of 9',
            latest_passing_build: '80',
            last_update_timestamp: '2026-01-02T11:59:00Z',
            failures_summary: { top_failing_tests: [{ display_name: 't', fail_count: 3 }] },
          },
        ],
      },
      NOW,
      notes,
    )
    if (page === undefined || rest === undefined) throw new Error('no tab')
    const { record } = readState(page, options, notes)
    expect(record).toMatchObject({
      eventAt: NOW - 60_000,
      repo: 'Sig',
      job: 'a',
      state: 'failing',
      rawState: 'FAILING',
      detail: '0 of 9 (0.0%) recent columns passed',
      latestGreen: '80',
      alertCount: 1,
      alerts: [{ test: 't', failures: 3, failedAt: NOW - 7_200_000, build: '84', passedAt: null }],
    })
    expect(record.alerts[0]?.message).toHaveLength(500)
    expect(readState(rest, options, notes).record).toMatchObject({
      state: 'failing',
      rawState: 'FAIL',
      latestGreen: '80',
      alerts: [{ test: 't', failures: 3 }],
    })
    expect(notes).toEqual([])
  })

  it('keeps a word that is not known raw, and says so', () => {
    const notes: Note[] = []
    const [summary] = readSummary({ a: tab({ overall_status: 'MELTED' }) }, NOW, [])
    if (summary === undefined) throw new Error('no tab')
    const { record } = readState(summary, options, notes)
    expect([record.state, record.rawState]).toEqual(['unknown', 'MELTED'])
    expect(notes).toMatchObject([{ oddity: 'unknown-word' }])
  })

  it('is told when it changes, and not with each update', async () => {
    const cursor = newTestgridCursor()
    const told = async (more: object) => {
      const config = {
        ...{ source: 'testgrid', page: 'https://page.example', rest: null, scope: null },
        ...{ dashboards: ['Sig'], groups: [], roundTabs: 10, horizonMs: 86_400_000 },
      }
      const table = { 'test-group-name': 'g', changelists: [], timestamps: [], tests: [] }
      const pages = { '/Sig/summary': { a: tab(more) }, '/Sig/table': table }
      const turns: Turn[] = []
      for await (const turn of pollTestgrid(serve(pages), cursor, config, NOW)) turns.push(turn)
      return turns.flatMap(({ others }) => others.map(({ record }) => record.eventId))
    }
    const first = await told({})
    expect(first).toHaveLength(1)
    expect(await told({})).toEqual([])
    const later = { last_update_timestamp: NOW / 1000 - 30, status: 'other words' }
    expect(await told({ ...later, tests: [{ ...alert, fail_count: 4 }] })).toEqual([])
    expect(await told({ ...later, tests: [] })).toHaveLength(1)
    const again = await told({ last_update_timestamp: NOW / 1000 - 10 })
    expect(again).toHaveLength(1)
    expect(again).not.toEqual(first)
  })
})

const folder = dataDir('fixtures/testgrid')

describe.skipIf(folder === null)('the recorded summary', () => {
  it('gives 49 states with 87 alerts', () => {
    const notes: Note[] = []
    const file = 'redhat-openshift-ocp-release-4.4-informing.summary.json'
    const payload = JSON.parse(readFileSync(join(folder ?? '', file), 'utf8')) as unknown
    const now = Date.parse('2020-04-01')
    const states = readSummary(payload, now, notes).map(
      (summary) => readState(summary, { ...options, now }, notes).record,
    )
    expect(notes).toEqual([])
    expect(states).toHaveLength(49)
    expect(states.flatMap(({ alerts }) => alerts)).toHaveLength(87)
    const count = (state: string) => states.filter((one) => one.state === state).length
    expect(['failing', 'flaky', 'stale'].map(count)).toEqual([27, 17, 5])
  })
})
