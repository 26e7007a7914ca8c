/** A10: a job that ran regularly does not run any more: its last green says nothing. */

import { DAY, limit, spoken, type WaitingRule } from '../rule.ts'

const FEWEST = 10

export const staleJob: WaitingRule<'factor' | 'least'> = {
  of: 'silent',
  name: 'stale-job',
  code: 'A10',
  severity: 'warning',
  per: 'repo',
  doc: 'No run of a job has ended for `least`, and for `factor` times the longest of the last 20 gaps between ends and of those of a week, of which at least 10 are known. Over with the next end. Told once a day, for all of a repository.',
  advice:
    'See whether it was switched off, renamed, or cannot be scheduled: its last result is not its present one.',
  coolDownMs: DAY,
  isDigest: true,
  rightWhen: 'the silence lasted half as long again',
  limits: {
    factor: limit(3, 'times', [1, 1_000], 'How far beyond the longest gap.'),
    least: limit(86_400, 'seconds', [600, 31_536_000], 'Shorter gaps are never told.'),
  },
  afterSeconds: ({ gapSeconds }, { factor, least }) =>
    gapSeconds.length < FEWEST ? null : Math.max(least, factor * Math.max(...gapSeconds)),
  words: ({ job, seconds }) => ({
    title: `${job} has not ended a run for ${spoken(seconds)}`,
    signal: 'far beyond its longest gap of a week, and of its last ones',
  }),
}
