/** A8: most tests of a run fail at once: the place is at fault, not the tests. */

import { percent } from '../../../schemas/percent.ts'
import { HOUR, limit, type ColumnRule } from '../rule.ts'

/** With fewer results a share says nothing. */
const FEWEST = 5

export const massFailure: ColumnRule<'tests' | 'share'> = {
  of: 'column',
  name: 'mass-failure',
  code: 'A8',
  severity: 'critical',
  per: 'job',
  doc: 'In the newest run of a job more than `tests` tests failed, or more than `share` of at least 5. Over with a run that is no such one. Swallows what it says of single tests and runs.',
  advice: 'Look at the cluster, the images and the setup first: single tests are not at fault.',
  coolDownMs: 6 * HOUR,
  swallows: ['consecutive-failures', 'new-regression', 'new-flake', 'external-regression'],
  limits: {
    tests: limit(20, 'tests', [1, 100_000], 'Failed tests from which it is raised.'),
    share: limit(0.8, 'ratio', [0, 1], 'Share of failed tests from which it is raised.'),
  },
  isRaised: ({ passed, failed, flaky }, { tests, share }) => {
    const results = passed + failed + flaky
    return failed > tests || (results >= FEWEST && failed > share * results)
  },
  words: (job, { runId, passed, failed, flaky }) => ({
    title: `${job} run ${runId}: ${failed} of ${passed + failed + flaky} tests failed at once`,
    signal: `${percent(failed / Math.max(1, passed + failed + flaky))} of the results of the newest run`,
  }),
}
