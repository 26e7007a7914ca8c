/** A3: a run runs longer than runs of its job ever do. */

import { HOUR, limit, spoken, type WaitingRule } from '../rule.ts'

export const jobOverdue: WaitingRule<'factor' | 'least'> = {
  of: 'running',
  name: 'job-overdue',
  code: 'A3',
  severity: 'warning',
  per: 'head',
  doc: 'A run runs for more than `factor` times the 99th percentile of passes and failures of its job, and for `least` at least. Over at its end.',
  advice: 'See whether it still makes progress; if it hangs, stop it before its time limit does.',
  coolDownMs: HOUR,
  rightWhen: 'the run did not pass',
  limits: {
    factor: limit(2, 'times', [1, 100], 'How far beyond the 99th percentile.'),
    least: limit(900, 'seconds', [0, 604_800], 'Shorter runs are never overdue.'),
  },
  afterSeconds: ({ longestSeconds }, { factor, least }) =>
    longestSeconds === null ? null : Math.max(least, factor * longestSeconds),
  words: ({ job, runId, seconds }) => ({
    title: `${job} run ${runId} has been running for ${spoken(seconds)}, longer than its runs ever last`,
    signal: 'beyond the 99th percentile of passes and of failures',
  }),
}
