import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import avro from 'avsc'
import { parquetReadObjects } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import type { RecordOf, TopicName } from '../../schemas/topics.ts'
import { exportTables, type TablesOptions } from '../../sinks/export/tables/export.ts'
import { pseudonymOf } from '../../sinks/export/tables/pseudonyms.ts'
import { published } from '../support/api-deps.ts'
import { MemoryLog } from '../support/memory-views.ts'
import { NOON, sampleMergeForecast, sampleRun } from '../support/sample-records.ts'
import { temporaryFolder } from '../support/temporary.ts'

const TOPIC = 'ci.merge-forecasts.v1'
const DAY = 86_400_000
const USUAL: TablesOptions = {
  ...{ format: 'parquet', topics: [TOPIC, 'ci.runs.v1'], key: null },
  signal: new AbortController().signal,
}
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(parquet|avro|new)$/.test(name))
    .sort()
const rowsOf = async (path: string): Promise<Record<string, unknown>[]> => {
  const bytes = readFileSync(path)
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  return parquetReadObjects({ file: file })
}
const logOf = (...records: RecordOf<TopicName>[]): MemoryLog => {
  const log = new MemoryLog()
  log.append(
    records.map((record) => published('job' in record ? 'ci.runs.v1' : TOPIC, record as never)),
  )
  return log
}
const forecasts = [
  sampleMergeForecast(),
  sampleMergeForecast({ eventId: '2', observedAt: NOON + 1, source: '../x', sha: null }),
  sampleMergeForecast({ eventId: '3', observedAt: NOON + DAY }),
]

describe('the export of tables', () => {
  it('writes a file for each day and source, whose rows are the records', async () => {
    const folder = temporaryFolder()
    const summary = await exportTables(
      logOf(...forecasts, sampleRun({ stepOutcome: 'success' })),
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
    const [row] = await rowsOf(join(folder, filesIn(folder)[1] ?? ''))
    const { observedAt, openedAt, eventAt, pull, ...same } = sampleMergeForecast()
    expect(row).toEqual({
      ...{ ...same, pull: BigInt(pull), eventAt: new Date(eventAt) },
      ...{ observedAt: new Date(observedAt), openedAt: new Date(openedAt) },
    })
    const [run] = await rowsOf(join(folder, filesIn(folder)[3] ?? ''))
    expect(run).toMatchObject({ outcome: sampleRun().outcome, stepOutcome: 'success' })
    const [odd] = await rowsOf(join(folder, filesIn(folder)[0] ?? ''))
    expect(odd).toMatchObject({ source: '../x', sha: null })
  })

  it('goes on where it stopped, and writes again what a crash left half', async () => {
    const folder = temporaryFolder()
    const log = logOf(forecasts[0] ?? sampleMergeForecast())
    await exportTables(log, folder, USUAL)
    const before = readFileSync(join(folder, 'export.json'), 'utf8')
    log.append([published(TOPIC, forecasts[2] ?? sampleMergeForecast())])
    const second = await exportTables(log, folder, USUAL)
    expect(second.records[TOPIC]).toBe(1)
    const files = filesIn(folder)
    // As if it had died before it noted how far it was.
    writeFileSync(join(folder, 'export.json'), before)
    await exportTables(log, folder, USUAL)
    expect(filesIn(folder)).toEqual(files)
    expect((await exportTables(log, folder, USUAL)).files).toBe(0)
  })

  it('writes Avro containers that carry the schema of the topic', async () => {
    const folder = temporaryFolder()
    await exportTables(logOf(...forecasts), folder, { ...USUAL, format: 'avro' })
    const [, path = ''] = filesIn(folder)
    const read: unknown[] = []
    await new Promise((resolve, reject) => {
      avro
        .createFileDecoder(join(folder, path))
        .on('data', (record: unknown) => read.push(record))
        .on('error', reject)
        .on('end', resolve)
    })
    expect(read).toHaveLength(1)
    expect(JSON.parse(JSON.stringify(read[0]))).toMatchObject({
      eventId: forecasts[0]?.eventId,
      pull: 7,
    })
  })

  it('tells logins as pseudonyms of a key, and no title', async () => {
    const folder = temporaryFolder()
    await exportTables(logOf(forecasts[0] ?? sampleMergeForecast()), folder, {
      ...USUAL,
      key: 'a key of some length',
    })
    const [row] = await rowsOf(join(folder, filesIn(folder)[0] ?? ''))
    expect(row).toMatchObject({ author: pseudonymOf('ada', 'a key of some length'), title: null })
    expect(row?.['author']).toMatch(/^user-[0-9a-f]{12}$/)
    expect(pseudonymOf('Ada', 'k')).toBe(pseudonymOf('ada', 'k'))
    expect(pseudonymOf('ada', 'k')).not.toBe(pseudonymOf('ada', 'l'))
    expect(pseudonymOf('dependabot[bot]', 'k')).toBe('dependabot[bot]')
    await expect(exportTables(logOf(), folder, USUAL)).rejects.toThrow('with pseudonyms')
  })

  it('has a dictionary of every column, from the schemas', async () => {
    const folder = temporaryFolder()
    await exportTables(logOf(), folder, USUAL)
    const text = readFileSync(join(folder, 'DICTIONARY.md'), 'utf8')
    expect(text).toContain('## ci.merge-forecasts.v1')
    expect(text).toContain(
      '| pMerge | DOUBLE | no | Probability that it merges at all. Unit: ratio 0..1. |',
    )
    expect(existsSync(join(folder, 'export.json'))).toBe(true)
  })
})
