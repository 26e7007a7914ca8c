import type { Ratio } from '../../../schemas/measures.ts'
import type { RuleSavings } from '../lib/answers.ts'
import { scale } from '../lib/curves.ts'

const WIDTH = 200
const HEIGHT = 18

/** Burnt to the left of zero, saved to the right, the net as a tick. The words beside it carry the figures. */
export const SavedBurntBar = ({
  rule,
  most,
}: {
  readonly rule: RuleSavings
  readonly most: number
}) => {
  const x = scale(-most, most, 2, WIDTH - 2)
  return (
    <svg
      class="hbar"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <rect
        class="burnt"
        x={x(-rule.burntSeconds)}
        y="4"
        width={x(0) - x(-rule.burntSeconds)}
        height="10"
      />
      <rect class="saved" x={x(0)} y="4" width={x(rule.savedSeconds) - x(0)} height="10" />
      <path class="zero" d={`M${x(0)} 1V17`} vector-effect="non-scaling-stroke" />
      <path class="net" d={`M${x(rule.netSeconds)} 1V17`} vector-effect="non-scaling-stroke" />
    </svg>
  )
}

/** A share as a dot on its 95 % interval; a bound as a vertical. */
export const IntervalBar = ({
  of,
  most,
  bound,
}: {
  readonly of: Ratio
  readonly most: number
  readonly bound?: number
}) => {
  const x = scale(0, most, 3, WIDTH - 3)
  const { value, low, high } = of
  return (
    <svg
      class="hbar"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path class="zero" d={`M3 9H${WIDTH - 3}`} vector-effect="non-scaling-stroke" />
      {bound !== undefined && (
        <path class="bound" d={`M${x(bound)} 0V18`} vector-effect="non-scaling-stroke" />
      )}
      {value !== null && (
        <>
          <path
            class="interval"
            d={`M${x(low ?? value)} 9H${x(Math.min(most, high ?? value))}`}
            vector-effect="non-scaling-stroke"
          />
          <path class="value" d={`M${x(value)} 4V14`} vector-effect="non-scaling-stroke" />
        </>
      )}
    </svg>
  )
}
