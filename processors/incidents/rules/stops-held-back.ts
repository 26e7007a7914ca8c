/** A15: forecasts or stops of a job have left their bounds, and its stops are only advised until they are back. */

import { DAY, type GuardRule } from '../rule.ts'

export const stopsHeldBack: GuardRule<never> = {
  of: 'guard',
  name: 'stops-held-back',
  code: 'A15',
  severity: 'info',
  per: 'job',
  doc: 'Calibration or stop precision of a job has left its bounds (docs/forecasts.md): stops are only advised. Over when they are back.',
  advice: 'Nothing at once: no run is stopped for it. Look whether the job has changed its nature.',
  coolDownMs: DAY,
  limits: {},
  isRaised: (guard) => guard !== null,
  words: (job, guard) => ({ title: `${job}: stops are only advised; ${guard}`, signal: guard }),
}
