/** Recorded CI of any kind as one stream in order of time: archive folders, copies of Prow's bucket, dumps of TestGrid. */

import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openSorter, RANKS, type Sortable, type Sorter } from '../../runtime/embedded/sorter.ts'
import { UnencodableError } from '../../schemas/codec.ts'
import type { DeadLetter, RunEvent, Stamped } from '../../schemas/events.ts'
import { cut, type Archive, type ArchiveProgress } from '../archive/archive.ts'
import { digestOf } from '../archive/digest.ts'
import { filesOfAll, folderNames } from '../archive/folders.ts'
import { loadFile, rankOfRun, UNPLACED } from '../archive/load.ts'
import { createFileReport, type FileReport } from '../archive/report.ts'
import { RefusedPayload, type Note } from '../payload/heard.ts'
import { readRunFolder } from './bucket-copy.ts'
import { nameOf, placeOf, runFolders } from './run-folders.ts'
import { isDump, readDump } from './testgrid-dump.ts'

export interface ImportOptions {
  /** Source of what a copy or a dump says; archives name their own. */
  readonly source: string
  /** Repository of jobs that name none. */
  readonly repo: string
  readonly now: number
}
/** What a path holds. */
export type PathKind = 'archive' | 'bucket' | 'testgrid'

const BATCH_OFFERS = 5_000
const MAX_PAYLOAD = 1_000

/** A path that holds nothing that can be read; the message says what it may hold. */
class ImportError extends Error {
  override name = 'ImportError'
}

const dumpsIn = (path: string): string[] => {
  if (statSync(path).isFile()) return isDump(path) ? [path] : []
  const entries = readdirSync(path, { withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && isDump(entry.name))
  return files.map(({ name }) => join(path, name)).sort()
}

const hasRuns = (path: string): boolean =>
  statSync(path).isDirectory() && runFolders(path).next().done !== true

/** Kind of a path. Throws an ImportError where it is none. */
export const kindOf = (path: string): PathKind => {
  if (!existsSync(path)) throw new ImportError(`There is no ${path}.`)
  if (['runs.csv', 'runs.csv.gz'].some((file) => existsSync(join(path, file)))) return 'archive'
  if (hasRuns(path)) return 'bucket'
  if (dumpsIn(path).length > 0) return 'testgrid'
  throw new ImportError(
    `${path} holds no runs.csv, no folder of a run (.../JOB/BUILD with a started.json, finished.json or prowjob.json) and no ` +
      'table or summary of TestGrid (*.json).',
  )
}

/** Files below a path that are read, or lie beside those. */
const filesBelow = (path: string, kind: PathKind): string[] => {
  if (kind === 'archive') return filesOfAll([path]).map((file) => file.path)
  if (kind === 'testgrid') return dumpsIn(path)
  return [...runFolders(path)].flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort(),
  )
}

interface Loading {
  readonly sorter: Sorter
  readonly report: FileReport
  readonly options: ImportOptions
  /** Ids of dead letters: a file is read in pieces, and more than one may be bad. */
  readonly letters: Set<string>
}

/** A recorded fact was heard as it happened. */
const asHeard = <T extends Stamped>(record: T): T => ({ ...record, observedAt: record.eventAt })

type Told = Sortable['record']
/** Records of one file, all or none. Throws UnencodableError. */
const add = (
  { sorter, report }: Loading,
  facts: readonly RunEvent[],
  others: readonly (readonly [rank: number, records: readonly Told[]])[],
): void => {
  const all = [
    ...facts.map((fact): [number, Told] => [rankOfRun(fact), fact]),
    ...others.flatMap(([rank, records]) => records.map((told): [number, Told] => [rank, told])),
  ]
  sorter.add(all.map(([rank, told]) => ({ rank, at: told.eventAt, record: asHeard(told) })))
  report.counts.offers += all.length
}

const note = ({ report }: Loading, file: string, notes: readonly Note[]): void => {
  for (const { oddity, detail } of notes)
    report.add({ reason: 'odd-field', detail: `${file}: ${oddity} ${detail}` }, 0)
}

