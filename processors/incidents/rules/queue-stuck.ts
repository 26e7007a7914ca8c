/** A4: a run waits for a machine for longer than runs of its job ever do. */

import { HOUR, limit, spoken, type WaitingRule } from '../rule.ts'

/** Waits known before the longest of them tells anything. */
const FEWEST = 10

export const queueStuck: WaitingRule<'least' | 'factor'> = {
  of: 'queued',
  name: 'queue-stuck',
  code: 'A4',
  severity: 'warning',
  per: 'repo',
  doc: 'A run has been queued for `least`, and for `factor` times the longest of the last 50 waits of its job, of which at least 10 are known. Over when it starts or ends. All runs of a repository that wait so long are one incident, also those that follow within ten minutes.',
  advice:
    'Look at the runners or nodes it waits for: none may be left, or none that fits its labels.',
  coolDownMs: HOUR,
  lingerMs: HOUR / 6,
  rightWhen: 'it waited half as long again, or ended without a start',
  limits: {
    least: limit(900, 'seconds', [60, 604_800], 'Shorter waits are never told.'),
    factor: limit(1, 'times', [0.1, 100], 'How far beyond the longest wait.'),
  },
  afterSeconds: ({ queueSeconds }, { least, factor }) =>
    queueSeconds.length < FEWEST ? null : Math.max(least, factor * Math.max(...queueSeconds)),
  words: ({ job, runId, seconds }) => ({
    title: `${job} run ${runId} has been waiting for a machine for ${spoken(seconds)}`,
    signal: 'longer than each of the last 50 waits of the job',
  }),
}
