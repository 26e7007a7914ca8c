/** First pass of an export: what the log says about each run, put together on disk, and which columns it needs. */

import { setImmediate } from 'node:timers/promises'
import type { Spill } from '../../../runtime/embedded/spill.ts'
import type { LogReader, LogRecord } from '../../../runtime/ports.ts'
import { CODECS } from '../../../schemas/codec.ts'
import type { Run, RunEvent, RunRef, TestResult } from '../../../schemas/events.ts'
import { runKey } from '../../../schemas/keys.ts'
import type { TopicName } from '../../../schemas/topics.ts'
import type { FileKind } from './format.ts'
import { extraColumns, isColumnName } from './rows.ts'
import { concludedFacts } from './tellings.ts'

/** What is to be exported. */
export interface ExportRange {
  /** Only runs of this source. */
  readonly source?: string
  /** Only runs first heard of at or after this pipeline time, whole. */
  readonly from?: number
  /** Only runs first heard of before this pipeline time, whole. */
  readonly to?: number
  readonly signal?: AbortSignal
  /** Hears, now and then, how many records of the log have been read. */
  readonly onProgress?: (records: number) => void
}
export interface Gathered {
  readonly records: number
  /** Columns beyond the fixed ones, as far as any row needs them. */
  readonly extras: Readonly<Record<FileKind, ReadonlySet<string>>>
  /** How many facts or labels the format has no place for, by what they are. */
  readonly leftOut: Readonly<Record<string, number>>
  /** Pipeline time of the oldest record, where older ones are past their retention; else null. */
  readonly lostBefore: number | null
}

const PACE_RECORDS = 10_000
/** Readers take a header of up to 64 kB. */
const MAX_EXTRA_COLUMNS = 500
const FIRST_YEAR_MS = Date.UTC(2000, 0)
const LAST_YEAR_MS = Date.UTC(2101, 0)

const isReadable = (at: number | null): boolean =>
  at === null || (at >= FIRST_YEAR_MS && at < LAST_YEAR_MS)

const partOf = ({ kind }: RunEvent): 'runs' | 'steps' | null => {
  if (kind === 'queued' || kind === 'started' || kind === 'finished') return 'runs'
  return kind === 'stepStarted' || kind === 'stepFinished' ? 'steps' : null
}

/** Counts columns and what is left out while facts go by. */
const createCollector = (spill: Spill) => {
  const extras = { runs: new Set<string>(), steps: new Set<string>(), tests: new Set<string>() }
  const leftOut: Record<string, number> = {}
  const leave = (what: string): void => {
    leftOut[what] = (leftOut[what] ?? 0) + 1
  }
  return {
    extras,
    leftOut,
    fact(fact: RunEvent): void {
      const part = partOf(fact)
      if (part === null) {
        leave(fact.kind)
      } else if (!isReadable(fact.eventAt) || !isReadable(fact.startedAt)) {
        leave('time outside 2000 to 2100')
      } else {
        for (const label of Object.keys(fact.labels))
          if (part === 'runs' && !isColumnName(label)) leave('label that cannot be a column')
        for (const column of Object.keys(extraColumns(fact)))
          if (extras[part].size < MAX_EXTRA_COLUMNS) extras[part].add(column)
          else if (!extras[part].has(column)) leave('label beyond 500 columns')
        spill.add(part, runKey(fact), CODECS['run-event'].encode(fact))
      }
    },
    test(test: TestResult): void {
      if (!isReadable(test.eventAt)) {
        leave('time outside 2000 to 2100')
        return
      }
      if (test.message !== null) extras.tests.add('message')
      spill.add('tests', runKey(test), CODECS['test-result'].encode(test))
    },
  }
}

/** Reads topics up to their ends of now, with pauses for the rest of the process. */
const createReading = (log: LogReader, { signal, onProgress }: ExportRange) => {
  let records = 0
  return {
    count: () => records,
    async each<T extends TopicName>(
      topic: T,
      visit: (record: NonNullable<LogRecord<T>['record']>, at: number) => void,
    ): Promise<void> {
      const end = log.endOffset(topic)
      for (const { offset, at, record } of log.read(topic)) {
        if (offset >= end) break
        records += 1
        if (record !== null) visit(record, at)
        if (records % PACE_RECORDS !== 0) continue
        onProgress?.(records)
        await setImmediate()
        signal?.throwIfAborted()
      }
      onProgress?.(records)
    },
  }
}

const firstOf = (log: LogReader): LogRecord<'ci.run-events.v1'> | null => {
  for (const record of log.read('ci.run-events.v1')) return record
  return null
}

/**
 * Facts and tests of the wanted runs into the spill, in parts named as the files. Where the log has lost its beginning,
 * the state of a run stands in for the facts it was made from.
 */
export const gather = async (
  log: LogReader,
  spill: Spill,
  range: ExportRange,
): Promise<Gathered> => {
  const { source, from = -Infinity, to = Infinity } = range
  const collector = createCollector(spill)
  const reading = createReading(log, range)
  const isWanted = (run: RunRef, at: number): boolean =>
    spill.keep(runKey(run), (source ?? run.source) === run.source && at >= from && at < to)
  const first = firstOf(log)
  const hasLostRecords = first !== null && first.offset > 0

  await reading.each('ci.run-events.v1', (fact, at) => {
    if (isWanted(fact, at)) collector.fact(fact)
  })
  if (hasLostRecords)
    await reading.each('ci.runs.v1', (run: Run, at) => {
      if (run.change !== 'finished' || !isWanted(run, at)) return
      for (const fact of concludedFacts(run)) collector.fact(fact)
    })
  await reading.each('ci.test-results.v1', (test, at) => {
    if (isWanted(test, at)) collector.test(test)
  })
  return {
    records: reading.count(),
    extras: collector.extras,
    leftOut: collector.leftOut,
    lostBefore: hasLostRecords ? first.at : null,
  }
}
