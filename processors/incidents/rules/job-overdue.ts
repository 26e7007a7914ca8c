/**
 * A3: a run runs longer than runs of its job ever do, or its log stands still for longer than logs of passes ever do. Where what
 * lasts long fails, as what hangs does, twice as long tells something; where it passes, most often the machine was slow.
 */

import { HOUR, limit, spoken, type WaitingRule } from '../rule.ts'

/** Passes with a log known before the longest of their silences tells anything. */
const FEWEST = 10

export const jobOverdue: WaitingRule<'factor' | 'slow' | 'failing' | 'least' | 'silent'> = {
  of: 'running',
  name: 'job-overdue',
  code: 'A3',
  severity: 'warning',
  per: 'head',
  doc: 'A run runs for more than `factor` times the 99th percentile of passes and failures of its job, or `slow` times where fewer than `failing` of its longest tenth failed, and for `least` at least; or its log has not grown for `silent`, and for `factor` times the longest silence in the logs of the last 20 passes, of which at least 10 are known. Over at its end, or when its log has grown twice again and it has not run for too long besides.',
  advice: 'See whether it still makes progress; if it hangs, stop it before its time limit does.',
  coolDownMs: HOUR,
  rightWhen: 'the run did not pass',
  limits: {
    factor: limit(
      2,
      'times',
      [1, 100],
      'How far beyond the 99th percentile, and beyond the longest silence of a log.',
    ),
    slow: limit(4, 'times', [1, 100], 'How far beyond it where the longest runs of the job pass.'),
    failing: limit(
      0.3,
      'ratio',
      [0, 1],
      'Share of the longest tenth that failed from which `factor` tells.',
    ),
    least: limit(900, 'seconds', [0, 604_800], 'Shorter runs are never overdue.'),
    silent: limit(1800, 'seconds', [60, 604_800], 'Shorter silences of a log are never told.'),
  },
  afterSeconds: ({ longestSeconds, lateFailing }, { factor, slow, failing, least }) =>
    longestSeconds === null
      ? null
      : Math.max(
          least,
          (lateFailing >= failing ? factor : Math.max(factor, slow)) * longestSeconds,
        ),
  words: ({ job, runId, seconds }) => ({
    title: `${job} run ${runId} has been running for ${spoken(seconds)}, longer than its runs ever last`,
    signal: 'beyond the 99th percentile of passes and of failures',
  }),
  log: {
    afterSeconds: (silences, { silent, factor }) =>
      silences.length < FEWEST ? null : Math.max(silent, factor * Math.max(...silences)),
    words: ({ job, runId, seconds }) => ({
      title: `${job} run ${runId} has written nothing to its log for ${spoken(seconds)}`,
      signal: 'a longer silence than in the logs of its last passes',
    }),
  },
}
