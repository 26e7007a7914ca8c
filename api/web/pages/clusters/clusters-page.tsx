import type { Incident } from '../../../../schemas/events.ts'
import { useAnswer } from '../../data/use-answer.ts'
import type { ClusterAnswer, RunAnswer } from '../../lib/answers.ts'
import { Message, WhenReady } from '../../parts/asked.tsx'
import { IncidentLine } from '../../parts/incident-line.tsx'
import { Panel } from '../../parts/panel.tsx'
import { ClusterTable } from './cluster-table.tsx'
import { LoadBars } from './load-bars.tsx'
import { QueueTable } from './queue-table.tsx'
import { Troubles } from './troubles.tsx'

/** Rules whose incidents are about places and queues, or many runs at once. */
const OF_PLACES = new Set([
  ...['cluster-outage', 'queue-stuck', 'mass-failure', 'timeout-spike', 'external-regression'],
  ...['source-unheard', 'merge-blocked'],
])
const OFTEN = { on: ['tick'], everyMs: 5000 } as const

/** Clusters and queues: what runs and waits where, what ails them, and how their runs end. */
export const ClustersPage = () => {
  const clusters = useAnswer<readonly ClusterAnswer[]>('/v1/clusters', OFTEN)
  const queued = useAnswer<readonly RunAnswer[]>('/v1/runs?state=queued&limit=500', {
    ...OFTEN,
    rows: 1000,
  })
  const incidents = useAnswer<readonly Incident[]>('/v1/incidents?state=open&limit=200', OFTEN)
  return (
    <>
      <h1>Clusters and queues</h1>
      <WhenReady asked={clusters} what="the clusters">
        {(all) =>
          all.length === 0 ? (
            <Message title="No cluster was heard of">
              Clusters are heard as the label <code>cluster</code> of runs, as groups of runners,
              and from telemetry (<code>--prometheus</code>).
            </Message>
          ) : (
            <>
              <div class="columns">
                <Panel title="Load now" note="runs that run, and that wait">
                  <LoadBars clusters={all} />
                </Panel>
                <Panel title="Troubles" note="as telemetry last told them">
                  <Troubles clusters={all} />
                </Panel>
              </div>
              <Panel title="How their runs end" isFlush note="told at full hours">
                <ClusterTable clusters={all} />
              </Panel>
            </>
          )
        }
      </WhenReady>
      <div class="columns">
        <Panel title="Longest waits" isFlush note="runs that wait for a machine now">
          <WhenReady asked={queued} what="the queue">
            {(runs) => <QueueTable runs={runs.map(({ run }) => run)} />}
          </WhenReady>
        </Panel>
        <Panel
          title="Open incidents of places and queues"
          note={<a href="/incidents">all incidents</a>}
        >
          <WhenReady asked={incidents} what="the incidents">
            {(open) => <PlaceIncidents incidents={open} />}
          </WhenReady>
        </Panel>
      </div>
    </>
  )
}

const PlaceIncidents = ({ incidents }: { readonly incidents: readonly Incident[] }) => {
  const those = incidents.filter(({ alert }) => OF_PLACES.has(alert))
  return those.length === 0 ? (
    <Message title="None is open" />
  ) : (
    <ul class="incidents">
      {those.map((incident) => (
        <IncidentLine key={incident.incident} incident={incident} />
      ))}
    </ul>
  )
}
