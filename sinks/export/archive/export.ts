/** What the log holds as recorded CI in files: an archive folder that can be replayed. */

import { openSpill, type Spill } from '../../../runtime/embedded/spill.ts'
import type { LogReader } from '../../../runtime/ports.ts'
import { CODECS } from '../../../schemas/codec.ts'
import { csvChunks } from './csv.ts'
import { claimFolder, dropPartials, fileName, publish, writePartial } from './files.ts'
import { COLUMNS, EARLY_LABELS, FILE_KINDS, type FileKind } from './format.ts'
import { gather, type ExportRange, type Gathered } from './gather.ts'
import { runRows, stepRows, testRows, type ArchiveRow } from './rows.ts'

export interface ExportOptions extends ExportRange {
  /** Writes .csv.gz instead of .csv. */
  readonly gzip?: boolean
  /** Replaces the archive in a folder that is not empty; other files in it stay. */
  readonly overwrite?: boolean
}
interface ExportedFile {
  readonly file: string
  readonly rows: number
  readonly bytes: number
}
export interface ExportSummary extends Pick<Gathered, 'records' | 'leftOut' | 'lostBefore'> {
  readonly folder: string
  readonly runs: number
  /** Runs whose end has not been heard. */
  readonly openRuns: number
  /** runs.csv always; steps.csv and tests.csv where they have rows. */
  readonly files: readonly ExportedFile[]
}

interface Counts {
  runs: number
  openRuns: number
}

function* rowsOf(spill: Spill, kind: FileKind, counts: Counts): Generator<ArchiveRow> {
  for (const group of spill.groups(kind))
    if (kind === 'tests') {
      yield* testRows(group.map((bytes) => CODECS['test-result'].decode(bytes)))
    } else {
      const facts = group.map((bytes) => CODECS['run-event'].decode(bytes))
      if (kind === 'runs') {
        counts.runs += 1
        if (!facts.some((fact) => fact.kind === 'finished')) counts.openRuns += 1
      }
      yield* kind === 'runs' ? runRows(facts) : stepRows(facts)
    }
}

/** The fixed columns, then what is known early, then the rest by name. */
const columnsOf = (kind: FileKind, extras: ReadonlySet<string>): readonly string[] => {
  const early = EARLY_LABELS.filter((column) => extras.has(column))
  const late = [...extras].filter((column) => !early.includes(column)).sort()
  return [...COLUMNS[kind], ...early, ...late]
}

const writeFiles = async (
  spill: Spill,
  { extras }: Gathered,
  folder: string,
  { gzip = false, signal }: ExportOptions,
): Promise<Counts & Pick<ExportSummary, 'files'>> => {
  const counts = { runs: 0, openRuns: 0 }
  const files: ExportedFile[] = []
  for (const kind of FILE_KINDS) {
    let rows = 0
    const file = fileName(kind, gzip)
    const chunks = csvChunks(columnsOf(kind, extras[kind]), rowsOf(spill, kind, counts), () => {
      rows += 1
    })
    const bytes = await writePartial(folder, file, chunks, signal)
    if (rows > 0 || kind === 'runs') files.push({ file, rows, bytes })
  }
  return { ...counts, files }
}

/**
 * Writes runs.csv, steps.csv and tests.csv of what the log holds into a folder: the facts as they were heard, each once,
 * at the instant they happened. Replaying the folder gives the same runs. Left out, and counted in the summary, is what
 * the format has no place for: test counts and log lengths told while a run goes on, and labels that cannot be columns.
 * An end that was only concluded from silence is not written: it was never heard. Facts of one run are put together on
 * disk, so that memory does not grow with the log. The files get their names only when all are whole. Throws
 * {@link ExportError} where the folder cannot be written or is not empty, and the signal's reason.
 */
export const exportArchive = async (
  log: LogReader,
  folder: string,
  options: ExportOptions = {},
): Promise<ExportSummary> => {
  options.signal?.throwIfAborted()
  await claimFolder(folder, options.overwrite ?? false)
  const spill = openSpill()
  try {
    const gathered = await gather(log, spill, options)
    const { runs, openRuns, files } = await writeFiles(spill, gathered, folder, options)
    await publish(
      folder,
      files.map(({ file }) => file),
    )
    const { records, leftOut, lostBefore } = gathered
    return { folder, records, runs, openRuns, files, leftOut, lostBefore }
  } finally {
    spill.close()
    await dropPartials(folder)
  }
}
