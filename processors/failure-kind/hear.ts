/** Takes in what is heard of a run: lines of its logs, messages of its failed tests, what its source tells. Evolves, says nothing. */

import type { LogExcerpt, Run, TestResult } from '../../schemas/events.ts'
import { hearLine, newLedger, noteSign, type Ledger } from './ledger.ts'
import { readLine, toldSign } from './read-line.ts'
import { TOLD_SIGNS, type ToldSign } from './signs.ts'
import type { RunState } from './state.ts'

/** Logs of one run that are kept apart. */
const MOST_LOGS = 8
/** Failed tests of one run whose messages are read. */
const MOST_TESTS = 8
/** Names of what is no log. */
const RUN_LOG = 'run'
const JUNIT_LOG = 'junit'
const TEXT_CHARACTERS = 240

const ledgerOf = (run: RunState, log: string): Ledger | null => {
  const known = run.ledgers.find((each) => each.log === log)
  if (known !== undefined) return known
  if (run.ledgers.length >= MOST_LOGS) return null
  const made = newLedger(log)
  run.ledgers.push(made)
  return made
}

/** False where it tells nothing new. */
export const hearExcerpt = (run: RunState, excerpt: LogExcerpt): boolean => {
  const ledger = ledgerOf(run, excerpt.log)
  if (ledger === null) return false
  let isNews = excerpt.linesRead > ledger.lines
  ledger.lines = Math.max(ledger.lines, excerpt.linesRead)
  for (const line of excerpt.lines) if (hearLine(ledger, line)) isNews = true
  return isNews
}

/** Notes a failed test: its name, and what the message says beside that a test failed. */
export const hearFailedTest = (run: RunState, result: TestResult): boolean => {
  if (run.tests.length >= MOST_TESTS || run.tests.includes(result.test)) return false
  const ledger = ledgerOf(run, JUNIT_LOG)
  if (ledger === null) return false
  run.tests.push(result.test)
  ledger.lines = run.tests.length
  const message = result.message?.trim().split('\n', 1)[0] ?? ''
  const text = (message === '' ? result.test : `${result.test}: ${message}`).slice(
    0,
    TEXT_CHARACTERS,
  )
  const reading = message === '' ? null : readLine(message)
  const { weight } = TOLD_SIGNS['failed-test']
  const line = run.tests.length
  if (reading !== null && reading.weight > weight)
    noteSign(ledger, reading.sign.name, { line, text, weight: reading.weight })
  noteSign(ledger, toldSign('failed-test'), { line, text, weight })
  return true
}

/** Notes once what the source tells of a run; false where it was known. */
export const hearTold = (run: RunState, name: ToldSign, text: string): boolean => {
  const ledger = ledgerOf(run, RUN_LOG)
  const sign = toldSign(name)
  if (ledger === null || ledger.signs.some((each) => each.sign === sign)) return false
  ledger.lines += 1
  noteSign(ledger, sign, { line: ledger.lines, text, weight: TOLD_SIGNS[name].weight })
  return true
}

/** Takes back what the source told, because it is over. */
export const takeBack = (run: RunState, name: ToldSign): boolean => {
  const ledger = run.ledgers.find((each) => each.log === RUN_LOG)
  const kept = ledger?.signs.filter((each) => each.sign !== toldSign(name)) ?? []
  if (ledger === undefined || kept.length === ledger.signs.length) return false
  ledger.signs = kept
  return true
}

const OUTCOMES: Partial<Record<string, ToldSign>> = {
  timedOut: 'timed-out',
  aborted: 'aborted',
  error: 'error',
}
/** Notes how a run ended. */
export const hearEnd = (run: RunState, { outcome, rawOutcome }: Run): void => {
  run.isFailure =
    outcome !== null && outcome !== 'success' && outcome !== 'skipped' && outcome !== 'unknown'
  const sign = OUTCOMES[outcome ?? '']
  for (const other of Object.values(OUTCOMES))
    if (other !== undefined && other !== sign) takeBack(run, other)
  if (sign !== undefined) hearTold(run, sign, `the run ended as ${rawOutcome ?? outcome ?? ''}`)
}
