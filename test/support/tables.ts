/** What an export of tables holds, as others read it. */

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import avro from 'avsc'
import { parquetReadObjects } from 'hyparquet'

export type Row = Readonly<Record<string, unknown>>

/** Files of tables below a folder, those too that are being written. */
export const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(parquet|avro|new)$/.test(name))
    .sort()

export const parquetRows = (path: string): Promise<Row[]> => {
  const bytes = readFileSync(path)
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  return parquetReadObjects({ file: file })
}
export const avroRows = (path: string): Promise<Row[]> =>
  new Promise((resolve, reject) => {
    const rows: Row[] = []
    avro
      .createFileDecoder(path)
      .on('data', (row: Row) => rows.push(row))
      .on('error', reject)
      .on('end', () => {
        resolve(rows)
      })
  })

/** Every row of an export as text, behind the topic, day and source of its file, in an order of its own. */
export const allRows = async (folder: string): Promise<string[]> => {
  const all: string[] = []
  for (const file of filesIn(folder)) {
    const path = join(folder, file)
    for (const row of await (file.endsWith('.avro') ? avroRows(path) : parquetRows(path)))
      all.push(`${dirname(file)} ${JSON.stringify(row, exact)}`)
  }
  return all.sort()
}
const exact = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value
