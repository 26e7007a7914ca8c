/** The KPI tables as Markdown: `docs/kpis.md` holds each between markers, and a test fails where one is stale. */

import { CATALOGUE, type Told } from './catalogue.ts'
import { CLUSTER_KPIS } from './clusters/index.ts'
import { KPIS } from './index.ts'
import { PULL_KPIS } from './pulls/index.ts'
import { isOfLabels } from './row.ts'
import { TEST_KPIS } from './tests/index.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|')
const tableOf = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map(cell).join(' | ')} |`)
    .join('\n')

/** KPIs of runs. */
const kpiTable = (): string =>
  tableOf(
    ['KPI', 'unit', 'windows', 'of', 'definition', 'interval'],
    KPIS.map(({ name, unit, windows, dimensions, counts, doc, interval }) => [
      `\`${name}\``,
      ...[
        unit,
        windows.join(', '),
        [...dimensions, ...(isOfLabels({ counts }) ? ['label'] : [])].join(', '),
      ],
      ...[doc, interval],
    ]),
  )

/** KPIs of tests, with what AI4CI published under their names. */
const testKpiTable = (): string =>
  tableOf(
    ['KPI', 'AI4CI', 'unit', 'windows', 'definition', '`compat`, as published'],
    TEST_KPIS.map(({ name, ai4ci, unit, windows, doc, compatDoc }) => [
      `\`${name}\``,
      ...[ai4ci === null ? '' : String(ai4ci), unit, windows.join(', '), doc, compatDoc ?? ''],
    ]),
  )

/** KPIs of pulls and issues. */
const pullKpiTable = (): string =>
  tableOf(
    ['KPI', 'unit', 'windows', 'definition', 'source'],
    PULL_KPIS.map(({ name, unit, windows, doc, source }) => [
      `\`${name}\``,
      ...[unit, windows.join(', '), doc, source],
    ]),
  )

/** KPIs of clusters. */
const clusterKpiTable = (): string =>
  tableOf(
    ['KPI', 'unit', 'windows', 'definition'],
    CLUSTER_KPIS.map(({ name, unit, windows, doc }) => [
      `\`${name}\``,
      ...[unit, windows.join(', '), doc],
    ]),
  )

const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')
const toldIn = (told: Told): string => {
  if ('notCollected' in told) return `not collected: ${told.notCollected}`
  if ('answer' in told) return `\`${told.answer}\``
  if ('topic' in told) return `\`${told.topic}\` ${code(told.fields)}`
  return `KPIs of ${told.of}: ${code(told.kpis)}`
}
/** Where each of the 46 is told. */
const catalogueTable = (): string =>
  tableOf(
    ['#', 'KPI', 'where it is told'],
    CATALOGUE.map(({ name, told }, i) => [String(i + 1), name, told.map(toldIn).join('; ')]),
  )

/** Tables by the marker that they stand after. */
export const KPI_TABLES: Readonly<Record<string, () => string>> = {
  kpis: kpiTable,
  'test-kpis': testKpiTable,
  'pull-kpis': pullKpiTable,
  'cluster-kpis': clusterKpiTable,
  catalogue: catalogueTable,
}
