import { keyParts } from '../../../../schemas/keys.ts'
import type { JobRow } from '../../../../schemas/views.ts'
import { useAnswer } from '../../data/use-answer.ts'
import { query, type Subject } from '../../lib/routes.ts'
import { Message, WhenReady } from '../../parts/asked.tsx'
import { JobsTable } from '../../parts/jobs-table.tsx'
import { KpiTiles } from '../../parts/kpi-tiles.tsx'
import { Panel } from '../../parts/panel.tsx'

const ROWS = 200

/** One repository or community: its KPIs, and the jobs behind them. */
export const SubjectPage = ({ of }: { readonly of: Subject }) => {
  const [source = '', repo = ''] = keyParts(of.subject)
  const jobs = useAnswer<readonly JobRow[]>(
    `/v1/jobs${query({ q: repo || source, limit: ROWS })}`,
    {
      on: ['tick'],
      everyMs: 30_000,
    },
  )
  const own = (job: JobRow): boolean => job.source === source && (repo === '' || job.repo === repo)
  return (
    <>
      <div class="page-head">
        <nav aria-label="Path" class="crumbs small">
          <a href="/health">Health</a>
          <span aria-hidden="true">/</span>
          <span>{of.dimension}</span>
          {source === 'demo' && <span class="tag simulated">simulated</span>}
        </nav>
        <h1>{keyParts(of.subject).join(' · ')}</h1>
        <p class="quiet">
          <a href={`/savings${query({ ...of })}`}>savings and calibration</a>
        </p>
      </div>
      <KpiTiles {...of} />
      <Panel
        title="Jobs behind these figures"
        isFlush
        note={`at most ${ROWS}, the last heard first`}
      >
        <WhenReady asked={jobs} what="the jobs">
          {(rows) => {
            const those = rows.filter(own)
            return those.length === 0 ? (
              <Message title="No job of it was heard of" />
            ) : (
              <JobsTable jobs={those} />
            )
          }}
        </WhenReady>
      </Panel>
    </>
  )
}
