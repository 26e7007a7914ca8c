/** A7: a test fails and passes by turns. */

import { redsOf } from '../../../schemas/strips.ts'
import { DAY, limit, namedTest, percent, type TestRule } from '../rule.ts'

export const newFlake: TestRule<'flips' | 'keep' | 'results' | 'reds'> = {
  of: 'test',
  name: 'new-flake',
  code: 'A7',
  severity: 'info',
  per: 'job',
  doc: 'A test flips in at least `flips` of its last 50 results (TestGrid: outages do not count), and has at least `results` in the week, of which `reds` failed or were flaky. Over below `keep`. Told once a day, with all tests of the job.',
  advice: 'Quarantine it or mend it: each flip costs somebody a rerun.',
  coolDownMs: 7 * DAY,
  isDigest: true,
  limits: {
    flips: limit(0.2, 'ratio', [0, 1], 'Share of flips from which it is raised.'),
    keep: limit(0.1, 'ratio', [0, 1], 'Share of flips below which it is over.'),
    results: limit(5, 'results', [1, 1_000], 'Results in the week at least.'),
    reds: limit(2, 'results', [1, 1_000], 'Failed or flaky ones of them at least.'),
  },
  isRaised: ({ word, flip, week }, { flips, keep, ...least }, isHeld) => {
    if (word !== 'flaky') return false
    if (isHeld) return (flip ?? 0) >= keep
    const { reds, results } = redsOf(week)
    return (flip ?? 0) >= flips && reds >= least.reds && results >= least.results
  },
  words: ({ job, test, flip, week }) => {
    const { reds, results } = redsOf(week)
    return {
      title: `${namedTest(job, test)} is flaky, ${percent(flip ?? 0)} of its results flip`,
      signal: `${reds} red of ${results} results this week`,
    }
  },
}
