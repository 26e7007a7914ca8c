/** Recorded CI as files: folders of runs.csv, steps.csv and tests.csv as one stream in order of time. */

import { statSync } from 'node:fs'
import type { Offer, OfferBatch, OfferSource } from '../../runtime/ports.ts'
import type { FileKind } from './columns.ts'
import { digestOf, type Digests } from './digest.ts'
import { filesOfAll, folderNames, type ArchiveFile } from './folders.ts'
import { loadFile, UNPLACED } from './load.ts'
import { createFileReport, type ArchiveSummary, type FileReport } from './report.ts'
import { openSorter, type Sorter } from '../../runtime/embedded/sorter.ts'

const BATCH_OFFERS = 1_000

export interface ArchiveOptions {
  /** Fewest offers of a batch but the last; a batch ends where the next offer has another instant. */
  readonly batchOffers?: number
  /** Openings of pull requests tell the sizes of their end: a leak, to see what sizes would be worth. */
  readonly hasFinalSizes?: boolean
}
/** How far the archive is. All bytes are read and sorted before the first batch. */
export interface ArchiveProgress {
  readonly bytesRead: number
  readonly bytesTotal: number
  readonly offersMade: number
  /** Null until every file is read. */
  readonly offersTotal: number | null
}
export interface Archive extends OfferSource {
  progress(): ArchiveProgress
  /** What was read and refused by the latest call of `batches`; whole once its first batch is there. */
  summary(): ArchiveSummary
  /** What its files hold now: reads all of them. */
  digests(signal: AbortSignal): Promise<Digests>
}

/** Cuts offers into batches between two instants. */
export function* cut(
  offers: Iterable<Offer>,
  from: number,
  atLeast: number,
): Generator<OfferBatch> {
  let batch: Offer[] = []
  let cursor = from
  for (const offer of offers) {
    const isNewInstant = batch.at(-1)?.record.observedAt !== offer.record.observedAt
    if (batch.length >= atLeast && isNewInstant) {
      cursor += batch.length
      yield { offers: batch, cursor }
      batch = []
    }
    batch.push(offer)
  }
  if (batch.length > 0) yield { offers: batch, cursor: cursor + batch.length }
}

/** Reads every file into the sorter; returns how many offers there are. */
const loadAll = async (
  files: readonly ArchiveFile[],
  sorter: Sorter,
  reports: FileReport[],
  onRead: (bytes: number) => void,
  signal: AbortSignal,
  hasFinalSizes: boolean,
): Promise<number> => {
  for (const file of files) {
    const report = createFileReport(file.name)
    reports.push(report)
    await loadFile(file, sorter, report, onRead, signal, hasFinalSizes)
  }
  return sorter.finish(UNPLACED)
}

/** Kinds of files that archive folders hold. Throws `ArchiveError` as {@link openArchive} does. */
export const kindsOf = (folders: readonly string[]): ReadonlySet<FileKind> =>
  new Set(filesOfAll(folders).map(({ kind }) => kind))

/**
 * The records of archive folders in order of time; records of one instant in the order queued, started, steps, tests,
 * finished, then by id, so that the order of the rows does not matter. The cursor is the number of offers made.
 * Throws `ArchiveError` for a folder that is no archive; what is wrong inside one is reported and the rest goes on.
 */
export const openArchive = (
  folders: readonly string[],
  { batchOffers = BATCH_OFFERS, hasFinalSizes = false }: ArchiveOptions = {},
): Archive => {
  const files = filesOfAll(folders)
  const bytesTotal = files.reduce((sum, { path }) => sum + statSync(path).size, 0)
  let reports: FileReport[] = []
  let progress: ArchiveProgress = { bytesRead: 0, bytesTotal, offersMade: 0, offersTotal: null }
  const onRead = (bytes: number): void => {
    progress = { ...progress, bytesRead: progress.bytesRead + bytes }
  }

  return {
    name: `archive:${folderNames(folders).join('+')}`,
    async *batches(from, signal) {
      reports = []
      progress = { bytesRead: 0, bytesTotal, offersMade: from, offersTotal: null }
      const sorter = openSorter()
      try {
        const offersTotal = await loadAll(files, sorter, reports, onRead, signal, hasFinalSizes)
        progress = { ...progress, offersTotal }
        for (const batch of cut(sorter.sorted(from), from, batchOffers)) {
          signal.throwIfAborted()
          progress = { ...progress, offersMade: batch.cursor }
          yield batch
        }
      } finally {
        sorter.close()
      }
    },
    async digests(signal) {
      const digests: Record<string, string> = {}
      for (const { name, path } of files) digests[name] = await digestOf([path], signal)
      return digests
    },
    progress: () => progress,
    summary: () => ({
      files: reports.map((report) => report.summary()),
      problems: reports.flatMap((report) => report.examples),
    }),
  }
}
