/** A5: a job fails again and again where no pull request is to blame; all jobs of one branch are one incident: its head is broken. */

import { HOUR, limit, type StreakRule } from '../rule.ts'

export const consecutiveFailures: StreakRule<'failures' | 'passes'> = {
  of: 'streak',
  name: 'consecutive-failures',
  code: 'A5',
  severity: 'critical',
  per: 'head',
  doc: 'A job failed `failures` times in a row on runs of no pull request. Over after `passes` passes in a row. All jobs of a branch are one incident.',
  advice:
    'The head is broken, not the changes on top of it: look at what came after the last pass, mend it or take it back.',
  coolDownMs: 6 * HOUR,
  swallows: ['run-likely-to-fail', 'stop-recommended', 'pass-rate-drop', 'new-regression'],
  rightWhen: 'the next run failed too',
  limits: {
    failures: limit(3, 'runs', [1, 100], 'Failures in a row that open it.'),
    passes: limit(2, 'runs', [1, 100], 'Passes in a row that close it.'),
  },
  isRaised: ({ failures, passes }, limits, isHeld) =>
    isHeld ? passes < limits.passes : failures >= limits.failures,
  words: (job, { failures }, where) => ({
    title:
      failures === 1 ? `${job} failed${where}` : `${job} failed ${failures} times in a row${where}`,
    signal:
      failures === 1
        ? '1 failure, not of a pull request'
        : `${failures} failures in a row, none of them of a pull request`,
  }),
}
