/** A2: a running run is no longer worth its machine. */

import { percent } from '../../../schemas/percent.ts'
import { HOUR, spoken, type DecisionRule } from '../rule.ts'

export const stopRecommended: DecisionRule<never> = {
  of: 'decision',
  name: 'stop-recommended',
  code: 'A2',
  severity: 'warning',
  per: 'head',
  doc: 'The advice for a running run is to stop it. Over at its end, or where the advice is taken back; told so ten minutes later, where no other run of the head should be stopped by then.',
  advice: 'Stop the run at its source, unless its other results are wanted.',
  coolDownMs: HOUR,
  lingerMs: HOUR / 6,
  // It says all that this says, and what to do besides.
  swallows: ['run-likely-to-fail'],
  rightWhen: 'the run failed',
  limits: {},
  isRaised: ({ level }) => level === 'stop',
  words: ({ job, runId, pFail, pFailLow, expectedSavedSeconds, reason }) => ({
    title: `${job} run ${runId} should be stopped: ${percent(pFail)} likely to fail, about ${spoken(expectedSavedSeconds)} to save`,
    signal: `${reason}; chance to fail at least ${percent(pFailLow)}`,
  }),
}
