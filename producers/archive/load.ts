/** Reads one file of an archive into the sorter. */

import { UnencodableError } from '../../schemas/codec.ts'
import type { DeadLetter, PullEvent, RunEvent, TestResult } from '../../schemas/events.ts'
import { runKey } from '../../schemas/keys.ts'
import { FILES, type FileKind, type Row } from './columns.ts'
import type { ArchiveFile } from './folders.ts'
import { readBytes } from './file-bytes.ts'
import { createLineSplitter, MAX_ROW_BYTES, type Line } from './lines.ts'
import { readRun, readStep, readTest, type Reading, type RunReading } from './normalize.ts'
import { readPullRow } from './normalize-pulls.ts'
import { RefusedRow, type Problem, type Reason } from './problems.ts'
import type { FileReport } from './report.ts'
import { runOf } from './row-values.ts'
import { createRowReader, headerOf, type RowSpan } from './rows.ts'
import { knownRun, remember } from './run-index.ts'
import { RANKS, type Sorter } from '../../runtime/embedded/sorter.ts'

/** Instant of a dead letter before any good row; {@link Sorter.finish} puts it at the first instant. */
export const UNPLACED = Number.MIN_SAFE_INTEGER

interface Loading {
  readonly sorter: Sorter
  readonly report: FileReport
  readonly name: string
  readonly hasFinalSizes: boolean
  lastAt: number
}

/** What is wrong with a row or a file, null for an error that is not theirs. */
const problemOf = (error: unknown): Problem | null => {
  if (error instanceof RefusedRow) return { reason: error.reason, detail: error.message }
  return error instanceof UnencodableError ? { reason: 'unencodable', detail: error.message } : null
}

const deadLetter = (loading: Loading, problem: Problem, { line, bytes }: RowSpan): void => {
  const origin = `archive:${loading.name}`
  const record: DeadLetter = {
    eventId: `${origin}/line ${line}/${problem.reason}`,
    eventAt: 0,
    observedAt: 0,
    origin,
    position: `line ${line}`,
    reason: problem.reason,
    detail: problem.detail,
    step: 'archive',
    payload: bytes.subarray(0, MAX_ROW_BYTES),
  }
  loading.sorter.add([{ rank: RANKS.deadLetter, at: loading.lastAt, record }])
}
const refuse = (loading: Loading, problem: Problem, span: RowSpan): void => {
  loading.report.add(problem, span.line)
  deadLetter(loading, problem, span)
}

/** What a row of each file says. */
const READERS = {
  runs: (row: Row) => ranked(readRun(row), rankOfRun),
  steps: (row: Row) => ranked(readStep(row), rankOfRun),
  tests: (row: Row, { sorter }: Loading) =>
    ranked(readTest(row, knownRun(sorter, runKey(runOf(row)))), () => RANKS.test),
  pulls: (row: Row, { hasFinalSizes }: Loading) =>
    ranked(readPullRow(row, hasFinalSizes), rankOfPull),
} satisfies Record<FileKind, (row: Row, loading: Loading) => unknown>

/** A reading whose facts have their order among those of an instant. */
const ranked = <F extends RunEvent | TestResult | PullEvent, R extends Reading<F>>(
  reading: R & Reading<F>,
  rankOf: (fact: F) => number,
) => ({
  reading,
  offers: reading.facts.map((record) => ({
    rank: rankOf(record),
    at: record.observedAt,
    record,
  })),
})

/** What is told from inside a run comes before its end. */
export const rankOfRun = ({ kind }: RunEvent): number =>
  kind === 'testsReported' || kind === 'logProgress'
    ? RANKS.stepFinished
    : RANKS[kind as keyof typeof RANKS]
const rankOfPull = ({ kind }: PullEvent): number =>
  kind === 'opened' ? RANKS.pullOpened : RANKS.pullEnded

const isRun = (reading: Reading<unknown>): reading is RunReading => 'heardEndAt' in reading

/** What is odd about a run that another row told of before. */
const repeatOf = ({ sorter, report }: Loading, row: Row, reading: RunReading): Problem[] => {
  const { isRepeat, differences } = remember(sorter, reading)
  if (isRepeat) report.counts.repeats += 1
  return differences === '' ? [] : [contradiction(row, differences)]
}

