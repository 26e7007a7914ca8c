/** Records of a pane: a test, a piece of the grid, the whole. */

import type {
  FailsWith,
  JobRef,
  SheetRow,
  Stamped,
  TestColumn,
  TestRun,
  TestState,
  TestTab,
} from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { keyParts } from '../../schemas/keys.ts'
import { EMPTY, ENDED } from '../../schemas/strips.ts'
import type { Cells } from '../processor.ts'
import type { Row, Sheet, Tab } from './cells.ts'
import type { Partner } from './co-failures.ts'
import { newestColumns, readColumn } from './columns.ts'
import { fingerprintText } from './fingerprint.ts'
import type { Verdict } from './judge.ts'
import { recentOf, staleAtOf, tabStatusOf } from './tab-status.ts'
import { WORDS } from './words.ts'

/** Columns of the grid that is shown. */
const SHOWN = 200
const SHOWN_PARTNERS = 5

/** Where and when something is said. */
export interface Occasion {
  readonly cells: Cells
  readonly job: string
  /** What the job's key is made of. */
  readonly ref: JobRef
  readonly now: number
}
export const refOf = (name: string): JobRef => {
  const [source = '', repo = '', job = ''] = keyParts(name)
  return { source, repo, job }
}
const idOf = ({ job, now }: Occasion, what: string): string => derivedId(job, `${what}/${now}`)
const stamp = (on: Occasion, what: string): Stamped & JobRef => {
  const { now, ref } = on
  const { source, repo, job } = ref
  return { eventId: idOf(on, what), eventAt: now, observedAt: now, source, repo, job }
}

const runOf = (cells: Cells, column: number | null): TestRun | null => {
  const found = column === null ? undefined : readColumn(cells, column)
  return found === undefined ? null : { runId: found.runId, attempt: found.attempt, at: found.at }
}

const stateWhat = ({ hash }: Row): string => `test/${hash}`
const passSecondsOf = ({ passSeconds }: Row): number | null =>
  passSeconds < 0 ? null : passSeconds

export const stateRecord = (
  on: Occasion,
  row: Row,
  verdict: Verdict,
  first: number,
  partners: readonly Partner[],
): TestState => {
  const { measures, failingAt, passingAt } = verdict
  const columnOf = (at: number): number | null => (at < 0 ? null : first + at)
  const hasFailed = measures.streak > 0
  const fingerprint = row.trouble?.fingerprint ?? 0
  return {
    ...stamp(on, stateWhat(row)),
    ...{ test: row.test, ...measures },
    failingRun: hasFailed ? runOf(on.cells, columnOf(failingAt)) : null,
    passingRun: hasFailed ? runOf(on.cells, columnOf(passingAt)) : null,
    passSeconds: passSecondsOf(row),
    fingerprint: fingerprint === 0 ? null : fingerprintText(fingerprint),
    together: partners.slice(0, SHOWN_PARTNERS).map((each): FailsWith => ({ ...each })),
    partners: partners.length,
  }
}

/** As {@link stateRecord}, of another test that was judged alike and does not fail: a copy takes a fraction of that. */
export const alikeRecord = (on: Occasion, row: Row, like: TestState): TestState => ({
  ...like,
  eventId: idOf(on, stateWhat(row)),
  test: row.test,
  passSeconds: passSecondsOf(row),
})

export const sheetRecord = (on: Occasion, number: number, { rows }: Sheet) => ({
  ...stamp(on, `sheet/${number}`),
  sheet: number,
  rows: rows.map(({ test, word, last, strip }): SheetRow => {
    return { test, word: WORDS[word] ?? 'unknown', last, strip: strip.slice() }
  }),
})

/** What the newest ended run changed. */
export interface Changes {
  readonly persistent: number
  readonly fresh: number
  readonly fixed: number
}
/** Counts over the tests that are red. */
export interface RedCounts extends Changes {
  readonly failing: number
  readonly partners: readonly (readonly Partner[])[]
}

const columnsOf = (cells: Cells, tab: Tab): TestColumn[] => {
  const columns = newestColumns(cells, tab, SHOWN)
  const from = tab.marks.length - columns.length
  return columns.map((column, i) => {
    const { runId, attempt, at, sha, outcome, passed, failed, flaky, skipped, fresh } = column
    const marks = tab.marks[from + i] ?? 0
    return { runId, attempt, at, sha, outcome, passed, failed, flaky, skipped, fresh, marks }
  })
}

export const tabRecord = (on: Occasion, tab: Tab, red: RedCounts): TestTab => {
  const columns = columnsOf(on.cells, tab)
  const { isBroken, ...recent } = recentOf(columns)
  const isStale = staleAtOf(tab.times) <= on.now
  const ended = columns.filter(({ marks }) => (marks & ENDED) !== 0)
  const partnered = red.partners.filter((each) => each.length > 0)
  return {
    ...stamp(on, 'tab'),
    status: tabStatusOf({ ...recent, isBroken, isStale, alerts: tab.alerts }),
    ...recent,
    ...{ tests: tab.tests, sheets: tab.sheets, failing: red.failing, alerts: tab.alerts },
    partnered: partnered.length,
    partners: partnered.reduce((sum, each) => sum + each.length, 0),
    ...{ persistent: red.persistent, fresh: red.fresh, fixed: red.fixed },
    installFlake: ended.length >= 2 && ended.slice(-2).every(({ marks }) => (marks & EMPTY) !== 0),
    ...{ failuresOnly: !tab.hasPasses, last: tab.next - 1, columns },
  }
}
