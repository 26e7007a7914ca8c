/**
 * Tests of a job in sheets: a run's tests touch each sheet once, and a sheet stays far below what a cell may hold. A test
 * lies where the hash of its name says; sheets are split one at a time as tests come (linear hashing, Litwin 1980).
 */

import type { Cells } from '../processor.ts'
import type { Row, Sheet, Tab } from './cells.ts'
import { numberedCells } from './names.ts'

/** Sheets hold so many characters on average: some 15 to 30 tests. */
const CHARACTERS = 1_800
/** What a row takes beside its name. */
const ROW_CHARACTERS = 40
/** Hashes may be unkind, or meant to be: tests beyond so many in one sheet are not kept. */
const MAX_ROWS = 80
/** Longer names are cut; what they are told apart by is the hash of the whole. */
const MAX_NAME = 400

/** The sheet of a hash among `sheets`. Example: of 3 sheets, hash 5 would lie in the fourth (5 mod 4 is 1, which is there). */
export const sheetOf = (hash: number, sheets: number): number => {
  const half = 2 ** (31 - Math.clz32(sheets))
  const low = hash >>> 0
  const at = low & (2 * half - 1)
  return at < sheets ? at : low & (half - 1)
}

export const sheetCell = numberedCells('sheet')
export const readSheet = (cells: Cells, sheet: number): Sheet =>
  (cells.get(sheetCell(sheet)) as Sheet | undefined) ?? { rows: [] }

export const findRow = (sheet: Sheet, hash: number): Row | undefined => {
  for (const row of sheet.rows) if (row.hash === hash) return row
  return undefined
}

/** Adds a test that was never heard of; undefined where its sheet is full. */
export const addRow = (sheet: Sheet, tab: Tab, hash: number, name: string): Row | undefined => {
  if (sheet.rows.length >= MAX_ROWS) return undefined
  const row: Row = {
    hash,
    test: name.length > MAX_NAME ? `${name.slice(0, MAX_NAME - 1)}…` : name,
    last: 0,
    strip: [],
    passSeconds: -1,
    isTouched: false,
    word: -1,
    saidAt: 0,
    trouble: null,
  }
  sheet.rows.push(row)
  tab.tests += 1
  tab.characters += row.test.length + ROW_CHARACTERS
  return row
}

/** Takes back what a forgotten row took. */
export const forgetRow = (tab: Tab, row: Row): void => {
  tab.tests -= 1
  tab.characters -= row.test.length + ROW_CHARACTERS
}

/** Splits the next sheet in turn while sheets are too full: about half of its tests go to a new one. */
export const splitSheets = (cells: Cells, tab: Tab): void => {
  while (tab.characters > CHARACTERS * tab.sheets) {
    const from = tab.sheets - 2 ** (31 - Math.clz32(tab.sheets))
    const sheet = readSheet(cells, from)
    const to = tab.sheets
    tab.sheets += 1
    const stays = (row: Row): boolean => sheetOf(row.hash, tab.sheets) === from
    const moved: Sheet = { rows: sheet.rows.filter((row) => !stays(row)) }
    sheet.rows = sheet.rows.filter(stays)
    cells.put(sheetCell(from), sheet)
    cells.put(sheetCell(to), moved)
    touch(tab, from)
    touch(tab, to)
  }
}

/** Notes that a sheet has something new to say. Tells whether that was not known. */
export const touch = (tab: Tab, sheet: number): boolean => {
  if (tab.touched.includes(sheet)) return false
  tab.touched.push(sheet)
  return true
}
