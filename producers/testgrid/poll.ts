/**
 * One round of polling TestGrid: the summaries of each dashboard say which tabs were updated, and those are read. The REST
 * interface is asked first; where it is not served, the JSON of the page is read, which knows durations besides.
 */

import { ahead, SIDE_BY_SIDE } from '../payload/ahead.ts'
import { turnsApart } from '../payload/apart.ts'
import { RefusedPayload, type Note } from '../payload/heard.ts'
import { jsonOf, jsonsAt, nameAt } from '../payload/json.ts'
import { getJson, UnexpectedAnswer, type Get } from '../payload/reach.ts'
import { turnOf, type Other, type Turn } from '../payload/turn.ts'
import type { Grid } from './grid.ts'
import { NEW_TAB, readGrid, type TabState } from './normalize.ts'
import { pathName, readRows } from './normalize-rows.ts'
import { readState } from './normalize-state.ts'
import { readSummary, readTabSummaries, type TabSummary } from './normalize-summary.ts'
import { jobsOf, readTable } from './normalize-table.ts'

export interface TestgridConfig {
  readonly source: string
  /** Address of the page, as in `https://testgrid.k8s.io`. */
  readonly page: string
  /** Address of the REST interface up to `/v1`; null where there is none. */
  readonly rest: string | null
  /** Bucket with the configuration that the REST interface shall use; null leaves it to the server. */
  readonly scope: string | null
  readonly dashboards: readonly string[]
  /** Groups whose dashboards are read too. */
  readonly groups: readonly string[]
  /** Tabs read in one round at most; those read longest ago come first. */
  readonly roundTabs: number
  /** Columns that started longer ago are left out, in milliseconds. */
  readonly horizonMs: number
}
export interface TestgridCursor {
  /** By dashboard and tab. */
  readonly tabs: Record<string, { updatedAt: number | null; readAt: number; state: TabState }>
  /** Marks of the states that were told, by dashboard and tab. */
  readonly states: Record<string, string>
}
export const newTestgridCursor = (): TestgridCursor => ({ tabs: {}, states: {} })

const MAX_BYTES = 256 * 2 ** 20
/** Tables that are held at once. */
const TABS_AHEAD = Math.min(4, SIDE_BY_SIDE)

interface Tab extends TabSummary {
  readonly dashboard: string
  readonly isRest: boolean
}
interface Reading {
  readonly grid: Grid
  /** Names of the job that may stand before `.Overall`. */
  readonly jobs: readonly string[]
}

const trimmed = (address: string): string => address.replace(/\/+$/, '')
/** Address below the REST interface. Each part is a name, and its resource. */
const restUrl = ({ rest, scope }: TestgridConfig, path: string): string =>
  `${trimmed(rest ?? '')}/${path}${scope === null ? '' : `?${new URLSearchParams({ scope }).toString()}`}`
const isAbsent = (error: unknown): boolean =>
  error instanceof UnexpectedAnswer && [404, 405, 410, 501].includes(error.status)

/** Dashboards of the configured groups. */
const dashboardsOf = async (get: Get, config: TestgridConfig): Promise<string[]> => {
  const found = new Set(config.dashboards)
  for (const group of config.rest === null ? [] : config.groups) {
    const url = restUrl(config, `dashboard-groups/${pathName(group)}`)
    for (const one of jsonsAt(jsonOf(await getJson(get, url, MAX_BYTES)), 'dashboards'))
      found.add(nameAt(one, 'name'))
  }
  return [...found]
}

const tabsOf = async (
  get: Get,
  dashboard: string,
  config: TestgridConfig,
  now: number,
  notes: Note[],
): Promise<Tab[]> => {
  if (config.rest !== null)
    try {
      const url = restUrl(config, `dashboards/${pathName(dashboard)}/tab-summaries`)
      const summaries = readTabSummaries(await getJson(get, url, MAX_BYTES), now, notes)
      return summaries.map((summary) => ({ ...summary, dashboard, isRest: true }))
    } catch (error) {
      if (!isAbsent(error)) throw error
    }
  const url = `${trimmed(config.page)}/${encodeURIComponent(dashboard)}/summary`
  const summaries = readSummary(await getJson(get, url, MAX_BYTES), now, notes)
  return summaries.map((summary) => ({ ...summary, dashboard, isRest: false }))
}

const readTab = async (
  get: Get,
  { dashboard, tab, isRest }: Tab,
  config: TestgridConfig,
  now: number,
  notes: Note[],
): Promise<Reading> => {
  if (isRest) {
    const of = `dashboards/${pathName(dashboard)}/tabs/${pathName(tab)}`
    const headers = await getJson(get, restUrl(config, `${of}/headers`), MAX_BYTES)
    const rows = await getJson(get, restUrl(config, `${of}/rows`), MAX_BYTES)
    return { grid: readRows(headers, rows, now, notes), jobs: [] }
  }
  const query = new URLSearchParams({ tab, 'show-stale-tests': '' })
  query.append('graph-metrics', 'test-duration-minutes')
  const url = `${trimmed(config.page)}/${encodeURIComponent(dashboard)}/table?${query.toString()}`
  const table = await getJson(get, url, MAX_BYTES)
  return { grid: readTable(table, now, notes), jobs: jobsOf(table) }
}

