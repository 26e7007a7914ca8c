/** Small archives in temporary folders, and all that they offer. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openArchive, type ArchiveOptions } from '../../producers/archive/archive.ts'
import type { ArchiveSummary } from '../../producers/archive/report.ts'
import type { Offer, OfferBatch } from '../../runtime/ports.ts'

export const RUN_COLUMNS =
  'source,repo,job,run_id,attempt,queued_at,started_at,finished_at,status,conclusion,trigger,branch,sha'

/** A folder with these files, removed after the test. */
export const archiveFolder = (files: Readonly<Record<string, string | Buffer>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'archive-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  return folder
}

/** A line of runs.csv in the order of {@link RUN_COLUMNS}; `id` also shifts its minute. */
export const runLine = (
  id: number,
  more: { finish?: string; conclusion?: string } = {},
): string => {
  const minute = String(id % 60).padStart(2, '0')
  const finish = more.finish ?? `2026-01-01T11:${minute}:30Z`
  return `ci,o/r,build,${id},1,,2026-01-01T10:${minute}:00Z,${finish},completed,${more.conclusion ?? 'success'},push,main,abc`
}
export const runsCsv = (...lines: readonly string[]): string =>
  [RUN_COLUMNS, ...lines, ''].join('\n')

export interface Heard {
  readonly batches: readonly OfferBatch[]
  readonly offers: readonly Offer[]
  readonly summary: ArchiveSummary
}

/** Everything the folders offer. */
export const hear = async (
  folders: readonly string[],
  options: ArchiveOptions = {},
  from = 0,
): Promise<Heard> => {
  const archive = openArchive(folders, options)
  const batches: OfferBatch[] = []
  for await (const batch of archive.batches(from, new AbortController().signal)) batches.push(batch)
  const offers = batches.flatMap((batch) => batch.offers)
  return { batches, offers, summary: archive.summary() }
}

/** Runs.csv as it is, alone in a folder. */
export const hearRuns = async (content: string | Buffer, name = 'runs.csv'): Promise<Heard> =>
  hear([archiveFolder({ [name]: content })])

/** Problems as `line N: reason`, in the order in which they were met. */
export const problemsOf = ({ summary }: Heard): readonly string[] =>
  summary.problems.map(({ line, reason }) => `line ${line}: ${reason}`)

/** Ids of the runs whose end was offered, in order. */
export const endedRuns = ({ offers }: Heard): readonly string[] =>
  offers.flatMap(({ record }) =>
    'kind' in record && record.kind === 'finished' && 'runId' in record ? [record.runId] : [],
  )

/** Dead letters of an archive, without the name of its folder. */
export const deadLetters = ({ offers }: Heard) =>
  offers.flatMap(({ record }) =>
    'payload' in record ? [{ ...record, origin: `archive:${basename(record.origin)}` }] : [],
  )
