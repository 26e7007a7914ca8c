/** The KPI tables as Markdown: `docs/kpis.md` holds each between markers, and a test fails where one is stale. */

import { KPIS } from './index.ts'
import { TEST_KPIS } from './tests/index.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|')
const tableOf = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map(cell).join(' | ')} |`)
    .join('\n')

/** KPIs of runs. */
export const kpiTable = (): string =>
  tableOf(
    ['KPI', 'unit', 'windows', 'of', 'definition', 'interval'],
    KPIS.map(({ name, unit, windows, dimensions, doc, interval }) => [
      `\`${name}\``,
      ...[unit, windows.join(', '), dimensions.join(', '), doc, interval],
    ]),
  )

/** KPIs of tests, with what AI4CI published under their names. */
export const testKpiTable = (): string =>
  tableOf(
    ['KPI', 'AI4CI', 'unit', 'windows', 'definition', '`compat`, as published'],
    TEST_KPIS.map(({ name, ai4ci, unit, windows, doc, compatDoc }) => [
      `\`${name}\``,
      ...[ai4ci === null ? '' : String(ai4ci), unit, windows.join(', '), doc, compatDoc ?? ''],
    ]),
  )

/** Tables by the marker that they stand after. */
export const KPI_TABLES: Readonly<Record<string, () => string>> = {
  kpis: kpiTable,
  'test-kpis': testKpiTable,
}
