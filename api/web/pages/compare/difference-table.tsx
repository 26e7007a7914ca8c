import type { KpiValue } from '../../../../schemas/events.ts'
import type { CompareAnswer } from '../../lib/answers.ts'
import { range } from '../../lib/format.ts'
import { kpiBasis, kpiText, kpiTitle } from '../../lib/kpis.ts'

type Row = CompareAnswer['rows'][number]

/** Each KPI on both sides, with what lies between them and whether that is more than chance. */
export const DifferenceTable = ({ answer }: { readonly answer: CompareAnswer }) => (
  <table class="differences">
    <thead>
      <tr>
        <th scope="col">KPI</th>
        <th scope="col" class="number">
          Base
        </th>
        <th scope="col" class="number">
          Sample
        </th>
        <th scope="col" class="number">
          Difference
        </th>
        <th scope="col">More than chance</th>
      </tr>
    </thead>
    <tbody>
      {answer.rows.map((row) => (
        <tr key={row.kpi}>
          <th scope="row">{kpiTitle(row.kpi)}</th>
          <Side of={row.base} />
          <Side of={row.sample} />
          <td class="number">{differenceText(row)}</td>
          <td>{verdictOf(row)}</td>
        </tr>
      ))}
    </tbody>
  </table>
)

const Side = ({ of }: { readonly of: KpiValue | null }) => (
  <td class="number">
    {of === null ? '—' : kpiText(of)}
    {of?.value != null && <p class="small quiet c-more">{kpiBasis(of)}</p>}
  </td>
)

const signed = (kpi: string, value: number): string => {
  const text = kpiText({ kpi, value })
  return value > 0 && !text.startsWith('+') ? `+${text}` : text
}
const differenceText = ({ kpi, difference, low, high }: Row) => {
  if (difference === null) return '—'
  const between = low === null ? '' : range(low, high, (value) => signed(kpi, value))
  return (
    <>
      {signed(kpi, difference)}
      {between !== '' && <p class="small quiet c-more">{between}</p>}
    </>
  )
}
const verdictOf = ({ isApart }: Row): string =>
  isApart === null ? 'cannot be told' : isApart ? 'yes, 95 %' : 'no'
