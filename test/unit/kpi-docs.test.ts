import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { KPI_TABLES } from '../../processors/kpi/docs.ts'
import { ID } from '../../processors/kpi/names.ts'
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

it('the counters of partials are all in the table of the documentation', () => {
  const page = readFileSync(new URL('../../docs/kpis.md', import.meta.url), 'utf8')
  const [, table = ''] = /\n## Partials\n([\s\S]*?)\n## /.exec(page) ?? []
  const named = [...table.matchAll(/`([^`]+)`/g)].map(
    ([, name = '']) => new RegExp(`^${name.replaceAll(/<\w+>/g, '\\w+')}$`),
  )
  expect(Object.keys(ID).filter((name) => !named.some((each) => each.test(name)))).toEqual([])
})
