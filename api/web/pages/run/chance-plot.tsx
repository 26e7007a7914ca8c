import { curveOptions } from '../../charts/curve-options.ts'
import type { Mark } from '../../charts/overlay.ts'
import { Plot } from '../../charts/plot.tsx'
import { colour } from '../../charts/plot-style.ts'
import { duration, percent } from '../../lib/format.ts'
import { heldUntil, type Trajectory } from '../../lib/trajectory.ts'
import { Message } from '../../parts/asked.tsx'

/** The chance to fail as it was said, with its interval; changes of advice and the end as verticals. */
export const ChancePlot = ({
  trajectory,
  age,
}: {
  readonly trajectory: Trajectory
  /** Age of the run, or its duration. Unit: seconds. */
  readonly age: number
}) => {
  const { decisions, score } = trajectory
  const forecasts = heldUntil(trajectory.forecasts, age)
  const last = forecasts.at(-1)
  if (last === undefined)
    return (
      <Message title="No forecast was made">
        Forecasts are made from the start of a run on; this run was heard of only at its end, or has
        not started.
      </Message>
    )
  const end = Math.max(last.elapsedSeconds, score?.durationSeconds ?? 0, 1) * 1.04
  const marks: Mark[] = decisions.map(({ elapsedSeconds, level }) => ({
    x: elapsedSeconds,
    word: level,
    tone: `--${level}`,
    dash: level === 'stop' ? [] : [4, 3],
  }))
  if (score?.durationSeconds != null)
    marks.push({
      x: score.durationSeconds,
      word: score.outcome,
      tone: `--${score.outcome}`,
      dash: [],
    })
  return (
    <Plot
      label={`Chance to fail from ${percent(forecasts[0]?.pFail)} at the start to ${percent(last.pFail)} at ${duration(last.elapsedSeconds)}`}
      data={[
        forecasts.map(({ elapsedSeconds }) => elapsedSeconds),
        forecasts.map(({ pFailHigh }) => pFailHigh),
        forecasts.map(({ pFailLow }) => pFailLow),
        forecasts.map(({ pFail }) => pFail),
      ]}
      overlay={{ end, marks }}
      options={curveOptions({
        top: 1,
        isStepped: true,
        write: percent,
        series: [
          { label: 'high', stroke: () => colour('--ink-3'), width: 0.75 },
          { label: 'low', stroke: () => colour('--ink-3'), width: 0.75 },
          { label: 'chance to fail', stroke: () => colour('--failure') },
        ],
        // The band first, so that the line lies on it.
        bands: [{ series: [1, 2], fill: () => colour('--tint-failure') }],
      })}
      table={{
        caption: 'Chance to fail',
        head: ['elapsed', 'chance to fail', 'low', 'high', 'because of'],
        rows: forecasts.map((forecast) => [
          duration(forecast.elapsedSeconds),
          percent(forecast.pFail),
          percent(forecast.pFailLow),
          percent(forecast.pFailHigh),
          forecast.cause,
        ]),
      }}
    />
  )
}
