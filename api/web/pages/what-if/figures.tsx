import type { Ratio } from '../../../../schemas/measures.ts'
import { chargedNet, type WhatIfPolicy } from '../../../../schemas/what-if.ts'
import type { RuleSavings } from '../../lib/answers.ts'
import { count, hours, percent, range } from '../../lib/format.ts'
import { FALSE_STOP_BOUND, isWithinBound } from '../../lib/rules.ts'
import { Tile } from '../../parts/tile.tsx'
import type { WhatIfAnswer } from './answer.ts'
import { oursOf } from './what-it-is.tsx'

const basis = (of: Ratio, what: string): string =>
  of.value === null
    ? `no ${what}`
    : `${range(of.low, of.high, percent)}, ${count(of.numerator)} of ${count(of.denominator)} ${what}`

/** The figures of the policy, each with what it is made of and what it is of our own rule. */
export const Figures = ({
  answer,
  policy,
}: {
  readonly answer: WhatIfAnswer
  readonly policy: WhatIfPolicy
}) => {
  const { point, failing, failedSeconds } = answer
  const isCounted = isWithinBound(point)
  const rule = oursOf(answer)
  const ours = (write: (of: RuleSavings) => string) =>
    rule && <p class="ours small">our rule: {write(rule)}</p>
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
      >
        {ours((of) => hours(of.netSeconds))}
      </Tile>
      <Tile
        name="Saved"
        value={hours(point.savedSeconds)}
        under={`what ${count(point.stoppedFailing)} stopped failing runs went on for`}
      >
        {ours((of) => hours(of.savedSeconds))}
      </Tile>
      <Tile
        name="Burnt"
        value={hours(point.burntSeconds)}
        under={`what ${count(point.stoppedPassing)} stopped passing runs had done: to be run again`}
      >
        {ours((of) => hours(of.burntSeconds))}
      </Tile>
      <Tile
        name="Strict net"
        value={hours(point.strictNetSeconds)}
        under="a false stop is charged its whole run"
      >
        {ours((of) => hours(of.strictNetSeconds))}
      </Tile>
      <Tile
        name="Net as charged"
        value={hours(point.chargedNetSeconds)}
        under={`a false stop is charged ${policy.falseStopReruns} whole ${policy.falseStopReruns === 1 ? 'run' : 'runs'}`}
      >
        {ours((of) => hours(chargedNet(of, policy.falseStopReruns)))}
      </Tile>
      <Tile
        name="False-stop rate"
        value={percent(point.falseStopRate.value)}
        under={basis(point.falseStopRate, 'passing runs')}
      >
        {ours((of) => percent(of.falseStopRate.value))}
      </Tile>
      <Tile
        name="Stop precision"
        value={percent(point.precision.value)}
        under={basis(point.precision, 'stopped runs')}
      >
        {ours((of) => percent(of.precision.value))}
      </Tile>
      <Tile
        name="Recall"
        value={percent(point.recall)}
        under={`of ${hours(failedSeconds)} of ${count(failing)} failing runs`}
      >
        {ours((of) => percent(of.recall))}
      </Tile>
    </dl>
  )
}
