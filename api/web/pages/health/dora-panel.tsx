import type { KpiValue } from '../../../../schemas/events.ts'
import { useAnswer } from '../../data/use-answer.ts'
import { count, duration, figure } from '../../lib/format.ts'
import { kpiTitle } from '../../lib/kpis.ts'
import { doraApi, type RepoRef } from '../../lib/routes.ts'
import { Panel } from '../../parts/panel.tsx'

/** A figure of DORA as the API tells it: without a value, and what comes nearest. */
interface DoraAnswer {
  readonly name: string
  readonly definition: string
  readonly needs: string
  readonly near: {
    readonly kpi: string
    readonly window: string
    readonly unit: string
    readonly but: string
    readonly reading: KpiValue | null
  } | null
}

/** DORA's figures of a repository: not collected, what would tell them, and what is known instead. */
export const DoraPanel = ({ of }: { readonly of: RepoRef }) => {
  const asked = useAnswer<readonly DoraAnswer[]>(doraApi(of))
  if (asked.state !== 'ready') return null
  return (
    <Panel title="DORA" isFlush note="no source tells of deployments">
      <table class="dora">
        <thead>
          <tr>
            <th scope="col">Figure</th>
            <th scope="col">Value</th>
            <th scope="col">Nearest that is known</th>
          </tr>
        </thead>
        <tbody>
          {asked.data.map(({ name, definition, needs, near }) => (
            <tr key={name}>
              <td>
                <b>{kpiTitle(name)}</b>
                <p class="small quiet">{definition}</p>
              </td>
              <td>
                not collected
                <p class="small quiet">needs {needs}</p>
              </td>
              <td>{near === null ? '—' : <Near of={near} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  )
}

const Near = ({
  of: { kpi, window, unit, but, reading },
}: {
  readonly of: NonNullable<DoraAnswer['near']>
}) => (
  <>
    {kpiTitle(kpi)}, {window}:{' '}
    <b>{unit === 'seconds' ? duration(reading?.value) : figure(reading?.value)}</b>{' '}
    <span class="small quiet">n {count(reading?.n ?? 0)}</span>
    <p class="small quiet">{but}</p>
  </>
)
