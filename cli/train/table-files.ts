/**
 * The files of a training table: `features.npy` holds the features, `rows.csv` what they are of, line by line, `table.json` what
 * the features mean. They are closed whatever happens, so that a folder that is taken away harms nobody.
 */

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openLineFile } from '../backtest/jsonl.ts'
import { openNpy } from './npy.ts'

interface TableShape {
  /** Columns of `rows.csv`. */
  readonly columns: readonly string[]
  readonly features: readonly { readonly name: string; readonly doc: string }[]
}
export type AppendRow = (
  features: Float32Array,
  about: readonly (string | number | null)[],
) => Promise<void>

/** Returns how many rows `fill` has appended; what it returns stands in `table.json`, too. */
export const writeTable = async (
  folder: string,
  { columns, features }: TableShape,
  fill: (append: AppendRow) => Promise<object>,
): Promise<number> => {
  await mkdir(folder, { recursive: true })
  const values = await openNpy(join(folder, 'features.npy'), features.length)
  const about = await openLineFile(join(folder, 'rows.csv'))
  let rows = 0
  let more: object
  try {
    await about.write(columns.join(','))
    more = await fill(async (row, line) => {
      rows += 1
      await values.append(row)
      await about.write(line.join(','))
    })
  } finally {
    await values.close()
    await about.close()
  }
  const named = features.map(({ name, doc }) => ({ name, doc }))
  const table = { rows, ...more, features: named }
  await writeFile(join(folder, 'table.json'), `${JSON.stringify(table, null, 1)}\n`)
  return rows
}

/** Example: a,"b" becomes "a,""b""". */
export const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
