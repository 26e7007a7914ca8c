import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { TOPIC_NAMES, type RecordOf, type TopicName } from '../../schemas/topics.ts'
import { columnsOf } from '../../sinks/export/tables/columns.ts'
import { resumable } from '../../runtime/one-partition.ts'
import type { ResumableLog } from '../../runtime/ports.ts'
import { exportTables, type TablesOptions } from '../../sinks/export/tables/export.ts'
import {
  PEOPLE,
  pseudonymOf,
  pseudonymous,
  tellingTopic,
} from '../../sinks/export/tables/pseudonyms.ts'
import { published } from '../support/api-deps.ts'
import { MemoryLog } from '../support/memory-views.ts'
import {
  NOON,
  sampleIncident,
  sampleKpi,
  sampleMergeForecast,
  sampleRun,
} from '../support/sample-records.ts'
import { avroRows, filesIn, parquetRows } from '../support/tables.ts'
import { temporaryFolder } from '../support/temporary.ts'

const TOPIC = 'ci.merge-forecasts.v1'
const DAY = 86_400_000
const USUAL: TablesOptions = {
  ...{ format: 'parquet', topics: [TOPIC, 'ci.runs.v1'], key: null, origin: 'store' },
  signal: new AbortController().signal,
}
const logOf = (...records: RecordOf<TopicName>[]): MemoryLog => {
  const log = new MemoryLog()
  log.append(
    records.map((record) => published('job' in record ? 'ci.runs.v1' : TOPIC, record as never)),
  )
  return log
}
const tablesOf = (...records: RecordOf<TopicName>[]): ResumableLog => resumable(logOf(...records))
const forecasts = [
  sampleMergeForecast(),
  sampleMergeForecast({ eventId: '2', observedAt: NOON + 1, source: '../x', sha: null }),
  sampleMergeForecast({ eventId: '3', observedAt: NOON + DAY }),
]

