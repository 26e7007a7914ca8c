/**
 * JUnit files as a stream: each test case is told as soon as its element closes, and no more of the file is held than
 * one attribute. A document type is refused, and with it every entity a file could define.
 */

import sax from 'sax'
import type { RunEvent, RunRef, TestResult, TestStatus } from '../../schemas/events.ts'
import { runFact, testFact } from '../payload/facts.ts'
import { RefusedPayload } from '../payload/heard.ts'

export interface JunitFile {
  readonly run: RunRef
  /** Name of the file in the run's artifacts. */
  readonly file: string
  /** When the file was written: tests do not tell. */
  readonly eventAt: number
  readonly now: number
}
export interface JunitReader {
  /** Test cases that end in this piece. Throws {@link RefusedPayload} at what is no JUnit file. */
  readonly push: (piece: Uint8Array) => TestResult[]
  /** What the file says of the run. Throws {@link RefusedPayload} where it ends early. */
  readonly end: () => RunEvent
}

// A longer attribute makes the parser give up; text is handed on in pieces of this size. Its types do not know the name.
Object.assign(sax, { MAX_BUFFER_LENGTH: 262_144 })
const MAX_DEPTH = 40
const MAX_NAME = 1000
const MAX_FAILED_TESTS = 50
const WEEK_SECONDS = 604_800

/** Children of a test case that say how it ended, the worse over the better. */
const VERDICTS: Readonly<Record<string, TestStatus>> = {
  failure: 'failed',
  error: 'error',
  skipped: 'skipped',
  flakyFailure: 'flaky',
  flakyError: 'flaky',
}
const WORSE: readonly TestStatus[] = ['error', 'failed', 'flaky', 'skipped']

interface Case {
  readonly test: string
  readonly seconds: number | null
  word: string | null
  message: string
}
interface Counts {
  cases: number
  passed: number
  failed: number
  readonly failedTests: string[]
}

const secondsOf = (time: string | undefined): number | null => {
  const seconds = time === undefined || time === '' ? NaN : Number(time.replaceAll(',', ''))
  return seconds >= 0 && seconds <= WEEK_SECONDS ? seconds : null
}

const caseOf = (attributes: Readonly<Record<string, string>>): Case => {
  const { classname = '', name = '', time } = attributes
  const test = (classname === '' ? name : `${classname}.${name}`).trim().slice(0, MAX_NAME)
  return { test, seconds: secondsOf(time), word: null, message: '' }
}

const isWorse = (word: string, than: string | null): boolean => {
  const rank = (of: string | null) => {
    const at = WORSE.indexOf(VERDICTS[of ?? ''] ?? 'passed')
    return at < 0 ? WORSE.length : at
  }
  return rank(word) < rank(than)
}

const count = (counts: Counts, test: string, status: TestStatus): void => {
  if (status === 'passed' || status === 'flaky') counts.passed += 1
  if (status !== 'failed' && status !== 'error') return
  counts.failed += 1
  if (counts.failedTests.length < MAX_FAILED_TESTS) counts.failedTests.push(test)
}

const resultOf = (one: Case, counts: Counts, file: JunitFile): TestResult => {
  const rawStatus = one.word ?? 'passed'
  const status = VERDICTS[rawStatus] ?? 'passed'
  count(counts, one.test, status)
  const { run, eventAt, now: observedAt } = file
  const message = one.message.trim() === '' ? null : one.message.trim()
  return testFact(
    run,
    { eventAt, observedAt },
    { test: one.test, status, rawStatus, durationSeconds: one.seconds, message },
    file.file,
    String(counts.cases),
  )
}

const parserOf = (told: TestResult[], counts: Counts, file: JunitFile): sax.SAXParser => {
  const parser = sax.parser(true)
  let depth = 0
  let open: Case | null = null
  let isInVerdict = false
  parser.onerror = (error) => {
    throw new RefusedPayload('bad-xml', error.message.split('\n')[0] ?? 'not XML')
  }
  parser.ondoctype = () => {
    throw new RefusedPayload('bad-xml', 'it has a document type')
  }
  parser.onopentag = ({ name, attributes }) => {
    depth += 1
    if (depth > MAX_DEPTH) throw new RefusedPayload('bad-xml', `over ${MAX_DEPTH} levels deep`)
    const values = attributes as Record<string, string>
    if (name === 'testcase') open = caseOf(values)
    isInVerdict = open !== null && Object.hasOwn(VERDICTS, name) && isWorse(name, open.word)
    if (!isInVerdict || open === null) return
    open.word = name
    open.message = values['message'] ?? ''
  }
  const onText = (text: string): void => {
    if (isInVerdict && open !== null && open.message.length < MAX_NAME)
      open.message += text.slice(0, MAX_NAME)
  }
  parser.ontext = onText
  parser.oncdata = onText
  parser.onclosetag = (name) => {
    depth -= 1
    isInVerdict = false
    if (name !== 'testcase' || open === null) return
    counts.cases += 1
    if (open.test !== '') told.push(resultOf(open, counts, file))
    open = null
  }
  return parser
}

export const junitReader = (file: JunitFile): JunitReader => {
  const decoder = new TextDecoder()
  const counts: Counts = { cases: 0, passed: 0, failed: 0, failedTests: [] }
  const told: TestResult[] = []
  const parser = parserOf(told, counts, file)
  return {
    push: (piece) => {
      parser.write(decoder.decode(piece, { stream: true }))
      return told.splice(0)
    },
    end: () => {
      parser.close()
      const { run, eventAt, now: observedAt } = file
      const { passed, failed, failedTests } = counts
      return runFact(
        run,
        'testsReported',
        { eventAt, observedAt },
        { passed, failed, failedTests },
        file.file,
        String(passed),
        String(failed),
      )
    },
  }
}
