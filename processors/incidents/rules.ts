/** THE alert table: one row per rule. A rule looks at the forecasts of a job's running runs. */

import type { Forecast } from '../../schemas/events.ts'

export interface AlertRule {
  readonly name: string
  readonly severity: 'info' | 'warning' | 'critical'
  readonly doc: string
  /** True where the forecast opens an incident, or keeps one open. */
  isRaised(forecast: Forecast, isOpen: boolean): boolean
  title(forecast: Forecast): string
}

/** An alert must leave people time to act. */
const LEAST_SAVED_SECONDS = 600
const OPEN_LOW = 0.8
/** Closes well below where it opens, so that a forecast on the edge does not flap. */
const KEEP_LOW = 0.6

const percent = (p: number): string => `${Math.round(p * 100)} %`

export const ALERT_RULES: readonly AlertRule[] = [
  {
    name: 'run-likely-to-fail',
    severity: 'warning',
    doc: 'A running run whose lower bound of p(fail) is .80 or more, with at least 10 minutes expected to go. Closes at its end, or below .60.',
    isRaised: ({ pFailLow, remainingSeconds }, isOpen) =>
      isOpen
        ? pFailLow >= KEEP_LOW
        : pFailLow >= OPEN_LOW && (remainingSeconds ?? 0) >= LEAST_SAVED_SECONDS,
    title: ({ job, runId, pFail, pFailLow, remainingSeconds }) =>
      `${job} run ${runId} is likely to fail: ${percent(pFail)}, at least ${percent(pFailLow)}; ` +
      `about ${Math.round((remainingSeconds ?? 0) / 60)} minutes to go`,
  },
]
