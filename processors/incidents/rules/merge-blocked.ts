/** A17: pull requests that are ready do not merge: the queue is blocked. */

import { HOUR, limit, spoken, type PullRule } from '../rule.ts'

const FEWEST = 10

export const mergeBlocked: PullRule<'least' | 'factor'> = {
  of: 'merge',
  name: 'merge-blocked',
  code: 'A17',
  severity: 'critical',
  per: 'repo',
  doc: 'A pull request that is ready to merge (lgtm and approved, or auto-merge, and nothing that holds it) waits, and none of the repository has merged, for `least` and for `factor` times the longest of the last 100 waits from ready to merged, of which at least 10 are known. Over with the next merge, or when none is ready.',
  advice: 'Look at the required jobs of the head of the queue, and at the merge bot itself.',
  coolDownMs: 2 * HOUR,
  rightWhen: 'nothing merged for half as long again',
  limits: {
    least: limit(14_400, 'seconds', [600, 2_592_000], 'Shorter waits are never told.'),
    factor: limit(1, 'times', [0.1, 100], 'How far beyond the longest wait.'),
  },
  afterSeconds: (past, { least, factor }) =>
    past.length < FEWEST ? null : Math.max(least, factor * Math.max(...past)),
  words: ({ repo, pull, seconds }) => ({
    title: `${repo}: nothing merges; pull request ${pull} has been ready for ${spoken(seconds)}`,
    signal: 'longer than each of the last 100 waits from ready to merged',
  }),
}
