import { now } from '../../data/status.ts'
import type { ClusterAnswer } from '../../lib/answers.ts'
import { clusterName, runsOfCluster } from '../../lib/clusters.ts'
import { count, duration } from '../../lib/format.ts'
import { SourceTag } from '../../parts/source-tag.tsx'

/** What runs and what waits on each cluster, on one scale: a long light end is a queue. */
export const LoadBars = ({ clusters }: { readonly clusters: readonly ClusterAnswer[] }) => {
  const most = Math.max(1, ...clusters.map(({ running, queued }) => running + queued))
  return (
    <ul class="loads">
      {clusters.map((cluster) => (
        <LoadLine
          key={`${cluster.source}/${cluster.cluster ?? ''}`}
          cluster={cluster}
          most={most}
        />
      ))}
    </ul>
  )
}

const LoadLine = ({
  cluster,
  most,
}: {
  readonly cluster: ClusterAnswer
  readonly most: number
}) => {
  const { source, running, queued, starved, oldestQueuedAt } = cluster
  const behind = runsOfCluster(cluster)
  return (
    <li>
      <p class="row">
        <b class="break">{clusterName(cluster)}</b>
        <span class="small quiet">
          <SourceTag source={source} />
        </span>
      </p>
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect class="runs" width={(100 * running) / most} height="8" />
        <rect class="waits" x={(100 * running) / most} width={(100 * queued) / most} height="8" />
      </svg>
      <p class="small">
        {behind === null ? (
          `${count(running)} running`
        ) : (
          <a href={behind}>{count(running)} running</a>
        )}
        {' · '}
        {count(queued)} waiting
        {oldestQueuedAt !== null && ` for up to ${duration((now() - oldestQueuedAt) / 1000)}`}
        {starved > 0 && <span class="tag red">{count(starved)} starved of capacity</span>}
      </p>
    </li>
  )
}
