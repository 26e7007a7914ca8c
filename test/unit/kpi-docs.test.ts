import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { kpiTable } from '../../processors/kpi/docs.ts'

/** Prettier pads the cells; the words are what counts. */
const words = (table: string): string[] =>
  table
    .trim()
    .split('\n')
    .map((line) => line.replace(/-{3,}/g, '---').replace(/ +/g, ' '))

it('the KPI table of the documentation is that of the code', () => {
  const page = readFileSync(new URL('../../docs/kpis.md', import.meta.url), 'utf8')
  const [, table = ''] = /<!-- kpis -->([\s\S]*)<!-- \/kpis -->/.exec(page) ?? []
  expect(words(table)).toEqual(words(kpiTable()))
})
