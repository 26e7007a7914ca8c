import type { Kpi } from '../../../../schemas/events.ts'
import { useAnswer } from '../../data/use-answer.ts'
import { query } from '../../lib/routes.ts'
import { runsBehind } from '../../lib/runs-behind.ts'
import { Message, WhenReady } from '../../parts/asked.tsx'
import { KpiTile } from '../../parts/kpi-tiles.tsx'
import { Panel } from '../../parts/panel.tsx'

/** How a cluster does beside others that run the same jobs, over the last 24 hours. */
export const PeersPanel = ({ cluster }: { readonly cluster: string }) => {
  const of = { dimension: 'peers', subject: cluster, window: '24h' }
  const kpis = useAnswer<readonly Kpi[]>(`/v1/kpis${query(of)}`, { on: ['kpi'], everyMs: 30_000 })
  const history = useAnswer<readonly Kpi[]>(`/v1/kpis/history${query({ ...of, limit: 120 })}`, {
    ...{ on: ['kpi'], everyMs: 30_000 },
  })
  const past = history.state === 'ready' ? [...history.data].reverse() : []
  return (
    <Panel title="Beside other clusters" note="same jobs elsewhere, 24 h">
      <WhenReady asked={kpis} what="the comparison">
        {([record]) =>
          record === undefined ? (
            <Message title="Nothing to compare">
              None of its jobs ran here and elsewhere in the 24 hours before the last full hour.
            </Message>
          ) : (
            <dl class="tiles">
              {record.values.map((value) => (
                <KpiTile
                  key={value.kpi}
                  value={value}
                  past={past}
                  behind={runsBehind(of, value.kpi, of.window, record.eventAt)}
                />
              ))}
            </dl>
          )
        }
      </WhenReady>
    </Panel>
  )
}
