/** A7: a test fails and passes by turns. */

import { DAY, limit, percent, type TestRule } from '../rule.ts'

export const newFlake: TestRule<'flips' | 'keep'> = {
  of: 'test',
  name: 'new-flake',
  code: 'A7',
  severity: 'info',
  per: 'job',
  doc: 'A test flips in at least `flips` of its last 50 results (TestGrid: outages do not count). Over below `keep`. Told once a day, with all tests of the job.',
  advice: 'Quarantine it or mend it: each flip costs somebody a rerun.',
  coolDownMs: 7 * DAY,
  isDigest: true,
  limits: {
    flips: limit(0.2, 'ratio', [0, 1], 'Share of flips from which it is raised.'),
    keep: limit(0.1, 'ratio', [0, 1], 'Share of flips below which it is over.'),
  },
  isRaised: ({ word, flip }, { flips, keep }, isHeld) =>
    word === 'flaky' && (flip ?? 0) >= (isHeld ? keep : flips),
  words: ({ job, test, flip, week }) => ({
    title: `${job}: ${test} is flaky, ${percent(flip ?? 0)} of its results flip`,
    signal: `${week.failed + week.flaky} red of ${week.failed + week.flaky + week.passed} results this week`,
  }),
}
