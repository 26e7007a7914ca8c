/** A7: a test fails and passes by turns. */

import { percent } from '../../../schemas/percent.ts'
import { redsOf } from '../../../schemas/strips.ts'
import { DAY, limit, namedTest, type TestRule } from '../rule.ts'

export const newFlake: TestRule<'flips' | 'keep' | 'turns'> = {
  of: 'test',
  name: 'new-flake',
  code: 'A7',
  severity: 'info',
  per: 'job',
  doc: 'A test flips in at least `flips` of its last 50 results (TestGrid: outages do not count), and did so `turns` times: failures that a pass closed in 30 days, and flaky results of the week. Over below `keep`. Told once a day, with all tests of the job.',
  advice: 'Quarantine it or mend it: each flip costs somebody a rerun.',
  coolDownMs: 7 * DAY,
  isDigest: true,
  limits: {
    flips: limit(0.2, 'ratio', [0, 1], 'Share of flips from which it is raised.'),
    keep: limit(0.1, 'ratio', [0, 1], 'Share of flips below which it is over.'),
    turns: limit(2, 'times', [1, 1_000], 'Times at least: once may be anything.'),
  },
  isRaised: ({ word, flip, week, fixes }, { flips, keep, turns }, isHeld) => {
    if (word !== 'flaky') return false
    if (isHeld) return (flip ?? 0) >= keep
    return (flip ?? 0) >= flips && fixes + week.flaky >= turns
  },
  words: ({ job, test, flip, week, fixes }) => {
    const { reds, results } = redsOf(week)
    return {
      title: `${namedTest(job, test)} is flaky, ${percent(flip ?? 0)} of its results flip`,
      signal: `it failed and passed again ${fixes} times in 30 days; ${reds} red of ${results} results this week`,
    }
  },
}
