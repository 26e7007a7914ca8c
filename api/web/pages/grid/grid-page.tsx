import type { JobRef, TestSheet, TestTab } from '../../../../schemas/events.ts'
import { jobKey } from '../../../../schemas/keys.ts'
import { address, setParams } from '../../data/router.ts'
import { useStore } from '../../data/store.ts'
import { useAnswer } from '../../data/use-answer.ts'
import { count } from '../../lib/format.ts'
import { gridRows } from '../../lib/tests.ts'
import { jobApi } from '../../lib/routes.ts'
import { Message, WhenReady } from '../../parts/asked.tsx'
import { Crumbs } from '../../parts/crumbs.tsx'
import { KpiTiles } from '../../parts/kpi-tiles.tsx'
import { Panel } from '../../parts/panel.tsx'
import { FailureGroups } from './failure-groups.tsx'
import { GridRows } from './grid-rows.tsx'
import { TabHead } from './tab-head.tsx'
import { TestFacts } from './test-facts.tsx'

interface GridAnswer {
  readonly tab: TestTab
  readonly sheets: readonly TestSheet[]
}

/** The tests of one job, run by run: which fail, since when, and what fails together. */
export const GridPage = ({ job }: { readonly job: JobRef }) => {
  const params = new URLSearchParams(useStore(address).split('?')[1] ?? '')
  const words = params.get('q') ?? ''
  const test = params.get('test')
  const asked = useAnswer<GridAnswer>(jobApi(job, '/grid'), { on: ['score'], everyMs: 15_000 })
  return (
    <>
      <div class="page-head">
        <Crumbs job={job} isRun />
        <h1>Tests of {job.job}</h1>
        {asked.state === 'ready' && <TabHead tab={asked.data.tab} />}
      </div>
      {test !== null && <TestFacts job={job} test={test} />}
      <Panel
        title="Grid"
        isFlush
        note={
          <div class="choices">
            <span>runs from left to right, newest right; a full cell failed</span>
            <input
              type="search"
              aria-label="Words in the name of the test"
              placeholder="Filter by name"
              value={words}
              onInput={(event) => {
                setParams({ q: event.currentTarget.value })
              }}
            />
          </div>
        }
      >
        <WhenReady asked={asked} what="the tests of this job">
          {({ tab, sheets }) => {
            const rows = gridRows(tab, sheets, words)
            return rows.length === 0 ? (
              <Message title="No test fits the filter" />
            ) : (
              <>
                <GridRows job={job} rows={rows} chosen={test} />
                <p class="quiet small more">
                  {count(rows.length)} tests, {count(tab.columns.length)} runs
                </p>
              </>
            )
          }}
        </WhenReady>
      </Panel>
      <FailureGroups job={job} />
      <KpiTiles dimension="tests" subject={jobKey(job)} title="KPIs of tests" />
    </>
  )
}
