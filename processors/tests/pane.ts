/** What is said of a job's tests at the end of a pane: tests that have news, pieces of the grid, and the whole. */

import type { TestState } from '../../schemas/events.ts'
import { key as keyOf, keyParts } from '../../schemas/keys.ts'
import { ENDED, hasFailure, PASSED, trim } from '../../schemas/strips.ts'
import { emit, retire, type Cells, type Effect } from '../processor.ts'
import type { Row, Tab } from './cells.ts'
import { memberOf, MOST_MEMBERS, partnersOf, TOGETHER, type Partner } from './co-failures.ts'
import { isAlert, streakOf } from './failures.ts'
import { sayGroups } from './groups.ts'
import { judge, type Verdict } from './judge.ts'
import { FAIL, isNoResult } from './kinds.ts'
import { cellsOf, lookAt, type Look } from './look.ts'
import { markColumns } from './marks.ts'
import {
  alikeRecord,
  refOf,
  sheetRecord,
  stateRecord,
  tabRecord,
  type Changes,
  type Occasion,
} from './say.ts'
import { findRow, forgetRow, readSheet, sheetCell, sheetOf, touch } from './sheets.ts'
import { steadyCells } from './steady.ts'
import { WORDS } from './words.ts'

/** Runs of equal cells that a row may keep. */
const MOST_RUNS = 250
const PASSING = WORDS.indexOf('passing')
/** A test that passes as ever is told of once a day. */
const STEADY_MS = 24 * 3_600_000

interface Pane extends Occasion {
  readonly tab: Tab
  readonly look: Look
  readonly effects: Effect[]
  /** Records of tests by what they were said with: those that are judged alike share it. */
  readonly said: Map<Verdict, TestState>
}
interface Judged {
  readonly row: Row
  readonly verdict: Verdict
}
/** A test that fails, or did until lately. */
interface Red {
  readonly row: Row
  readonly kinds: readonly number[]
  readonly isFailing: boolean
  readonly isAlert: boolean
}

/** Says all that was heard since the last pane. Changes the head, which the caller keeps. */
export const sayPane = (cells: Cells, job: string, tab: Tab, now: number): Effect[] => {
  markColumns(cells, tab)
  const pane: Pane = {
    cells,
    job,
    ref: refOf(job),
    now,
    tab,
    look: lookAt(tab, now),
    effects: [],
    said: new Map(),
  }
  const before = readRed(pane)
  const judged = judgeTouched(pane)
  const red = redOf(pane, before, judged)
  const failing = red.filter(({ isFailing }) => isFailing)
  const partners = partnersIn(failing)
  const partnersBy = new Map(failing.map(({ row }, i) => [row.hash, partners[i] ?? []]))
  for (const { row, verdict } of judged) sayTest(pane, row, verdict, partnersBy.get(row.hash) ?? [])
  for (const at of tab.touched) saySheet(pane, at)
  pane.effects.push(...sayGroups(cells, job, now))
  tab.touched = []
  tab.red = red.map(({ row }) => row.hash)
  tab.alerts = red.filter((each) => each.isAlert).length
  const counts = { ...changesOf(pane, red, judged), failing: failing.length, partners }
  pane.effects.push(emit('ci.test-tabs.v1', tabRecord(pane, tab, counts)))
  return pane.effects
}

/** Tests that were red. Where passes are not named, they may have ended to fail without a word, so they are looked at. */
const readRed = ({ cells, tab, look }: Pane): Row[] =>
  tab.red.flatMap((hash) => {
    const at = sheetOf(hash, tab.sheets)
    const sheet = readSheet(cells, at)
    const row = findRow(sheet, hash)
    if (row === undefined) return []
    if (look.isFailuresOnly && !row.isTouched) {
      row.isTouched = true
      cells.put(sheetCell(at), sheet)
      touch(tab, at)
    }
    return [row]
  })

const judgeTouched = (pane: Pane): Judged[] => {
  const { cells, tab, look } = pane
  const judged: Judged[] = []
  const steady = new Map<number, Verdict>()
  for (const at of tab.touched) {
    const sheet = readSheet(cells, at)
    sheet.rows = sheet.rows.filter((row) => isKept(pane, row))
    for (const row of sheet.rows) {
      if (!row.isTouched) continue
      row.isTouched = false
      trim(row, look.first, MOST_RUNS)
      if (isSteady(row, look)) continue
      judged.push({ row, verdict: verdictOf(row, look, steady) })
    }
    cells.put(sheetCell(at), sheet)
  }
  return judged
}

