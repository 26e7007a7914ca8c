/** A6: a test fails more than it used to. */

import { percent } from '../../../schemas/percent.ts'
import { DAY, limit, namedTest, type TestRule } from '../rule.ts'

export const newRegression: TestRule<'failures'> = {
  of: 'test',
  name: 'new-regression',
  code: 'A6',
  severity: 'warning',
  per: 'job',
  doc: 'A test is called a regression (Fisher, 95 %, at least 3 failures and 5 points below its basis; docs/kpis.md) with at least `failures` failures in the week. Over when it no longer is. All tests of a job are one incident.',
  advice: 'Look at what came between the last good run and the first bad one.',
  coolDownMs: 5 * DAY,
  limits: { failures: limit(3, 'results', [1, 1_000], 'Failures in the week at least.') },
  isRaised: ({ word, week }, { failures }, isHeld) =>
    word === 'regression' && (isHeld || week.failed >= failures),
  words: ({ job, test, week, failingRun, passingRun, basisRuns, basisFailures }) => ({
    title: `${namedTest(job, test)} fails more than it did, ${week.failed} of ${week.failed + week.passed} results this week`,
    signal:
      `before, ${percent(basisFailures / Math.max(1, basisRuns))} of ${basisRuns} failed; ` +
      `first bad run ${failingRun?.runId ?? 'unknown'}, last good run ${passingRun?.runId ?? 'unknown'}`,
  }),
}
