/** What POST /v1/what-if/stop answers. */

import type { WhatIf, WhatIfPoint } from '../../../../schemas/what-if.ts'
import type { RuleSavings } from '../../lib/answers.ts'

export interface PointAnswer
  extends RuleSavings, Pick<WhatIfPoint, 'threshold' | 'stoppedCensored'> {
  readonly chargedNetSeconds: number
}
export interface WhatIfAnswer extends Omit<WhatIf, 'points' | 'rules'> {
  readonly runs: number
  readonly isCut: boolean
  readonly point: PointAnswer
  readonly curve: readonly PointAnswer[]
  readonly rules: readonly RuleSavings[]
}
