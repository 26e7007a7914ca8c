import type { Ratio } from '../../../../schemas/measures.ts'
import type { WhatIfPolicy } from '../../../../schemas/what-if.ts'
import { count, hours, percent, range } from '../../lib/format.ts'
import { FALSE_STOP_BOUND, isWithinBound } from '../../lib/rules.ts'
import { Tile } from '../../parts/tile.tsx'
import type { WhatIfAnswer } from './answer.ts'

const basis = (of: Ratio, what: string): string =>
  of.value === null
    ? `no ${what}`
    : `${range(of.low, of.high, percent)}, ${count(of.numerator)} of ${count(of.denominator)} ${what}`

/** The figures of the policy, each with what it is made of. */
export const Figures = ({
  answer,
  policy,
}: {
  readonly answer: WhatIfAnswer
  readonly policy: WhatIfPolicy
}) => {
  const { point, failing, failedSeconds } = answer
  const isCounted = isWithinBound(point)
  return (
    <dl class="tiles">
      <Tile
        name="Net saved"
        value={hours(point.netSeconds)}
        under={
          isCounted
            ? `saved minus burnt, false stops within ${percent(FALSE_STOP_BOUND)}`
            : `✕ does not count: false stops over ${percent(FALSE_STOP_BOUND)}`
        }
      />
      <Tile
        name="Saved"
        value={hours(point.savedSeconds)}
        under={`what ${count(point.stoppedFailing)} stopped failing runs went on for`}
      />
      <Tile
        name="Burnt"
        value={hours(point.burntSeconds)}
        under={`what ${count(point.stoppedPassing)} stopped passing runs had done: to be run again`}
      />
      <Tile
        name="Strict net"
        value={hours(point.strictNetSeconds)}
        under="a false stop is charged its whole run"
      />
      <Tile
        name="Net as charged"
        value={hours(point.chargedNetSeconds)}
        under={`a false stop is charged ${policy.falseStopReruns} whole ${policy.falseStopReruns === 1 ? 'run' : 'runs'}`}
      />
      <Tile
        name="False-stop rate"
        value={percent(point.falseStopRate.value)}
        under={basis(point.falseStopRate, 'passing runs')}
      />
      <Tile
        name="Stop precision"
        value={percent(point.precision.value)}
        under={basis(point.precision, 'stopped runs')}
      />
      <Tile
        name="Recall"
        value={percent(point.recall)}
        under={`of ${hours(failedSeconds)} of ${count(failing)} failing runs`}
      />
    </dl>
  )
}