/** Tells of a file that cannot be read, or not to its end; its dead letter has the first reason. */
const refuse = (
  { sorter, report, options, letters }: Loading,
  file: string,
  detail: string,
): void => {
  report.add({ reason: 'bad-file', detail: `${file}: ${detail}` }, 0)
  const eventId = `import:${options.source}/${file}`
  if (letters.has(eventId)) return
  letters.add(eventId)
  const record: DeadLetter = {
    eventId,
    ...{ eventAt: 0, observedAt: 0, origin: `import:${options.source}`, position: file },
    ...{ reason: 'bad-file', detail: detail.slice(0, MAX_PAYLOAD), step: 'import' },
    payload: Buffer.from(file),
  }
  sorter.add([{ rank: RANKS.deadLetter, at: UNPLACED, record }])
}

/** Does it, and refuses the file where it cannot be read or says what no record can hold. */
const orRefuse = (loading: Loading, file: string, load: () => void): void => {
  try {
    load()
  } catch (error) {
    if (!(error instanceof RefusedPayload || error instanceof UnencodableError)) throw error
    refuse(loading, file, error.message)
  }
}

const loadBucket = async (loading: Loading, path: string, signal: AbortSignal): Promise<void> => {
  for (const folder of runFolders(path)) {
    signal.throwIfAborted()
    const { job, runId } = placeOf(folder)
    const name = `${job}/${runId}`
    loading.report.counts.rows += 1
    for await (const { file, facts, tests, others, notes, refused } of readRunFolder(
      folder,
      loading.options,
    )) {
      const excerpts = others.map(({ record }) => record)
      note(loading, `${name}/${file}`, notes)
      if (refused !== null) refuse(loading, `${name}/${file}`, refused)
      orRefuse(loading, `${name}/${file}`, () => {
        add(loading, facts, [
          [RANKS.test, tests],
          [RANKS.excerpt, excerpts],
        ])
      })
    }
  }
}

const loadDumps = (loading: Loading, path: string): void => {
  for (const file of dumpsIn(path)) {
    loading.report.counts.rows += 1
    orRefuse(loading, nameOf(file), () => {
      const reading = readDump(file, loading.options.source, loading.options.now)
      add(loading, reading.facts, [
        [RANKS.test, reading.tests],
        [RANKS.tabState, reading.states],
      ])
      note(loading, nameOf(file), reading.notes)
    })
  }
}

/**
 * The records of all paths in order of time, each as if it had been heard when it happened. The cursor is the number of
 * offers made. Throws an ImportError for a path that holds nothing that can be read.
 */
export const openImport = (paths: readonly string[], options: ImportOptions): Archive => {
  const kinds = paths.map((path) => [path, kindOf(path)] as const)
  let reports: FileReport[] = []
  let progress: ArchiveProgress = { bytesRead: 0, bytesTotal: 0, offersMade: 0, offersTotal: null }

  const newReport = (name: string): FileReport => {
    const report = createFileReport(name)
    reports.push(report)
    return report
  }
  const load = async (sorter: Sorter, signal: AbortSignal): Promise<void> => {
    const letters = new Set<string>()
    for (const [path, kind] of kinds) {
      if (kind === 'archive')
        for (const file of filesOfAll([path]))
          await loadFile(file, sorter, newReport(file.name), () => undefined, signal)
      else {
        const loading = { sorter, report: newReport(nameOf(path)), options, letters }
        if (kind === 'bucket') await loadBucket(loading, path, signal)
        else loadDumps(loading, path)
      }
    }
  }
  return {
    name: `import:${folderNames(paths).join('+')}`,
    async *batches(from, signal) {
      reports = []
      const sorter = openSorter()
      try {
        await load(sorter, signal)
        const offersTotal = sorter.finish(UNPLACED)
        for (const batch of cut(sorter.sorted(from), from, BATCH_OFFERS)) {
          signal.throwIfAborted()
          progress = { ...progress, offersMade: batch.cursor, offersTotal }
          yield batch
        }
      } finally {
        sorter.close()
      }
    },
    async digests(signal) {
      const names = folderNames(paths)
      const digests: Record<string, string> = {}
      for (const [index, [path, kind]] of kinds.entries())
        digests[names[index] ?? path] = await digestOf(filesBelow(path, kind), signal)
      return digests
    },
    progress: () => progress,
    summary: () => ({
      files: reports.map((report) => report.summary()),
      problems: reports.flatMap((report) => report.examples),
    }),
  }
}
