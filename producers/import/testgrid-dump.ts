/** Tables and summaries of TestGrid, as they were saved, to facts that were heard as they happened. */

import { readFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { RunEvent, TabState, TestResult } from '../../schemas/events.ts'
import { RefusedPayload, type Note } from '../payload/heard.ts'
import { isJson, type Json } from '../payload/json.ts'
import { NEW_TAB, readGrid } from '../testgrid/normalize.ts'
import { readState } from '../testgrid/normalize-state.ts'
import { readSummary } from '../testgrid/normalize-summary.ts'
import { jobsOf, readTable } from '../testgrid/normalize-table.ts'

export interface DumpReading {
  readonly facts: readonly RunEvent[]
  readonly tests: readonly TestResult[]
  readonly states: readonly TabState[]
  readonly notes: readonly Note[]
}

const MAX_BYTES = 512 * 2 ** 20
const ENDING = /\.json(?:\.gz)?$/

export const isDump = (path: string): boolean => ENDING.test(path)

const parsed = (path: string): Json => {
  const bytes = readFileSync(path)
  try {
    const whole = path.endsWith('.gz') ? gunzipSync(bytes, { maxOutputLength: MAX_BYTES }) : bytes
    const json = JSON.parse(whole.toString('utf8')) as unknown
    if (isJson(json)) return json
  } catch (error) {
    throw new RefusedPayload('not-an-object', (error as Error).message)
  }
  throw new RefusedPayload('not-an-object', 'a table or a summary was expected')
}

/** Dashboard and tab by the file's place: `DASHBOARD/TAB.json`, or `DASHBOARD.summary.json` and `TAB.table.json`. */
export const namesOf = (path: string): { readonly dashboard: string; readonly tab: string } => ({
  dashboard: basename(dirname(resolve(path))),
  tab: basename(path)
    .replace(ENDING, '')
    .replace(/\.(?:table|summary)$/, ''),
})

/** What a file says. Throws a {@link RefusedPayload} for what is neither. */
export const readDump = (path: string, source: string, now: number): DumpReading => {
  const json = parsed(path)
  const { dashboard, tab } = namesOf(path)
  const notes: Note[] = []
  if ('test-group-name' in json) {
    const options = { source, dashboard, tab, jobs: jobsOf(json), now, since: 0 }
    const { facts, tests, notes: more } = readGrid(readTable(json, now, notes), NEW_TAB, options)
    return { facts, tests, states: [], notes: [...notes, ...more] }
  }
  const tabs = readSummary(json, now, notes).filter(({ updatedAt }) => updatedAt !== null)
  if (tabs.length === 0)
    throw new RefusedPayload('missing-field', 'neither a table nor a summary of TestGrid')
  const states = tabs.map((one) => readState(one, { source, dashboard: tab, now }, notes).record)
  return { facts: [], tests: [], states, notes }
}
