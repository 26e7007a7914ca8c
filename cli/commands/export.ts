/** `stopline export`: what a store has heard, as recorded CI that can be replayed. */

import { EmbeddedLog } from '../../runtime/embedded/log.ts'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import { TOPICS, type TopicName } from '../../schemas/topics.ts'
import { exportArchive, type ExportSummary } from '../../sinks/export/archive/export.ts'
import { exportTables, USUAL_TOPICS, type TablesOptions } from '../../sinks/export/tables/export.ts'
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
data dictionary, and goes on where it stopped. It reads a store beside the process that writes it.`,
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
      doc: 'Replace logins in tables, by the key in STOPLINE_EXPORT_KEY, and leave titles out.',
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
    const { values, positionals, signal } = invocation
    const [folder = ''] = positionals
    const source = textOption(invocation, 'source')
    const from = timeOption(invocation, 'from')
    const to = timeOption(invocation, 'to')
    const store = new EmbeddedStore(existingStore(invocation), { readOnly: true })
    const progress = createProgress('export')
    const format = formatOf(invocation)
    try {
      if (format !== null) return await exportAsTables(invocation, store, format)
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
  },
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

const LEAST_KEY = 16
const tablesOptions = (invocation: Invocation, format: FormatName): TablesOptions => {
  const topics = textOption(invocation, 'topics')?.split(',') ?? USUAL_TOPICS
  const unknown = topics.find((topic) => !Object.hasOwn(TOPICS, topic))
  if (unknown !== undefined)
    throw new UsageError(`there is no topic ${unknown}: see stopline topics`)
  const key = process.env['STOPLINE_EXPORT_KEY'] ?? ''
  const isPseudonymous = invocation.values['pseudonyms'] === true
  if (isPseudonymous && key.length < LEAST_KEY)
    throw new UsageError(
      `--pseudonyms takes a key of at least ${LEAST_KEY} characters in STOPLINE_EXPORT_KEY; keep it: it makes a person the same one in the next export`,
    )
  const { signal } = invocation
  return {
    format,
    topics: topics as readonly TopicName[],
    key: isPseudonymous ? key : null,
    signal,
  }
}

const exportAsTables = async (
  invocation: Invocation,
  store: EmbeddedStore,
  format: FormatName,
): Promise<number> => {
  const [folder = ''] = invocation.positionals
  const options = tablesOptions(invocation, format)
  const summary = await exportTables(new EmbeddedLog(store), folder, options)
  if (invocation.values['json'] === true) process.stdout.write(`${JSON.stringify(summary)}\n`)
  else {
    process.stdout.write(`${folder}: ${summary.files} files\n`)
    for (const [topic, count] of Object.entries(summary.records))
      process.stdout.write(`  ${topic.padEnd(24)} ${String(count).padStart(9)} records\n`)
  }
  return EXIT.ok
}

const timeOption = (invocation: Invocation, name: string): number | undefined => {
  const text = textOption(invocation, name)
  if (text === undefined) return undefined
  const time = Date.parse(text)
  if (Number.isNaN(time))
    throw new UsageError(`--${name} takes a time such as 2026-03-02T00:00:00Z, not '${text}'`)
  return time
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
