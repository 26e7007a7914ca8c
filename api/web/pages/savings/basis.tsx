import type { Savings } from '../../lib/answers.ts'
import { count, hours } from '../../lib/format.ts'
import { FAILING } from '../../lib/runs-behind.ts'

/** What the savings rest on; the counts of runs open their lists. */
export const Basis = ({
  of: { passing, failing, censored, failedSeconds },
  behind,
}: {
  readonly of: Savings
  /** Address of the scored runs that ended so. */
  readonly behind: (outcome: string) => string
}) => (
  <>
    <a href={behind('success')}>{count(passing)} passing</a> and{' '}
    <a href={behind(FAILING)}>{count(failing)} failing</a> runs scored, {count(censored)} without a
    class; failing runs took {hours(failedSeconds)}. Advice mode: nothing was stopped, every outcome
    was seen.
  </>
)
