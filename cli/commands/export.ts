/** `stopline export`: what a store has heard, as recorded CI that can be replayed. */

import { EmbeddedLog } from '../../runtime/embedded/log.ts'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import { parseInstant } from '../../producers/archive/instant.ts'
import { RefusedRow } from '../../producers/archive/problems.ts'
import { exportArchive, type ExportSummary } from '../../sinks/export/archive/export.ts'
import { FORMATS, type FormatName } from '../../sinks/export/tables/formats.ts'
import {
  EXIT,
  JSON_OPTION,
  STORE_OPTION,
  textOption,
  UsageError,
  type Command,
  type Invocation,
} from '../command.ts'
import { exportAsTables } from '../export-tables.ts'
import { createProgress } from '../progress.ts'
import { existingStore } from '../store-folder.ts'

export const exportCommand: Command = {
  name: 'export',
  takes: 'DIR',
  minArguments: 1,
  maxArguments: 1,
  summary: 'write what a store has heard as recorded CI, or its topics as Parquet or Avro',
  help: `Writes the runs, steps and tests of a store as an archive (docs/archive.md), so that stopline replay and backtest
of that folder see the same runs again. With --format parquet or avro it writes topics as tables, by day and source, with a
data dictionary, and goes on where it stopped. It reads a store beside the process that writes it; tables, without --store,
where STOPLINE_KAFKA_BROKERS is set, come from the topics on Kafka.`,
  options: {
    store: STORE_OPTION,
    format: {
      type: 'string',
      value: 'FORMAT',
      doc: 'archive (default), parquet or avro.',
    },
    topics: {
      type: 'string',
      value: 'TOPIC,...',
      doc: 'Topics of the tables; else the usual ones.',
    },
    pseudonyms: {
      type: 'boolean',
      doc: 'Replace logins in tables, by the key in STOPLINE_EXPORT_KEY, and leave titles and branches out.',
    },
    gzip: { type: 'boolean', doc: 'Write .csv.gz.' },
    overwrite: { type: 'boolean', doc: 'Replace the files of an earlier export.' },
    source: { type: 'string', value: 'NAME', doc: 'Only this source.' },
    from: {
      type: 'string',
      value: 'TIME',
      doc: 'Only runs first heard of from then on (ISO 8601).',
    },
    to: { type: 'string', value: 'TIME', doc: 'Only runs first heard of before then.' },
    json: JSON_OPTION,
  },
  run: async (invocation) => {
    const format = formatOf(invocation)
    if (format === null) return exportAsArchive(invocation)
    refuse(invocation, OF_ARCHIVES, `--format ${format}`)
    return exportAsTables(invocation, format)
  },
}

/** Options of one way that would do nothing on the other, where somebody relies on them. */
const OF_ARCHIVES = ['gzip', 'overwrite', 'source', 'from', 'to']
const OF_TABLES = ['topics', 'pseudonyms']
const refuse = ({ values }: Invocation, names: readonly string[], way: string): void => {
  const given = names.find((name) => values[name] !== undefined)
  if (given !== undefined) throw new UsageError(`--${given} does nothing with ${way}`)
}

const exportAsArchive = async (invocation: Invocation): Promise<number> => {
  const { values, positionals, signal } = invocation
  refuse(invocation, OF_TABLES, '--format archive')
  const [folder = ''] = positionals
  const source = textOption(invocation, 'source')
  const from = timeOption(invocation, 'from')
  const to = timeOption(invocation, 'to')
  const store = new EmbeddedStore(existingStore(invocation), { readOnly: true })
  const progress = createProgress('export')
  try {
    const summary = await exportArchive(new EmbeddedLog(store), folder, {
      gzip: values['gzip'] === true,
      overwrite: values['overwrite'] === true,
      ...(source === undefined ? {} : { source }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      signal,
      onProgress: (records) => {
        progress.show(null, `${records.toLocaleString('en')} records`)
      },
    })
    if (values['json'] === true) process.stdout.write(`${JSON.stringify(summary)}\n`)
    else print(summary)
    return summary.runs === 0 ? EXIT.nothingRead : EXIT.ok
  } finally {
    store.close()
  }
}

const formatOf = (invocation: Invocation): FormatName | null => {
  const format = textOption(invocation, 'format') ?? 'archive'
  if (format === 'archive') return null
  if (!Object.hasOwn(FORMATS, format))
    throw new UsageError(
      `--format takes archive, ${Object.keys(FORMATS).join(' or ')}, not '${format}'`,
    )
  return format as FormatName
}

/** A day alone begins in UTC. */
const DAY = /^\d{4}-\d\d-\d\d$/
const timeOption = (invocation: Invocation, name: string): number | undefined => {
  const text = textOption(invocation, name)
  if (text === undefined) return undefined
  try {
    return parseInstant(DAY.test(text) ? `${text}T00:00Z` : text, `--${name}`) ?? undefined
  } catch (error) {
    if (!(error instanceof RefusedRow)) throw error
    throw new UsageError(`${error.message}: it takes 2026-03-02T00:00:00Z, or a day`)
  }
}

const print = ({ folder, runs, openRuns, files, leftOut, lostBefore }: ExportSummary): void => {
  process.stdout.write(`${folder}: ${runs} runs, ${openRuns} of them still open\n`)
  for (const { file, rows, bytes } of files)
    process.stdout.write(`  ${file.padEnd(14)} ${String(rows).padStart(9)} rows  ${bytes} bytes\n`)
  for (const [what, count] of Object.entries(leftOut))
    process.stdout.write(`  left out, no place in the format: ${count} ${what}\n`)
  if (lostBefore !== null)
    process.stdout.write(
      `  records before ${new Date(lostBefore).toISOString()} are past retention\n`,
    )
}
