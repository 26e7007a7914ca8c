import type { RunningRow } from '../../lib/running.ts'

/** What was heard inside the run that speaks against it. */
export const Signals = ({ row }: { readonly row: RunningRow }) => {
  const run = row.run
  if (run === null || (run.failedSteps.length === 0 && run.failedTests === 0)) return null
  const [first, ...more] = run.failedSteps
  return (
    <>
      {first !== undefined && (
        <span class="tag red" title={run.failedSteps.join(', ')}>
          ✕ step {first}
          {more.length > 0 ? ` and ${more.length} more` : ''}
        </span>
      )}
      {run.failedTests > 0 && (
        <span class="tag red">
          ✕ {run.failedTests} red test{run.failedTests > 1 ? 's' : ''}
        </span>
      )}
    </>
  )
}
