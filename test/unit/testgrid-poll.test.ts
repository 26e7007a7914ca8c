import { describe, expect, it } from 'vitest'
import type { Turn } from '../../producers/payload/turn.ts'
import {
  newTestgridCursor,
  pollTestgrid,
  type TestgridConfig,
  type TestgridCursor,
} from '../../producers/testgrid/poll.ts'
import { TESTGRID } from '../../producers/testgrid/source.ts'
import { serve } from '../support/answers.ts'

const NOW = Date.parse('2026-01-02T12:00:00Z')
const config: TestgridConfig = {
  source: 'testgrid',
  page: 'https://page.example/',
  rest: 'https://rest.example/api/v1',
  scope: null,
  dashboards: ['Sig: Main'],
  groups: [],
  roundTabs: 10,
  horizonMs: 14 * 86_400_000,
}
const round = async (
  pages: Readonly<Record<string, unknown>>,
  cursor: TestgridCursor,
  more: Partial<TestgridConfig> = {},
  asked: string[] = [],
) => {
  const turns: Turn[] = []
  for await (const turn of pollTestgrid(serve(pages, asked), cursor, { ...config, ...more }, NOW))
    turns.push(turn)
  return turns
}
const runs = (turns: readonly Turn[]) =>
  turns.flatMap(({ facts }) => facts).map(({ job, runId, kind }) => `${job} ${runId} ${kind}`)

const header = { build: '9', started: '2026-01-02T10:00:00Z' }
const rows = { rows: [{ name: 'Overall', cells: [{ result: 1 }] }] }
const summaryAt = (updated: string) => ({
  tab_summaries: [{ tab_name: 'Tab A', overall_status: 'PASSING', last_update_timestamp: updated }],
})
const REST = '/api/v1/dashboards/sigmain'
const rest = (updated: string) => ({
  [`${REST}/tab-summaries`]: summaryAt(updated),
  [`${REST}/tabs/taba/headers`]: { headers: [header] },
  [`${REST}/tabs/taba/rows`]: rows,
})
const PAGE = '/Sig%3A%20Main'
const table = {
  'test-group-name': 'g',
  changelists: ['9'],
  timestamps: [NOW - 7_200_000],
  tests: [{ name: 'Overall', statuses: [{ count: 1, value: 12 }] }],
}
const page = (updatedSeconds: number) => ({
  [`${PAGE}/summary`]: {
    'Tab A': { overall_status: 'FAILING', last_update_timestamp: updatedSeconds, tests: [] },
  },
  [`${PAGE}/table`]: table,
})

describe('a round of polling', () => {
  it('asks the REST interface, and a tab again only when it was updated', async () => {
    const cursor = newTestgridCursor()
    expect(runs(await round(rest('2026-01-02T11:00:00Z'), cursor))).toEqual(['Tab A 9 finished'])
    const asked: string[] = []
    expect(await round(rest('2026-01-02T11:00:00Z'), cursor, {}, asked)).toEqual([])
    expect(asked).toEqual([`rest.example${REST}/tab-summaries`])
    const again = await round(rest('2026-01-02T11:30:00Z'), cursor)
    expect(runs(again)).toEqual([])
    expect(again).toHaveLength(1)
  })

  it('reads the page where the REST interface is not served', async () => {
    const asked: string[] = []
    const turns = await round(page(NOW / 1000 - 60), newTestgridCursor(), {}, asked)
    expect(runs(turns)).toEqual(['Tab A 9 finished'])
    expect(asked.at(-1)).toBe(`page.example${PAGE}/table`)
    expect(runs(await round(page(NOW / 1000 - 60), newTestgridCursor(), { rest: null }))).toEqual([
      'Tab A 9 finished',
    ])
  })

  it('names the scope where one is configured', async () => {
    const pages = Object.fromEntries(
      Object.entries(rest('2026-01-02T11:00:00Z')).map(([path, page]) => [
        `${path}?scope=gs%3A%2F%2Fb`,
        page,
      ]),
    )
    const turns = await round(pages, newTestgridCursor(), { scope: 'gs://b' })
    expect(runs(turns)).toEqual(['Tab A 9 finished'])
  })

  it('finds the dashboards of a group', async () => {
    const pages = {
      ...rest('2026-01-02T11:00:00Z'),
      '/api/v1/dashboard-groups/all': { dashboards: [{ name: 'Sig: Main' }] },
    }
    const more = { dashboards: [], groups: ['ALL'] }
    expect(runs(await round(pages, newTestgridCursor(), more))).toEqual(['Tab A 9 finished'])
  })

  it('reads so many tabs at a time, each in its turn, and forgets those that are gone', async () => {
    const cursor = newTestgridCursor()
    const tab = { overall_status: 'FAILING', last_update_timestamp: NOW / 1000 - 60 }
    const pages = { [`${PAGE}/summary`]: { a: tab, b: tab, c: tab }, [`${PAGE}/table`]: table }
    const more = { rest: null, roundTabs: 2 }
    expect(runs(await round(pages, cursor, more))).toEqual(['a 9 finished', 'b 9 finished'])
    expect(runs(await round(pages, cursor, more))).toEqual(['c 9 finished'])
    await round({ ...pages, [`${PAGE}/summary`]: { a: tab } }, cursor, more)
    expect(Object.keys(cursor.tabs)).toEqual(['Sig: Main/a'])
  })

  it('puts a tab that is none into the dead letters once, and reads a failed one again', async () => {
    const cursor = newTestgridCursor()
    const broken = { ...page(NOW / 1000 - 60), [`${PAGE}/table`]: { error: 'no such tab' } }
    const first = await round(broken, cursor, { rest: null })
    expect(first.flatMap(({ refused }) => refused)).toMatchObject([{ reason: 'missing-field' }])
    expect(await round(broken, cursor, { rest: null })).toEqual([])
    const html = { ...broken, [`${PAGE}/table`]: '<html>' }
    await round(html, newTestgridCursor(), { rest: null })
    const fresh = newTestgridCursor()
    await round(html, fresh, { rest: null })
    expect(runs(await round(page(NOW / 1000 - 60), fresh, { rest: null }))).toHaveLength(1)
  })

  it('hears the other dashboards where one cannot be read, and says so', async () => {
    const turns = await round(page(NOW / 1000 - 60), newTestgridCursor(), {
      dashboards: ['gone', 'Sig: Main'],
    })
    expect(runs(turns)).toEqual(['Tab A 9 finished'])
    expect(turns.flatMap(({ notes }) => notes)).toEqual([
      { oddity: 'unread-part', detail: '/gone/summary answered 404' },
    ])
  })

  it('fails as a whole where the summary cannot be had', async () => {
    await expect(round({}, newTestgridCursor())).rejects.toThrow('answered 404')
  })
})

describe('the row of the source table', () => {
  it('asks the page, and the REST interface where one is configured', () => {
    const values = { name: 'tg', page: 'https://p.example', dashboards: ['d'], groups: [] }
    const more = { every: 60_000, tabs: 5, horizon: 86_400_000 }
    expect(TESTGRID.open({ ...values, ...more, rest: null }).addresses).toEqual([
      'https://p.example',
    ])
    expect(TESTGRID.open({ ...values, ...more, rest: 'https://r.example' })).toMatchObject({
      name: 'tg',
      addresses: ['https://p.example', 'https://r.example'],
      everyMs: 60_000,
    })
  })
})
