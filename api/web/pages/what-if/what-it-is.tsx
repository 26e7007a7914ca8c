import { OUR_RULE } from '../../../../schemas/measures.ts'
import type { RuleSavings } from '../../lib/answers.ts'
import { count } from '../../lib/format.ts'
import type { WhatIfAnswer } from './answer.ts'

/** What our own rule decided while the same runs ran; undefined where it was not scored. */
export const oursOf = ({ rules }: Pick<WhatIfAnswer, 'rules'>): RuleSavings | undefined =>
  rules.find(({ rule }) => rule === OUR_RULE)

const stops = ({ stoppedFailing, stoppedPassing }: RuleSavings): string =>
  `${count(stoppedFailing + stoppedPassing)} classed runs, of which ${count(stoppedPassing)} passed`

/** That the policy of the sliders is not our rule, and how far the two are apart. */
export const WhatItIs = ({ answer }: { readonly answer: WhatIfAnswer }) => {
  const ours = oursOf(answer)
  return (
    <p class="what-it-is">
      This is not our rule, at no setting: it is a plain threshold on what was forecast at six
      checkpoints of each run. Our rule looks whenever something is heard, and may stop only where
      its record permits it. Without that permission little keeps it from stopping passing runs.{' '}
      {ours !== undefined && (
        <>
          This policy would have stopped {stops(answer.point)}; <b>our rule {stops(ours)}</b>.
        </>
      )}
    </p>
  )
}