describe('the export of tables', () => {
  it('writes a file for each day and source, whose rows are the records', async () => {
    const folder = temporaryFolder()
    const summary = await exportTables(
      tablesOf(...forecasts, sampleRun({ stepOutcome: 'success' })),
      folder,
      USUAL,
    )
    expect(summary).toMatchObject({ files: 4, records: { [TOPIC]: 3, 'ci.runs.v1': 1 } })
    expect(filesIn(folder)).toEqual([
      `${TOPIC}/day=2024-05-01/source=%2E%2E%2Fx/000000000001.parquet`,
      `${TOPIC}/day=2024-05-01/source=github/000000000000.parquet`,
      `${TOPIC}/day=2024-05-02/source=github/000000000002.parquet`,
      'ci.runs.v1/day=2024-05-01/source=prow/000000000000.parquet',
    ])
    const [row] = await parquetRows(join(folder, filesIn(folder)[1] ?? ''))
    const { observedAt, openedAt, eventAt, pull, ...same } = sampleMergeForecast()
    expect(row).toEqual({
      ...{ ...same, pull: BigInt(pull), eventAt: new Date(eventAt) },
      ...{ observedAt: new Date(observedAt), openedAt: new Date(openedAt) },
    })
    const [run] = await parquetRows(join(folder, filesIn(folder)[3] ?? ''))
    expect(run).toMatchObject({ outcome: sampleRun().outcome, stepOutcome: 'success' })
    const [odd] = await parquetRows(join(folder, filesIn(folder)[0] ?? ''))
    expect(odd).toMatchObject({ source: '../x', sha: null })
  })

  it('goes on where it stopped, and writes again what a crash left half', async () => {
    const folder = temporaryFolder()
    const log = logOf(forecasts[0] ?? sampleMergeForecast())
    await exportTables(resumable(log), folder, USUAL)
    const before = readFileSync(join(folder, 'export.json'), 'utf8')
    log.append([published(TOPIC, forecasts[2] ?? sampleMergeForecast())])
    const second = await exportTables(resumable(log), folder, USUAL)
    expect(second.records[TOPIC]).toBe(1)
    const files = filesIn(folder)
    // As if it had died before it noted how far it was.
    writeFileSync(join(folder, 'export.json'), before)
    await exportTables(resumable(log), folder, USUAL)
    expect(filesIn(folder)).toEqual(files)
    expect((await exportTables(resumable(log), folder, USUAL)).files).toBe(0)
  })

  it('reads partitions one by one, each from where it stopped, and says what went by retention meanwhile', async () => {
    const folder = temporaryFolder()
    const logs = [logOf(...forecasts.slice(0, 2)), logOf()]
    const begins = [0, 0]
    const log: ResumableLog = {
      bounds: (topic) =>
        logs.map((one, partition) => ({
          begin: begins[partition] ?? 0,
          end: one.endOffset(topic),
        })),
      read: (topic, partition, from) => logs[partition]?.read(topic, from) ?? [],
    }
    const options = { ...USUAL, topics: [TOPIC], origin: 'topics' } as const
    expect((await exportTables(log, folder, options)).records).toEqual({ [TOPIC]: 2 })
    logs[1]?.append([published(TOPIC, forecasts[2] ?? sampleMergeForecast())])
    const second = await exportTables(log, folder, options)
    expect(second).toMatchObject({ files: 1, records: { [TOPIC]: 1 }, lost: {} })
    expect(filesIn(folder)).toEqual([
      `${TOPIC}/day=2024-05-01/source=%2E%2E%2Fx/0000-000000000001.parquet`,
      `${TOPIC}/day=2024-05-01/source=github/0000-000000000000.parquet`,
      `${TOPIC}/day=2024-05-02/source=github/0001-000000000000.parquet`,
    ])
    for (const one of logs) one.append(forecasts.map((each) => published(TOPIC, each)))
    begins[0] = 4
    expect((await exportTables(log, folder, options)).lost).toEqual({ [TOPIC]: 2 })
  })

  it('keeps one log to one folder', async () => {
    const folder = temporaryFolder()
    await exportTables(tablesOf(...forecasts), folder, USUAL)
    const onKafka = { ...USUAL, origin: 'topics ci' }
    await expect(exportTables(tablesOf(), folder, onKafka)).rejects.toThrow('pseudonyms of store')
    await expect(exportTables(tablesOf(), folder, USUAL)).rejects.toThrow('it was made anew')
    // As versions before left it.
    const path = join(folder, 'export.json')
    const old = { format: 'parquet', isPseudonymous: false, next: { [TOPIC]: 3 } }
    writeFileSync(path, JSON.stringify(old))
    expect((await exportTables(tablesOf(...forecasts), folder, USUAL)).files).toBe(0)
  })

  it('takes no other key of pseudonyms into a folder, and no other log', async () => {
    const folder = temporaryFolder()
    const named: TablesOptions = { ...USUAL, topics: [TOPIC], key: 'the first of the keys' }
    const log = logOf(forecasts[0] ?? sampleMergeForecast())
    await exportTables(resumable(log), folder, named)
    const other = { ...named, key: 'the second of the keys' }
    await expect(exportTables(resumable(log), folder, other)).rejects.toThrow('another key')
    expect(readFileSync(join(folder, 'export.json'), 'utf8')).not.toContain('first of the keys')
    const elsewhere = sampleMergeForecast({ eventId: 'of another store' })
    await expect(exportTables(tablesOf(elsewhere, ...forecasts), folder, named)).rejects.toThrow(
      'another log',
    )
    log.append([published(TOPIC, forecasts[2] ?? sampleMergeForecast())])
    expect((await exportTables(resumable(log), folder, named)).records).toEqual({ [TOPIC]: 1 })
  })

  it('writes Avro containers that carry the schema of the topic', async () => {
    const folder = temporaryFolder()
    await exportTables(tablesOf(...forecasts), folder, { ...USUAL, format: 'avro' })
    const [, path = ''] = filesIn(folder)
    const read = await avroRows(join(folder, path))
    expect(read).toHaveLength(1)
    expect(JSON.parse(JSON.stringify(read[0]))).toMatchObject({
      eventId: forecasts[0]?.eventId,
      pull: 7,
    })
  })

  it('tells logins as pseudonyms of a key, and no title', async () => {
    const folder = temporaryFolder()
    await exportTables(tablesOf(forecasts[0] ?? sampleMergeForecast()), folder, {
      ...USUAL,
      key: 'a key of some length',
    })
    const [row] = await parquetRows(join(folder, filesIn(folder)[0] ?? ''))
    expect(row).toMatchObject({ author: pseudonymOf('ada', 'a key of some length'), title: null })
    expect(row?.['author']).toMatch(/^user-[0-9a-f]{12}$/)
    expect(pseudonymOf('Ada', 'k')).toBe(pseudonymOf('ada', 'k'))
    expect(pseudonymOf('ada', 'k')).not.toBe(pseudonymOf('ada', 'l'))
    expect(pseudonymOf('dependabot[bot]', 'k')).toBe('dependabot[bot]')
    await expect(exportTables(tablesOf(), folder, USUAL)).rejects.toThrow('with pseudonyms')
  })

  it('knows every field that names people', () => {
    const telling = TOPIC_NAMES.flatMap((topic) => columnsOf(topic))
      .filter(({ doc }) => /\blogins?\b|^Who (asked|has taken|muted)/i.test(doc))
      .map(({ name }) => name)
    expect([...new Set(telling)].sort()).toEqual([...PEOPLE].sort())
    const taken = pseudonymous('ci.incidents.v1', sampleIncident({ ackedBy: 'ada' }), 'k')
    expect(taken).toEqual(sampleIncident({ ackedBy: pseudonymOf('ada', 'k') }))
  })

  it('names no branch where it gives pseudonyms: not that of a run, of its labels, nor of KPIs', async () => {
    const run = sampleRun({ branch: 'ada/fix', labels: { branch: 'ada/fix', cluster: 'b1' } })
    expect(pseudonymous('ci.runs.v1', run, 'k')).toMatchObject({
      branch: null,
      labels: { cluster: 'b1' },
    })
    const log = new MemoryLog()
    const ofBranch = sampleKpi({ dimension: 'branch', subject: 'prow:o/r:ada/fix' })
    log.append(
      [ofBranch, sampleKpi()].map((record) => published('ci.kpi-history.v1', record as never)),
    )
    const options: TablesOptions = { ...USUAL, topics: ['ci.kpi-history.v1'], key: 'k'.repeat(16) }
    const told = await exportTables(resumable(log), temporaryFolder(), options)
    expect(told.records).toEqual({ 'ci.kpi-history.v1': 1 })
    const named = await exportTables(resumable(log), temporaryFolder(), { ...options, key: null })
    expect(named.records).toEqual({ 'ci.kpi-history.v1': 2 })
  })

  it('knows the topics whose sentences name people', () => {
    const fields = (topic: TopicName) => columnsOf(topic).map(({ name }) => name)
    const telling = TOPIC_NAMES.filter((topic) =>
      fields(topic).some((name) => ['verdict', 'note', 'payload'].includes(name)),
    )
    expect(TOPIC_NAMES.filter((topic) => tellingTopic([topic]) !== undefined)).toEqual(telling)
  })

  it('has a dictionary of every column, from the schemas', async () => {
    const folder = temporaryFolder()
    await exportTables(tablesOf(), folder, USUAL)
    const text = readFileSync(join(folder, 'DICTIONARY.md'), 'utf8')
    expect(text).toContain('## ci.merge-forecasts.v1')
    expect(text).toContain(
      '| pMerge | DOUBLE | no | Probability that it merges at all. Unit: ratio 0..1. |',
    )
    expect(existsSync(join(folder, 'export.json'))).toBe(true)
  })
})
