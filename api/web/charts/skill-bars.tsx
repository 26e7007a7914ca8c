import type { CheckpointAnswer } from '../lib/answers.ts'
import { scale } from '../lib/curves.ts'
import { count, figure, percent } from '../lib/format.ts'
import { TextTable } from '../parts/text-table.tsx'

const WIDTH = 420
const HEIGHT = 200
const LEFT = 44

/** Brier skill at each checkpoint as a bar from zero. */
export const SkillBars = ({ checks }: { readonly checks: readonly CheckpointAnswer[] }) => {
  const skills = checks.map(({ brierSkill }) => brierSkill ?? 0)
  const top = Math.max(0.1, ...skills) * 1.2
  const bottom = Math.min(0, ...skills) * 1.2
  const y = scale(bottom, top, HEIGHT - 34, 8)
  const step = (WIDTH - LEFT) / Math.max(1, checks.length)
  const ticks = [bottom < 0 ? bottom / 1.2 : null, 0, top / 2.4, top / 1.2]
  return (
    <figure class="plot">
      <svg
        class="svg-chart"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`Brier skill: ${checks.map(({ at, brierSkill }) => `${figure(brierSkill)} at ${percent(at)}`).join(', ')}`}
      >
        {ticks.map((tick) =>
          tick === null ? null : (
            <g key={tick}>
              <path class={tick === 0 ? 'axis' : 'grid'} d={`M${LEFT} ${y(tick)}H${WIDTH}`} />
              <text x={LEFT - 6} y={y(tick) + 4} text-anchor="end">
                {tick.toFixed(2)}
              </text>
            </g>
          ),
        )}
        {checks.map(({ at, brierSkill, n }, i) => {
          const middle = LEFT + step * (i + 0.5)
          const value = brierSkill ?? 0
          return (
            <g key={at}>
              <rect
                class={value < 0 ? 'skill worse' : 'skill'}
                x={middle - step * 0.28}
                width={step * 0.56}
                y={Math.min(y(0), y(value))}
                height={Math.max(1, Math.abs(y(value) - y(0)))}
              />
              <text
                class="strong-text"
                x={middle}
                y={Math.min(y(0), y(value)) - 4}
                text-anchor="middle"
              >
                {brierSkill === null ? '—' : brierSkill.toFixed(2)}
              </text>
              <text x={middle} y={HEIGHT - 18} text-anchor="middle">
                {percent(at)}
              </text>
              <text x={middle} y={HEIGHT - 4} text-anchor="middle">
                n {count(n)}
              </text>
            </g>
          )
        })}
      </svg>
      <TextTable
        of={{
          caption: 'Forecast quality per checkpoint',
          head: [
            'at',
            'runs',
            'Brier',
            'of base rate',
            'skill',
            'log loss',
            'AUC',
            'calibration error',
          ],
          rows: checks.map((check) => [
            percent(check.at),
            count(check.n),
            figure(check.brier),
            figure(check.baseBrier),
            figure(check.brierSkill),
            figure(check.logLoss),
            figure(check.auc),
            percent(check.ece),
          ]),
        }}
      />
    </figure>
  )
}
