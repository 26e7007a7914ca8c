/** What POST /v1/what-if/stop answers. */

import type { WhatIf, WhatIfPoint } from '../../../../schemas/what-if.ts'
import type { RunRef } from '../../../../schemas/events.ts'
import type { RuleSavings } from '../../lib/answers.ts'

export interface PointAnswer
  extends RuleSavings, Pick<WhatIfPoint, 'threshold' | 'stoppedCensored'> {
  readonly chargedNetSeconds: number
}
/** A run that the policy would have stopped. */
export interface StoppedRun extends RunRef {
  readonly failed: boolean | null
  readonly startedAt: number
  readonly stopSeconds: number
  readonly durationSeconds: number | null
}
export interface WhatIfAnswer extends Omit<WhatIf, 'points' | 'rules' | 'stopped'> {
  readonly runs: number
  readonly isCut: boolean
  readonly point: PointAnswer
  readonly curve: readonly PointAnswer[]
  readonly rules: readonly RuleSavings[]
  readonly stopped: readonly StoppedRun[]
}
