/** The KPI table as Markdown: `docs/kpis.md` holds it between markers, and a test fails where it is stale. */

import { KPIS } from './index.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|')

export const kpiTable = (): string =>
  [
    '| KPI | unit | windows | of | definition | interval |',
    '| --- | --- | --- | --- | --- | --- |',
    ...KPIS.map(
      (row) =>
        `| \`${row.name}\` | ${row.unit} | ${row.windows.join(', ')} | ${row.dimensions.join(', ')} | ${cell(row.doc)} | ${cell(row.interval)} |`,
    ),
  ].join('\n')
