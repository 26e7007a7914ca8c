import type { Kpi, KpiValue } from '../../../schemas/events.ts'
import { Sparkline, type SparkPoint } from '../charts/sparkline.tsx'
import { address, setParams } from '../data/router.ts'
import { useStore } from '../data/store.ts'
import { useAnswer } from '../data/use-answer.ts'
import { compatText, inTileOrder, kpiBasis, kpiText, kpiTitle } from '../lib/kpis.ts'
import { query, type Subject } from '../lib/routes.ts'
import { behindKpi } from '../lib/runs-behind.ts'
import { Message, WhenReady } from './asked.tsx'
import { Panel } from './panel.tsx'
import { Segments } from './segments.tsx'
import { Tile } from './tile.tsx'

const OF_RUNS = [
  ['now', 'now'],
  ['24h', '24 h'],
  ['7d', '7 d'],
  ['14d', '14 d'],
] as const
const OF_OTHERS = [
  ['now', 'now'],
  ['7d', '7 d'],
  ['30d', '30 d'],
] as const
type WindowName = (typeof OF_RUNS | typeof OF_OTHERS)[number][0]
/** Windows of the KPIs of a dimension. */
const windowsOf = (dimension: string): readonly (readonly [WindowName, string])[] =>
  dimension === 'tests' || dimension === 'pulls' ? OF_OTHERS : OF_RUNS

/** Every KPI of a subject over a window: value, what it rests on, interval, and how it went. */
export const KpiTiles = ({
  dimension,
  subject,
  title = 'KPIs',
}: Subject & { readonly title?: string }) => {
  const chosen = new URLSearchParams(useStore(address).split('?')[1] ?? '').get('window')
  const windows = windowsOf(dimension)
  const window = windows.find(([name]) => name === chosen)?.[0] ?? '7d'
  const of = { dimension, subject, window }
  const kpis = useAnswer<readonly Kpi[]>(`/v1/kpis${query(of)}`, { on: ['kpi'], everyMs: 5000 })
  const history = useAnswer<readonly Kpi[]>(
    window === 'now' ? null : `/v1/kpis/history${query({ ...of, limit: 120 })}`,
    { on: ['kpi'], everyMs: 30_000 },
  )
  const past = history.state === 'ready' ? [...history.data].reverse() : []
  return (
    <Panel
      title={title}
      note={
        <Segments<WindowName>
          label={`Window of ${title}`}
          options={windows}
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
                  behind={behindKpi(of, value.kpi, window, record.eventAt)}
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
  /** Address of what it rests on; null where no page shows it. */
  readonly behind: string | null
}) => (
  <Tile
    name={kpiTitle(value.kpi)}
    value={
      value.value === null || behind === null ? (
        kpiText(value)
      ) : (
        <a href={behind}>{kpiText(value)}</a>
      )
    }
    under={[kpiBasis(value), value.n > 0 && value.n < 10 ? 'few' : '', compatText(value)]
      .filter((part) => part !== '')
      .join(' · ')}
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