/** Tests that passed in the same columns are judged alike. */
const verdictOf = (row: Row, look: Look, steady: Map<number, Verdict>): Verdict => {
  const cells = steadyCells(row, look.tab)
  if (cells === null) return judge(row, look)
  const verdict = steady.get(cells) ?? judge(row, look)
  steady.set(cells, verdict)
  return verdict
}

/** True of a test that passes as ever, which need not be told of yet: nothing that it could be judged by has changed. */
const isSteady = ({ word, trouble, strip, saidAt }: Row, look: Look): boolean =>
  word === PASSING &&
  trouble === null &&
  look.now < saidAt + STEADY_MS &&
  !look.isFailuresOnly &&
  !hasFailure(strip) &&
  strip.some((segment) => (segment & PASSED) !== 0)

/** A test whose results have all left the grid is forgotten. */
const isKept = ({ tab, job, effects, look }: Pane, row: Row): boolean => {
  if (row.last >= look.first) return true
  forgetRow(tab, row)
  if (row.saidAt > 0) effects.push(retire('ci.test-states.v1', keyOf(...keyParts(job), row.test)))
  return false
}

const redOf = ({ look }: Pane, before: readonly Row[], judged: readonly Judged[]): Red[] => {
  const known = new Set(judged.map(({ row }) => row.hash))
  const still = before
    .filter(({ hash, last }) => !known.has(hash) && last >= look.first)
    .map((row) => {
      const kinds = cellsOf(row, look)
      return { row, kinds, isFailing: streakOf(kinds).length > 0, isAlert: isAlert(kinds) }
    })
  const looked = judged.map(({ row, verdict }) => ({
    ...{
      row,
      kinds: verdict.kinds,
      isFailing: verdict.measures.streak > 0,
      isAlert: verdict.measures.isAlert,
    },
  }))
  return [...still, ...looked].filter((each) => each.isFailing || each.isAlert)
}

const partnersIn = (failing: readonly Red[]): Partner[][] =>
  partnersOf(
    failing.slice(0, MOST_MEMBERS).map(({ row, kinds }) =>
      memberOf(
        row.test,
        kinds.map((kind) => (isNoResult(kind) ? null : kind === FAIL)),
      ),
    ),
    TOGETHER,
  )

/** Says a test whose word is new, that is more than passing, or that was not said for a day. */
const sayTest = (pane: Pane, row: Row, verdict: Verdict, partners: readonly Partner[]): void => {
  const word = WORDS.indexOf(verdict.measures.word)
  const isSteady =
    verdict.measures.word === 'passing' && row.word === word && verdict.measures.change === 'none'
  row.word = word
  if (isSteady && pane.now < row.saidAt + STEADY_MS) return
  row.saidAt = pane.now
  const like = pane.said.get(verdict)
  const record =
    like === undefined
      ? stateRecord(pane, row, verdict, pane.look.first, partners)
      : alikeRecord(pane, row, like)
  pane.said.set(verdict, record)
  pane.effects.push(emit('ci.test-states.v1', record))
}

const saySheet = (pane: Pane, at: number): void => {
  const sheet = readSheet(pane.cells, at)
  pane.effects.push(emit('ci.test-sheets.v1', sheetRecord(pane, at, sheet)))
}

/** How the newest ended run differs from the results before it. */
const changesOf = ({ look }: Pane, red: readonly Red[], judged: readonly Judged[]): Changes => {
  const newest = look.marks.findLastIndex((mark) => (mark & ENDED) !== 0)
  const isFailure = (kinds: readonly number[]): boolean => kinds[newest] === FAIL
  const failed = red.filter(({ kinds }) => isFailure(kinds))
  const again = failed.filter(({ kinds }) => lastResult(kinds, newest - 1) === FAIL)
  const fixed = judged.filter(
    ({ verdict: { kinds } }) =>
      !isNoResult(kinds[newest] ?? 0) &&
      !isFailure(kinds) &&
      lastResult(kinds, newest - 1) === FAIL,
  )
  return {
    persistent: again.length,
    fresh: failed.length - again.length,
    fixed: fixed.length,
  }
}
const lastResult = (kinds: readonly number[], from: number): number | undefined => {
  for (let i = from; i >= 0; i -= 1) if (!isNoResult(kinds[i] ?? 0)) return kinds[i]
  return undefined
}
