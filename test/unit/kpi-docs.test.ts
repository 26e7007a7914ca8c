import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { KPI_TABLES } from '../../processors/kpi/docs.ts'
import { oracleTable } from '../oracle/table.ts'

/** Prettier pads the cells; the words are what counts. */
const words = (table: string): string[] =>
  table
    .trim()
    .split('\n')
    .map((line) => line.replace(/-{3,}/g, '---').replace(/ +/g, ' '))

it.each([...Object.entries(KPI_TABLES), ['oracle', oracleTable] as const])(
  'the table %s of the documentation is that of the code',
  (marker, table) => {
    const page = readFileSync(new URL('../../docs/kpis.md', import.meta.url), 'utf8')
    const between = new RegExp(`<!-- ${marker} -->([\\s\\S]*)<!-- /${marker} -->`)
    const [, found = ''] = between.exec(page) ?? []
    expect(words(found)).toEqual(words(table()))
  },
)
