import { keyParts } from '../../../../schemas/keys.ts'
import type { JobRow } from '../../../../schemas/views.ts'
import { useAnswer } from '../../data/use-answer.ts'
import type { RunAnswer } from '../../lib/answers.ts'
import { query, type Subject } from '../../lib/routes.ts'
import { isSlice, runsBehind } from '../../lib/runs-behind.ts'
import { chosenKey } from '../../lib/subject-keys.ts'
import { Message, WhenReady } from '../../parts/asked.tsx'
import { JobsTable } from '../../parts/jobs-table.tsx'
import { KpiTiles } from '../../parts/kpi-tiles.tsx'
import { Panel } from '../../parts/panel.tsx'
import { RunsTable } from '../../parts/runs-table.tsx'
import { DoraPanel } from './dora-panel.tsx'
import { PeersPanel } from './peers-panel.tsx'

const ROWS = 200
const RUNS = 50

/** One repository, community or value of a label: its KPIs, and what is behind them. */
export const SubjectPage = ({ of }: { readonly of: Subject }) => {
  const [source = '', repo = ''] = keyParts(of.subject)
  const now = chosenKey({ ...of, window: '24h' })
  const week = chosenKey({ ...of, window: '7d' })
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
          {!isSlice(of.dimension) && (
            <>
              <a href={`/savings${query({ ...of })}`}>savings and calibration</a> ·{' '}
            </>
          )}
          <a href={`/compare${query({ base: week, sample: now })}`}>compare</a>
        </p>
      </div>
      <KpiTiles {...of} />
      {of.dimension === 'cluster' && <PeersPanel cluster={of.subject} />}
      {of.dimension === 'repo' && (
        <KpiTiles dimension="pulls" subject={of.subject} title="Pull requests, issues and people" />
      )}
      {of.dimension === 'repo' && <DoraPanel of={{ source, repo }} />}
      {isSlice(of.dimension) ? <NewestRuns of={of} /> : <JobsBehind of={of} />}
    </>
  )
}

/** The newest runs that have the label. */
const NewestRuns = ({ of }: { readonly of: Subject }) => {
  const behind = runsBehind(of, 'failure_streak', 'now', 0)
  const asked = useAnswer<readonly RunAnswer[]>(`/v1${behind}&limit=${RUNS}`, {
    ...{ on: ['tick'], everyMs: 30_000, rows: RUNS },
  })
  return (
    <Panel title="Newest runs behind these figures" isFlush>
      <WhenReady asked={asked} what="the runs">
        {(runs) => <RunsTable runs={runs.map(({ run }) => run)} />}
      </WhenReady>
    </Panel>
  )
}

const JobsBehind = ({ of }: { readonly of: Subject }) => {
  const [source = '', repo = ''] = keyParts(of.subject)
  const jobs = useAnswer<readonly JobRow[]>(
    `/v1/jobs${query({ q: repo || source, limit: ROWS })}`,
    { on: ['tick'], everyMs: 30_000 },
  )
  const own = (job: JobRow): boolean => job.source === source && (repo === '' || job.repo === repo)
  return (
    <Panel title="Jobs behind these figures" isFlush note={`at most ${ROWS}, the last heard first`}>
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
  )
}
