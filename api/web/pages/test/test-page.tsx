import { useAnswer } from '../../data/use-answer.ts'
import type { TestAnswer } from '../../lib/answers.ts'
import { count } from '../../lib/format.ts'
import { WhenReady } from '../../parts/asked.tsx'
import { Panel } from '../../parts/panel.tsx'
import { TestInJobs } from './test-in-jobs.tsx'
import { VariantsTable } from './variants-table.tsx'

/** One test in all its jobs: where it fails, by variant and by job. */
export const TestPage = ({ test }: { readonly test: string }) => {
  const asked = useAnswer<TestAnswer>(`/v1/tests/${encodeURIComponent(test)}`, {
    on: ['tick'],
    everyMs: 15_000,
  })
  return (
    <>
      <div class="page-head">
        <nav aria-label="Path" class="crumbs small">
          <a href="/tests">Tests</a>
        </nav>
        <h1 class="break">{test}</h1>
      </div>
      <WhenReady asked={asked} what="this test">
        {({ variants, jobs }) => (
          <>
            <Panel title="By variant" isFlush note="over the last 7 days; the most failures first">
              <VariantsTable variants={variants} />
            </Panel>
            <Panel
              title={jobs.length === 1 ? 'In 1 job' : `In ${count(jobs.length)} jobs`}
              isFlush
              note="the worst first; a name opens its runs"
            >
              <TestInJobs jobs={jobs} />
            </Panel>
          </>
        )}
      </WhenReady>
    </>
  )
}
