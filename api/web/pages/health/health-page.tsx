import type { Kpi } from '../../../../schemas/events.ts'
import { SLICE_DIMENSIONS, type SliceDimension } from '../../../../schemas/slices.ts'
import { address, setParams } from '../../data/router.ts'
import { useStore } from '../../data/store.ts'
import { useAnswer, type Asked } from '../../data/use-answer.ts'
import { Message, WhenReady } from '../../parts/asked.tsx'
import { Panel } from '../../parts/panel.tsx'
import { Segments } from '../../parts/segments.tsx'
import { SubjectsTable } from './subjects-table.tsx'

const CHOICES = SLICE_DIMENSIONS.map((dimension) => [dimension, dimension] as const)

/** The week of all communities, repositories, and values of a label, the worst pass rates first. */
export const HealthPage = () => {
  const chosen = new URLSearchParams(useStore(address).split('?')[1] ?? '').get('by')
  const by = SLICE_DIMENSIONS.find((dimension) => dimension === chosen) ?? 'branch'
  return (
    <>
      <h1>Health</h1>
      <WeekPanel title="Communities" dimension="community" />
      <Panel
        title="By label"
        isFlush
        note={
          <Segments<SliceDimension>
            label="Label"
            options={CHOICES}
            chosen={by}
            onChoose={(value) => {
              setParams({ by: value === 'branch' ? null : value })
            }}
          />
        }
      >
        <Week title={`runs by ${by}`} dimension={by} />
      </Panel>
      <WeekPanel title="Repositories" dimension="repo" />
    </>
  )
}

const WeekPanel = ({
  title,
  dimension,
}: {
  readonly title: string
  readonly dimension: string
}) => (
  <Panel title={title} isFlush note="over the last 7 days; the worst pass rate first">
    <Week title={title.toLowerCase()} dimension={dimension} />
  </Panel>
)

const Week = ({ title, dimension }: { readonly title: string; readonly dimension: string }) => (
  <WhenReady asked={useWeek(dimension)} what={`the KPIs of ${title}`}>
    {(week) =>
      week.length === 0 ? (
        <Message title={`No full hour of ${title} has passed yet`}>
          KPIs of more than one job are told at the ends of panes; of labels only where runs have
          them.
        </Message>
      ) : (
        <SubjectsTable week={week} />
      )
    }
  </WhenReady>
)

const useWeek = (dimension: string): Asked<readonly Kpi[]> =>
  useAnswer<readonly Kpi[]>(`/v1/kpis?dimension=${dimension}&window=7d&limit=500`, {
    on: ['tick'],
    everyMs: 30_000,
    rows: 500,
  })
