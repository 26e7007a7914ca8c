import type { Incident, Level } from '../../../../schemas/events.ts'
import { address } from '../../data/router.ts'
import { useStore } from '../../data/store.ts'
import { useAnswer } from '../../data/use-answer.ts'
import { levelOf, type Rows } from '../../lib/running.ts'
import { WhenReady } from '../../parts/asked.tsx'
import { Panel } from '../../parts/panel.tsx'
import { Filters, filterOf } from './filters.tsx'
import { Head } from './head.tsx'
import { Incidents } from './incidents.tsx'
import { RunningTable } from './running-table.tsx'
import { useRunning } from './use-running.ts'

/** What runs now, likeliest to fail first. */
export const NowPage = () => {
  const filter = filterOf(useStore(address))
  const { rows, asked } = useRunning()
  const queued = useAnswer<readonly unknown[]>('/v1/runs?state=queued&limit=200', {
    on: ['run', 'tick'],
    everyMs: 5000,
    rows: 1000,
  })
  const incidents = useAnswer<readonly Incident[]>('/v1/incidents?state=open&limit=100', {
    on: ['incident'],
    rows: 1000,
  })
  return (
    <>
      <h1 class="unseen">Running now</h1>
      <Head rows={rows} queued={queued} incidents={incidents} />
      <div class="now-columns">
        <Panel
          title="Running runs"
          isFlush
          note={<Filters filter={filter} sources={sourcesOf(rows)} counts={levelCounts(rows)} />}
        >
          {rows === null ? (
            <WhenReady asked={asked} what="the running runs">
              {() => null}
            </WhenReady>
          ) : (
            <RunningTable rows={rows} filter={filter} />
          )}
        </Panel>
        <Incidents asked={incidents} />
      </div>
    </>
  )
}

const sourcesOf = (rows: Rows | null): string[] =>
  [...new Set([...(rows?.values() ?? [])].map((row) => row.forecast.source))].sort()

const levelCounts = (rows: Rows | null): Map<Level, number> => {
  const counts = new Map<Level, number>()
  for (const row of rows?.values() ?? []) {
    const level = levelOf(row)
    counts.set(level, (counts.get(level) ?? 0) + 1)
  }
  return counts
}