const keyOf = ({ dashboard, tab }: Tab): string => `${dashboard}/${tab}`

interface Fetched {
  readonly tab: Tab
  readonly notes: readonly Note[]
  readonly reading: Reading | RefusedPayload | UnexpectedAnswer
}

const fetchTab = async (
  get: Get,
  tab: Tab,
  config: TestgridConfig,
  now: number,
): Promise<Fetched> => {
  const notes: Note[] = []
  try {
    return { tab, notes, reading: await readTab(get, tab, config, now, notes) }
  } catch (error) {
    if (error instanceof RefusedPayload || error instanceof UnexpectedAnswer)
      return { tab, notes, reading: error }
    throw error
  }
}

/** What one tab says. Changes what is remembered of it in place. */
const tabTurn = (
  { tab, notes, reading }: Fetched,
  cursor: TestgridCursor,
  { source, horizonMs }: TestgridConfig,
  now: number,
): Turn => {
  const before = cursor.tabs[keyOf(tab)]?.state ?? NEW_TAB
  const remember = (updatedAt: number | null, state: TabState) => {
    cursor.tabs[keyOf(tab)] = { updatedAt, readAt: now, state }
  }
  if (reading instanceof UnexpectedAnswer) {
    remember(null, before)
    return turnOf({ notes: [...notes, { oddity: 'unread-part', detail: reading.message }] })
  }
  if (reading instanceof RefusedPayload) {
    remember(tab.updatedAt, before)
    const { reason, message: detail } = reading
    return turnOf({ notes, refused: [{ reason, detail, payload: keyOf(tab) }] })
  }
  const where = { source, dashboard: tab.dashboard, tab: tab.tab, jobs: reading.jobs }
  const read = readGrid(reading.grid, before, { ...where, now, since: now - horizonMs })
  remember(tab.updatedAt, read.state)
  return turnOf({ facts: read.facts, tests: read.tests, notes: [...notes, ...read.notes] })
}

/** Forgets the tabs of a dashboard that are gone. */
const forget = (cursor: TestgridCursor, dashboard: string, tabs: readonly Tab[]): void => {
  const known = new Set(tabs.map(keyOf))
  for (const kept of [cursor.tabs, cursor.states])
    for (const name of Object.keys(kept))
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- plain data, kept as JSON
      if (name.startsWith(`${dashboard}/`) && !known.has(name)) delete kept[name]
}

/** States that changed. Changes what is remembered in place. */
const newStates = (
  tabs: readonly Tab[],
  { states }: TestgridCursor,
  { source }: TestgridConfig,
  now: number,
  notes: Note[],
): Other[] =>
  tabs.flatMap((tab) => {
    const { record, mark } = readState(tab, { source, dashboard: tab.dashboard, now }, notes)
    if (states[keyOf(tab)] === mark) return []
    states[keyOf(tab)] = mark
    return [{ topic: 'ci.tab-states.v1', record }]
  })

/** The tabs of a dashboard that were updated, into `due`. */
async function* lookUp(
  get: Get,
  dashboard: string,
  cursor: TestgridCursor,
  config: TestgridConfig,
  now: number,
  due: Tab[],
): AsyncGenerator<Turn> {
  const notes: Note[] = []
  const tabs = await tabsOf(get, dashboard, config, now, notes)
  forget(cursor, dashboard, tabs)
  for (const tab of tabs)
    if (tab.updatedAt === null || cursor.tabs[keyOf(tab)]?.updatedAt !== tab.updatedAt)
      due.push(tab)
  const others = newStates(tabs, cursor, config, now, notes)
  if (others.length + notes.length > 0) yield turnOf({ others, notes })
}

/** One round. What is remembered is changed in place, and holds no more than what was handed on. */
export async function* pollTestgrid(
  get: Get,
  cursor: TestgridCursor,
  config: TestgridConfig,
  now: number,
): AsyncGenerator<Turn> {
  const due: Tab[] = []
  const dashboards = await dashboardsOf(get, config)
  yield* turnsApart(dashboards, (one) => lookUp(get, one, cursor, config, now, due))
  const readAt = (tab: Tab): number => cursor.tabs[keyOf(tab)]?.readAt ?? 0
  due.sort((a, b) => readAt(a) - readAt(b))
  const fetched = ahead(due.slice(0, config.roundTabs), TABS_AHEAD, (tab) =>
    fetchTab(get, tab, config, now),
  )
  for await (const one of fetched) yield tabTurn(one, cursor, config, now)
}
