/** Recorded CI as files: folders of runs.csv, steps.csv and tests.csv as one stream in order of time. */

import { existsSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Offer, OfferBatch, OfferSource } from '../../runtime/ports.ts'
import { FILE_KINDS, FILES } from './columns.ts'
import { loadFile, UNPLACED, type ArchiveFile } from './load.ts'
import { createFileReport, type ArchiveSummary, type FileReport } from './report.ts'
import { openSorter } from './sorter.ts'

const BATCH_OFFERS = 2_000

export interface ArchiveOptions {
  /** Fewest offers of a batch but the last; a batch ends where the next offer has another instant. */
  readonly batchOffers?: number
}
/** How far the archive is: all bytes are read and sorted before the first batch. Unit of each pair: as named. */
export interface ArchiveProgress {
  readonly bytesRead: number
  readonly bytesTotal: number
  readonly offersMade: number
  /** Null until every file is read. */
  readonly offersTotal: number | null
}
export interface Archive extends OfferSource {
  progress(): ArchiveProgress
  summary(): ArchiveSummary
}

/** A folder that is no archive. */
export class ArchiveError extends Error {
  override name = 'ArchiveError'
}

const filesOf = (folder: string): readonly ArchiveFile[] => {
  if (!existsSync(folder)) throw new ArchiveError(`There is no folder ${folder}.`)
  const files = FILE_KINDS.flatMap((kind) => {
    const file = [`${kind}.csv`, `${kind}.csv.gz`].find((name) => existsSync(join(folder, name)))
    if (file === undefined) return []
    return [{ path: join(folder, file), name: `${basename(resolve(folder))}/${file}`, kind }]
  })
  if (!files.some(({ kind }) => kind === 'runs'))
    throw new ArchiveError(
      `${folder} holds no runs.csv and no runs.csv.gz. An archive folder holds runs.csv with the columns ` +
        `${FILES.runs.required.join(', ')}, and may hold steps.csv and tests.csv.`,
    )
  return files
}

/** Cuts offers into batches between two instants. */
function* cut(offers: Iterable<Offer>, from: number, atLeast: number): Generator<OfferBatch> {
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

/**
 * The records of archive folders in order of time; records of one instant in the order queued, started, steps, tests,
 * finished, then by id, so that the order of the rows does not matter. The cursor is the number of offers made.
 * Throws {@link ArchiveError} for a folder that is no archive; what is wrong inside one is reported and goes on.
 */
export const openArchive = (
  folders: readonly string[],
  { batchOffers = BATCH_OFFERS }: ArchiveOptions = {},
): Archive => {
  const files = folders.flatMap(filesOf)
  const bytesTotal = files.reduce((sum, { path }) => sum + statSync(path).size, 0)
  let reports: FileReport[] = []
  let progress: ArchiveProgress = { bytesRead: 0, bytesTotal, offersMade: 0, offersTotal: null }

  async function* batches(from: number, signal: AbortSignal): AsyncGenerator<OfferBatch> {
    reports = []
    progress = { bytesRead: 0, bytesTotal, offersMade: from, offersTotal: null }
    const sorter = openSorter()
    try {
      for (const file of files) {
        const report = createFileReport(file.name)
        reports.push(report)
        const onRead = (bytes: number): void => {
          progress = { ...progress, bytesRead: progress.bytesRead + bytes }
        }
        await loadFile(file, sorter, report, onRead, signal)
      }
      progress = { ...progress, offersTotal: sorter.finish(UNPLACED) }
      for (const batch of cut(sorter.sorted(from), from, batchOffers)) {
        signal.throwIfAborted()
        progress = { ...progress, offersMade: batch.cursor }
        yield batch
      }
    } finally {
      sorter.close()
    }
  }
  return {
    name: `archive:${folders.map((folder) => basename(resolve(folder))).join('+')}`,
    batches,
    progress: () => progress,
    summary: () => ({
      files: reports.map((report) => report.summary()),
      problems: reports.flatMap((report) => report.examples),
    }),
  }
}
