import type { Kpi, KpiValue } from '../../../schemas/events.ts'
import { Sparkline, type SparkPoint } from '../charts/sparkline.tsx'
import { address, setParams } from '../data/router.ts'
import { useStore } from '../data/store.ts'
import { useAnswer } from '../data/use-answer.ts'
import { inTileOrder, kpiBasis, kpiText, kpiTitle } from '../lib/kpis.ts'
import { query, type Subject } from '../lib/routes.ts'
import { runsBehind } from '../lib/runs-behind.ts'
import { Message, WhenReady } from './asked.tsx'
import { Panel } from './panel.tsx'
import { Segments } from './segments.tsx'
import { Tile } from './tile.tsx'

const WINDOWS = [
  ['now', 'now'],
  ['24h', '24 h'],
  ['7d', '7 d'],
  ['14d', '14 d'],
] as const
type WindowName = (typeof WINDOWS)[number][0]

/** Every KPI of a subject over a window: value, what it rests on, interval, and how it went. */
export const KpiTiles = ({ dimension, subject }: Subject) => {
  const chosen = new URLSearchParams(useStore(address).split('?')[1] ?? '').get('window')
  const window = WINDOWS.find(([name]) => name === chosen)?.[0] ?? '7d'
  const of = { dimension, subject, window }
  const kpis = useAnswer<readonly Kpi[]>(`/v1/kpis${query(of)}`, { on: ['kpi'], everyMs: 5000 })
  const history = useAnswer<readonly Kpi[]>(
    window === 'now' ? null : `/v1/kpis/history${query({ ...of, limit: 120 })}`,
    { on: ['kpi'], everyMs: 30_000 },
  )
  const past = history.state === 'ready' ? [...history.data].reverse() : []
  return (
    <Panel
      title="KPIs"
      note={
        <Segments<WindowName>
          label="Window of the KPIs"
          options={WINDOWS}
          chosen={window}
          onChoose={(value) => {
            setParams({ window: value })
          }}
        />
      }
    >
      <WhenReady asked={kpis} what="the KPIs">
        {([record]) =>
          record === undefined ? (
            <Message title="Nothing was heard in this window">Choose a longer one.</Message>
          ) : (
            <dl class="tiles">
              {inTileOrder(record).map((value) => (
                <KpiTile
                  key={value.kpi}
                  value={value}
                  past={past}
                  behind={runsBehind(of, value.kpi, window, record.eventAt)}
                />
              ))}
            </dl>
          )
        }
      </WhenReady>
    </Panel>
  )
}

/** One KPI of a record, with how it went. */
export const KpiTile = ({
  value,
  past,
  behind,
}: {
  readonly value: KpiValue
  readonly past: readonly Kpi[]
  /** Address of the runs that it rests on. */
  readonly behind: string
}) => (
  <Tile
    name={kpiTitle(value.kpi)}
    value={value.value === null ? kpiText(value) : <a href={behind}>{kpiText(value)}</a>}
    under={`${kpiBasis(value)}${value.n > 0 && value.n < 10 ? ' · few runs' : ''}`}
    title={value.kpi}
  >
    <Sparkline points={pointsOf(value.kpi, past)} />
  </Tile>
)

const pointsOf = (name: string, past: readonly Kpi[]): SparkPoint[] =>
  past.flatMap((record) => {
    const found = record.values.find((value) => value.kpi === name)
    return found === undefined ? [] : [{ ...found, at: record.eventAt }]
  })
