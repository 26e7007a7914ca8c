import type { Kpi, KpiValue } from '../../../../schemas/events.ts'
import type { ClusterAnswer } from '../../lib/answers.ts'
import { clusterName, clusterSubject } from '../../lib/clusters.ts'
import { kpiBasis, kpiText } from '../../lib/kpis.ts'
import { subjectPath, type Subject } from '../../lib/routes.ts'
import { runsBehind } from '../../lib/runs-behind.ts'
import { Message } from '../../parts/asked.tsx'
import { PassRate } from '../../parts/pass-rate.tsx'
import { SourceTag } from '../../parts/source-tag.tsx'

const COLUMNS = [
  ['infra_failure_rate', 'Infrastructure'],
  ['timeout_rate', 'Timed out'],
  ['queue_p50', 'Median wait'],
  ['queue_p95', '95th wait'],
  ['wasted_hours', 'Wasted'],
] as const

/** Clusters with their day: pass rate, also beside the same jobs elsewhere, failures of infrastructure, waits, waste. */
export const ClusterTable = ({ clusters }: { readonly clusters: readonly ClusterAnswer[] }) => {
  const told = clusters.filter(({ day, week }) => day !== null || week !== null)
  if (told.length === 0)
    return (
      <Message title="No full hour has passed yet">
        KPIs of clusters are told at full hours, over 24 hours and 7 days.
      </Message>
    )
  return (
    <table class="subjects">
      <thead>
        <tr>
          <th scope="col">Cluster</th>
          <th scope="col">Pass rate, 24 h</th>
          <th scope="col" class="number">
            Beside others
          </th>
          {COLUMNS.map(([kpi, word]) => (
            <th key={kpi} scope="col" class="number">
              {word}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {told.map((cluster) => (
          <ClusterLine key={`${cluster.source}/${cluster.cluster ?? ''}`} cluster={cluster} />
        ))}
      </tbody>
    </table>
  )
}

const valueOf = (kpi: Kpi | null, name: string): KpiValue | undefined =>
  kpi?.values.find((value) => value.kpi === name)

const ClusterLine = ({ cluster }: { readonly cluster: ClusterAnswer }) => {
  const { source, day, week, peers } = cluster
  const of = clusterSubject(cluster)
  const kpi = day ?? week
  const passRate = valueOf(kpi, 'run_pass_rate')
  return (
    <tr>
      <td class="break">
        {of === null ? (
          clusterName(cluster)
        ) : (
          <a class="strong" href={subjectPath(of)}>
            {clusterName(cluster)}
          </a>
        )}
        <p class="small quiet">
          <SourceTag source={source} />
        </p>
      </td>
      <td class="c-rate">
        {passRate !== undefined && (
          <PassRate
            of={passRate}
            behind={
              of === null || kpi === null
                ? null
                : runsBehind(of, passRate.kpi, kpi.window, kpi.eventAt)
            }
          />
        )}
      </td>
      <Figure of={of} kpi={peers} name="cluster_health_delta" />
      {COLUMNS.map(([name]) => (
        <Figure key={name} of={of} kpi={kpi} name={name} />
      ))}
    </tr>
  )
}

/** A KPI of a cluster, with the runs behind it. */
const Figure = ({
  of,
  kpi,
  name,
}: {
  readonly of: Subject | null
  readonly kpi: Kpi | null
  readonly name: string
}) => {
  const value = valueOf(kpi, name)
  if (kpi === null || value === undefined || value.value === null) return <td class="number">—</td>
  const text = kpiText(value)
  return (
    <td class="number" title={kpiBasis(value)}>
      {of === null ? text : <a href={runsBehind(of, name, kpi.window, kpi.eventAt)}>{text}</a>}
    </td>
  )
}
