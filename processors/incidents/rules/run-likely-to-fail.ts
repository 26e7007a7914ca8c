/** A1: a running run is likely to fail, and there is time left to save. */

import { percent } from '../../../schemas/percent.ts'
import { HOUR, limit, spoken, type ForecastRule } from '../rule.ts'

/** Why a forecast was made, by its cause. */
const REASONS: Readonly<Record<string, string>> = {
  started: 'by the record of the job',
  sign: 'by what was seen in the run',
  time: 'by how long it runs already',
  history: 'by the end of another run of the job',
  signal: 'by what was heard from elsewhere',
}

export const runLikelyToFail: ForecastRule<'low' | 'keep' | 'saved'> = {
  of: 'forecast',
  name: 'run-likely-to-fail',
  code: 'A1',
  severity: 'warning',
  per: 'head',
  doc: 'The lower bound of p(fail) of a running run is at or over `low`, with at least `saved` expected to go. Over at its end, or below `keep`.',
  advice:
    'Look at the run while it still runs: fix the cause, or stop it and start it again with the fix.',
  coolDownMs: HOUR,
  rightWhen: 'the run failed',
  limits: {
    low: limit(0.8, 'ratio', [0, 1], 'Lower bound of p(fail) from which it is raised.'),
    keep: limit(
      0.6,
      'ratio',
      [0, 1],
      'Lower bound below which it is over: well below, so that it does not flap.',
    ),
    saved: limit(600, 'seconds', [0, 86_400], 'Expected rest of the run: people need time to act.'),
  },
  isRaised: ({ pFailLow, remainingSeconds }, { low, keep, saved }, isHeld) =>
    isHeld ? pFailLow >= keep : pFailLow >= low && (remainingSeconds ?? 0) >= saved,
  words: ({ job, runId, pFail, pFailLow, remainingSeconds, elapsedSeconds, cause }) => ({
    title:
      `${job} run ${runId} is likely to fail: ${percent(pFail)}, at least ${percent(pFailLow)}; ` +
      `about ${Math.round((remainingSeconds ?? 0) / 60)} minutes to go`,
    signal: `forecast ${REASONS[cause] ?? 'made anew'}, ${spoken(elapsedSeconds)} after its start`,
  }),
}