/** Facts of one row into the sorter. Throws RefusedRow or UnencodableError, with none of them in it. */
const load = (loading: Loading, kind: FileKind, row: Row, line: number): void => {
  const { sorter, report } = loading
  const { reading, offers } = READERS[kind](row, loading)
  sorter.add(offers)
  const repeats = isRun(reading) ? repeatOf(loading, row, reading) : []
  for (const note of [...reading.notes, ...repeats]) report.add(note, line)
  report.counts.offers += offers.length
  loading.lastAt = offers.at(-1)?.at ?? loading.lastAt
}

const contradiction = (row: Row, differences: string): Problem => ({
  reason: 'contradictory-run',
  detail: `run ${row['run_id'] ?? ''} was there before with another ${differences}`,
})

const rowReader = (loading: Loading, kind: FileKind, header: readonly string[]) =>
  createRowReader(header.length, {
    row(fields, span) {
      loading.report.counts.rows += 1
      const row: Record<string, string> = {}
      for (const [index, column] of header.entries()) row[column] = fields[index] ?? ''
      try {
        load(loading, kind, row, span.line)
      } catch (error) {
        const problem = problemOf(error)
        if (problem === null) throw error
        refuse(loading, problem, span)
      }
    },
    refuse(problem, span) {
      loading.report.counts.rows += 1
      refuse(loading, problem, span)
    },
  })

/** Columns of a file. Throws {@link RefusedRow} where one is missing; reports those that may be. */
const checkedHeader = (loading: Loading, kind: FileKind, line: Line): readonly string[] => {
  const header = headerOf(line)
  const { required, optional } = FILES[kind]
  const missing = required.filter((column) => !header.includes(column))
  if (missing.length > 0)
    throw new RefusedRow('missing-column', `the header has no ${missing.join(', no ')}`)
  const repeated = header.find((column, index) => header.indexOf(column) !== index)
  if (repeated !== undefined)
    throw new RefusedRow('repeated-column', `the header has ${repeated} twice`)
  for (const column of optional.filter((name) => !header.includes(name)))
    loading.report.add({ reason: 'absent-column', detail: `no column ${column}` }, line.number)
  return header
}

/** Feeds lines to the header check and then to the rows. */
const createFeed = (loading: Loading, kind: FileKind) => {
  let reader: ReturnType<typeof rowReader> | null = null
  let last: Line = { number: 1, bytes: Buffer.alloc(0), isCut: false, hasOddQuotes: false }
  return {
    push(line: Line): void {
      last = line
      if (reader !== null) reader.push(line)
      else reader = rowReader(loading, kind, checkedHeader(loading, kind, line))
    },
    end(): void {
      if (reader === null) throw new RefusedRow('empty-file', 'the file is empty')
      reader.end()
    },
    last: () => last,
  }
}

/** Why the bytes of a file ended early, null for an error that is not the file's. */
const damageOf = (error: unknown): Reason | null => {
  const { code = '', syscall } = error as NodeJS.ErrnoException
  if (code.startsWith('Z_')) return 'damaged-gzip'
  return syscall === undefined ? null : 'unreadable-file'
}

/** Reads a file to its end or its damage. Nothing that the file holds makes it throw; `signal` and a full disk do. */
export const loadFile = async (
  file: ArchiveFile,
  sorter: Sorter,
  report: FileReport,
  onRead: (bytes: number) => void,
  signal: AbortSignal,
  hasFinalSizes = false,
): Promise<void> => {
  const loading: Loading = { sorter, report, name: file.name, hasFinalSizes, lastAt: UNPLACED }
  const splitter = createLineSplitter()
  const feed = createFeed(loading, file.kind)
  try {
    for await (const chunk of readBytes(file.path, onRead)) {
      signal.throwIfAborted()
      for (const line of splitter.split(chunk)) feed.push(line)
    }
    const rest = splitter.rest()
    if (rest !== null) feed.push(rest)
    feed.end()
  } catch (error) {
    signal.throwIfAborted()
    const last = feed.last()
    const problem = problemOf(error)
    if (problem !== null) refuse(loading, problem, { line: last.number, bytes: last.bytes })
    else {
      const reason = damageOf(error)
      if (reason === null) throw error
      // A row cut by the damage may look whole with a wrong value, so it is refused with it.
      const { number, bytes } = splitter.rest() ?? { ...last, bytes: Buffer.alloc(0) }
      refuse(loading, { reason, detail: (error as Error).message }, { line: number, bytes })
    }
  }
}
