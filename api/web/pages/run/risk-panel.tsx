import type { RunRef } from '../../../../schemas/events.ts'
import { useAnswer } from '../../data/use-answer.ts'
import type { RiskAnswer } from '../../lib/answers.ts'
import { count, percent } from '../../lib/format.ts'
import { pullRuns, runApi, testPath } from '../../lib/routes.ts'
import { Panel } from '../../parts/panel.tsx'

/** Whether the failed tests of a run point at its own change; nothing where no grid of tests holds it. */
export const RiskPanel = ({ run }: { readonly run: RunRef }) => {
  const asked = useAnswer<RiskAnswer>(runApi(run, '/risk'), { on: ['run', 'score'], everyMs: 5000 })
  if (asked.state !== 'ready' || asked.data.risk === null) return null
  const { level, reason, tests, failed } = asked.data.risk
  return (
    <Panel title="Risk by its failed tests" note="by Sippy's rule; it gives no chance">
      <p>
        <b>{level}</b> <span class="quiet">{reason}</span>
      </p>
      {tests.length > 0 && (
        <ul>
          {tests.map(({ test, level: of, before, likeJobs, elsewhere }) => (
            <li key={test} class="break">
              <a href={testPath(test)}>{test}</a>{' '}
              <span class="quiet">
                {of}:{' '}
                {before.denominator === 0
                  ? 'nothing was heard of it before'
                  : `passed ${percent(before.value)}, ${count(before.numerator)} of ${count(before.denominator)} before`}
                {likeJobs.denominator > 0 &&
                  `; passed ${percent(likeJobs.value)}, ${count(likeJobs.numerator)} of ${count(likeJobs.denominator)} in like jobs`}
                {elsewhere.length > 0 && (
                  <>
                    ; failed on{' '}
                    {elsewhere.map((pull, at) => (
                      <>
                        {at > 0 && ', '}
                        <a href={pullRuns({ ...run, pull })}>#{pull}</a>
                      </>
                    ))}{' '}
                    too
                  </>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
      {failed > tests.length && (
        <p class="quiet small">
          The first {count(tests.length)} of {count(failed)} are shown.
        </p>
      )}
    </Panel>
  )
}
