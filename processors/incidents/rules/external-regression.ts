/** A9: the same test fails on several pull requests within hours: none of them is to blame. */

import { percent } from '../../../schemas/percent.ts'
import { DAY, limit, namedTest, type SharedRule } from '../rule.ts'

export const externalRegression: SharedRule<'pulls' | 'hours' | 'usual'> = {
  of: 'shared',
  name: 'external-regression',
  code: 'A9',
  severity: 'warning',
  per: 'job',
  doc: 'A test that failed in at most `usual` of the runs before fails on `pulls` pull requests within `hours`. Over when the last of these failures is `hours` old. Swallows what is said of single runs of the job.',
  advice:
    'The pull requests are not to blame: look at the base branch, and tell their authors to wait.',
  coolDownMs: DAY,
  swallows: ['run-likely-to-fail', 'stop-recommended'],
  limits: {
    pulls: limit(2, 'pull requests', [2, 20], 'Pull requests on which it failed.'),
    hours: limit(12, 'hours', [1, 168], 'Time within which they did.'),
    usual: limit(0.02, 'ratio', [0, 1], 'Share of earlier runs in which it may have failed.'),
  },
  windowSeconds: ({ hours }) => hours * 3600,
  isRaised: ({ pulls, rateBefore }, limits) =>
    pulls.length >= limits.pulls && rateBefore <= limits.usual,
  words: (job, { test, pulls, rateBefore }) => ({
    title: `${namedTest(job, test)} fails on ${pulls.length} pull requests at once`,
    signal: `pull requests ${pulls.join(', ')}; before, it failed in ${percent(rateBefore)} of the runs`,
  }),
}
