import type { Level } from '../../../schemas/events.ts'
import type { ChanceAt } from '../lib/curves.ts'
import { percent, range } from '../lib/format.ts'

/** The chance to fail as a bar from 0 to 100 %, its 90 % interval as a line across the end of the bar. */
export const ChanceBar = ({
  chance,
  level,
}: {
  readonly chance: ChanceAt
  readonly level: Level
}) => {
  const interval = range(chance.low, chance.high, percent)
  return (
    <div class="chance" style={{ '--level': `var(--${level})` }}>
      <b>{percent(chance.p)}</b>
      <svg
        viewBox="0 0 100 16"
        preserveAspectRatio="none"
        role="img"
        aria-label={`90 % interval ${interval}`}
      >
        <title>{`chance to fail ${percent(chance.p)}, 90 % interval ${interval}`}</title>
        <rect class="track" y="4" width="100" height="8" />
        <rect class="fill" y="4" width={Math.max(0.5, chance.p * 100)} height="8" />
        <path
          class="span"
          vector-effect="non-scaling-stroke"
          d={`M${chance.low * 100} 8H${chance.high * 100}M${chance.low * 100} 5v6M${chance.high * 100} 5v6`}
        />
      </svg>
    </div>
  )
}
