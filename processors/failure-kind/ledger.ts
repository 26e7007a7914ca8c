/**
 * What was heard of one log: the lines with a sign, a few of each sign, however long the log is. Plain data, changed in place,
 * some kilobytes at most. A log is told in order: what lies before the last line heard adds nothing, so repeats do no harm.
 */

import { readLine } from './read-line.ts'

/** A line as it reaches the processor. */
export interface HeardLine {
  readonly line: number
  readonly text: string
  /** False for lines that are there only because the log ends with them. */
  readonly isLoud: boolean
}
/** A line that may be the one that decides. */
export interface Candidate {
  readonly line: number
  readonly text: string
  readonly weight: number
}
/** Lines of one sign: the first ones and the last one, and how many there were. */
export interface SignLines {
  /** Empty for lines of the log's end that have none. */
  readonly sign: string
  count: number
  readonly first: Candidate[]
  last: Candidate | null
}
export interface Ledger {
  readonly log: string
  /** Lines read so far. */
  lines: number
  /** Number of the last line that was heard. */
  heardTo: number
  signs: SignLines[]
}

/** Lines of a sign that are kept from its first on. */
const FIRST_OF_SIGN = 3
/** Signs that are kept; of more, the lightest goes. */
const MOST_SIGNS = 24
/** Characters of a line that are kept. */
const TEXT_CHARACTERS = 240

export const newLedger = (log: string): Ledger => ({ log, lines: 0, heardTo: 0, signs: [] })

/** Takes a line in; false where it says nothing or was heard before. `without` leaves out signs learned from one set. */
export const hearLine = (ledger: Ledger, heard: HeardLine, without?: string): boolean => {
  if (heard.line <= ledger.heardTo) return false
  ledger.heardTo = heard.line
  const reading = readLine(heard.text, without)
  if (reading === null && heard.isLoud) return false
  const text = (reading?.text ?? heard.text).slice(0, TEXT_CHARACTERS)
  const candidate = { line: heard.line, text, weight: reading?.weight ?? 0 }
  noteSign(ledger, reading?.sign.name ?? '', candidate)
  return true
}

/** Counts a line under its sign. Lines of one sign come in order. */
export const noteSign = (ledger: Ledger, sign: string, candidate: Candidate): void => {
  let of = ledger.signs.find((each) => each.sign === sign)
  if (of === undefined) {
    of = { sign, count: 0, first: [], last: null }
    ledger.signs.push(of)
    if (ledger.signs.length > MOST_SIGNS) dropLightest(ledger)
  }
  of.count += 1
  if (of.first.length < FIRST_OF_SIGN) of.first.push(candidate)
  else of.last = candidate
}

const weightOf = ({ first }: SignLines): number => first[0]?.weight ?? Infinity
const dropLightest = (ledger: Ledger): void => {
  const lightest = Math.min(...ledger.signs.map(weightOf))
  const at = ledger.signs.findIndex((each) => weightOf(each) === lightest)
  ledger.signs.splice(at, 1)
}

/** The lines kept of a sign, in order. */
export const linesOf = ({ first, last }: SignLines): Candidate[] =>
  last === null ? [...first] : [...first, last]
