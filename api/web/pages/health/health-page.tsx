import type { Kpi } from '../../../../schemas/events.ts'
import { useAnswer, type Asked } from '../../data/use-answer.ts'
import { Message, WhenReady } from '../../parts/asked.tsx'
import { Panel } from '../../parts/panel.tsx'
import { SubjectsTable } from './subjects-table.tsx'

/** The week of all communities and repositories, the worst pass rates first. */
export const HealthPage = () => (
  <>
    <h1>Health</h1>
    <WeekPanel title="Communities" dimension="community" />
    <WeekPanel title="Repositories" dimension="repo" />
  </>
)

const WeekPanel = ({
  title,
  dimension,
}: {
  readonly title: string
  readonly dimension: string
}) => (
  <Panel title={title} isFlush note="over the last 7 days; the worst pass rate first">
    <WhenReady asked={useWeek(dimension)} what={`the KPIs of ${title.toLowerCase()}`}>
      {(week) =>
        week.length === 0 ? (
          <Message title="No pane of an hour has ended yet">
            KPIs of more than one job are told at the ends of panes.
          </Message>
        ) : (
          <SubjectsTable week={week} />
        )
      }
    </WhenReady>
  </Panel>
)

const useWeek = (dimension: string): Asked<readonly Kpi[]> =>
  useAnswer<readonly Kpi[]>(`/v1/kpis?dimension=${dimension}&window=7d&limit=500`, {
    on: ['tick'],
    everyMs: 30_000,
  })
