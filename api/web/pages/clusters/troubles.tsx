import type { ClusterState } from '../../../../schemas/events.ts'
import type { ClusterAnswer } from '../../lib/answers.ts'
import { clusterName } from '../../lib/clusters.ts'
import { count, figure } from '../../lib/format.ts'
import { Message } from '../../parts/asked.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'

/** What telemetry says ails each cluster; those without trouble say so, those of which nothing is told are not here. */
export const Troubles = ({ clusters }: { readonly clusters: readonly ClusterAnswer[] }) => {
  const told = clusters.filter(({ states }) => states.length > 0)
  return told.length === 0 ? (
    <Message title="No telemetry tells of clusters">
      Name a Prometheus in the configuration, and what it fires for clusters is shown here.
    </Message>
  ) : (
    <ul class="stack">
      {told.map((cluster) => (
        <li key={`${cluster.source}/${cluster.cluster ?? ''}`}>
          <p>
            <b>{clusterName(cluster)}</b>
          </p>
          {cluster.states.map((state) => (
            <StateLine key={state.reporter} state={state} />
          ))}
        </li>
      ))}
    </ul>
  )
}

const StateLine = ({ state }: { readonly state: ClusterState }) => (
  <p class="small break">
    {state.troubles.length === 0 && <span class="quiet">no trouble · </span>}
    {state.troubles.map(({ name, severity, count: times }) => (
      <span key={name}>
        <span class="tag red">
          {name}
          {severity !== null && `, ${severity}`}
          {times > 1 && ` × ${count(times)}`}
        </span>{' '}
      </span>
    ))}
    <span class="quiet">
      weight {figure(state.weight)} · {state.reporter} · <TimeAgo at={state.observedAt} />
    </span>
  </p>
)
