import type { CheckpointAnswer } from '../lib/answers.ts'
import { scale } from '../lib/curves.ts'
import { count, percent, range } from '../lib/format.ts'
import { TextTable } from '../parts/text-table.tsx'

const SIZE = 300
const LEFT = 44
const BOTTOM = 36
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1]

/** What was forecast against what came true, per bin; the bar is where a calibrated forecaster of as many runs would lie. */
export const Reliability = ({ check }: { readonly check: CheckpointAnswer }) => {
  const x = scale(0, 1, LEFT, LEFT + SIZE)
  const y = scale(0, 1, SIZE + 8, 8)
  const most = Math.max(1, ...check.bins.map(({ n }) => n))
  const outside = check.bins.filter((bin) => bin.observed < bin.low || bin.observed > bin.high)
  const label = `Reliability at ${percent(check.at)} of the median pass: ${check.bins.length} bins of ${count(check.n)} runs, ${outside.length} outside the 95 % range of a calibrated forecaster`
  return (
    <figure class="plot">
      <svg
        class="svg-chart reliability"
        viewBox={`0 0 ${LEFT + SIZE + 12} ${SIZE + BOTTOM + 8}`}
        role="img"
        aria-label={label}
      >
        {TICKS.map((tick) => (
          <g key={tick}>
            <path class="grid" d={`M${x(0)} ${y(tick)}H${x(1)}M${x(tick)} ${y(0)}V${y(1)}`} />
            <text x={LEFT - 6} y={y(tick) + 4} text-anchor="end">
              {tick * 100}
            </text>
            <text x={x(tick)} y={y(0) + 15} text-anchor="middle">
              {tick * 100}
            </text>
          </g>
        ))}
        <path class="ideal" d={`M${x(0)} ${y(0)}L${x(1)} ${y(1)}`} />
        {check.bins.map((bin) => (
          <g key={bin.forecast} class={outside.includes(bin) ? 'bin out' : 'bin'}>
            <path class="range" d={`M${x(bin.forecast)} ${y(bin.low)}V${y(bin.high)}`} />
            {outside.includes(bin) ? (
              <path d={`M${x(bin.forecast) - 5} ${y(bin.observed)}l5 -5l5 5l-5 5z`} />
            ) : (
              <circle
                cx={x(bin.forecast)}
                cy={y(bin.observed)}
                r={3 + 3 * Math.sqrt(bin.n / most)}
              />
            )}
          </g>
        ))}
        <text x={x(0.5)} y={SIZE + BOTTOM + 4} text-anchor="middle">
          forecast chance to fail, %
        </text>
        <text transform={`translate(11 ${y(0.5)}) rotate(-90)`} text-anchor="middle">
          failed, %
        </text>
      </svg>
      <p class="key">
        <span>● within, ◆ outside the 95 % range of a calibrated forecaster (bars)</span>
      </p>
      <TextTable
        of={{
          caption: 'Reliability',
          head: ['mean forecast', 'failed', 'runs', 'calibrated range'],
          rows: check.bins.map((bin) => [
            percent(bin.forecast),
            percent(bin.observed),
            count(bin.n),
            range(bin.low, bin.high, percent),
          ]),
        }}
      />
    </figure>
  )
}
