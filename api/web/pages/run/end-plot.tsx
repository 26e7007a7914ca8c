import { curveOptions } from '../../charts/curve-options.ts'
import type { Mark } from '../../charts/overlay.ts'
import { Plot } from '../../charts/plot.tsx'
import { colour } from '../../charts/plot-style.ts'
import { duration } from '../../lib/format.ts'
import {
  expectedDuration,
  heldUntil,
  type Trajectory,
  type TrajectoryForecast,
} from '../../lib/trajectory.ts'
import { Message } from '../../parts/asked.tsx'

/** The whole duration as it was expected over elapsed time, with its 80 % range, beside Jenkins' rule. */
export const EndPlot = ({
  trajectory,
  age,
}: {
  readonly trajectory: Trajectory
  /** Age of the run, or its duration. Unit: seconds. */
  readonly age: number
}) => {
  const { score } = trajectory
  const forecasts = heldUntil(trajectory.forecasts, age)
  const last = forecasts.at(-1)
  if (last === undefined || forecasts.every(({ remainingSeconds }) => remainingSeconds === null))
    return (
      <Message title="No expectation of time">
        It needs at least three runs of the job or its family whose durations are known.
      </Message>
    )
  const of = (remaining: (forecast: TrajectoryForecast) => number | null) =>
    forecasts.map((forecast) => expectedDuration(forecast, remaining(forecast)))
  const actual = score?.durationSeconds ?? null
  const marks: Mark[] =
    actual === null
      ? []
      : [{ x: actual, word: `ended at ${duration(actual)}`, tone: '--ink', dash: [] }]
  const low = of(({ remainingLow }) => remainingLow)
  const high = of(({ remainingHigh }) => remainingHigh)
  const mean = of(({ remainingSeconds }) => remainingSeconds)
  const jenkins = of(({ jenkinsRemaining }) => jenkinsRemaining)
  return (
    <Plot
      label={`Expected duration from ${duration(mean[0])} at the start to ${duration(mean.at(-1))}${actual === null ? '' : `; it took ${duration(actual)}`}`}
      data={[forecasts.map(({ elapsedSeconds }) => elapsedSeconds), high, low, jenkins, mean]}
      overlay={{ end: Math.max(last.elapsedSeconds, actual ?? 0, 1) * 1.04, marks }}
      options={curveOptions({
        top: null,
        write: duration,
        isSeconds: true,
        isStepped: true,
        series: [
          { label: 'late', stroke: () => colour('--ink-3'), width: 0.75 },
          { label: 'early', stroke: () => colour('--ink-3'), width: 0.75 },
          { label: "Jenkins' rule", stroke: () => colour('--ink-3'), dash: [2, 4] },
          { label: 'expected', stroke: () => colour('--accent') },
        ],
        bands: [{ series: [1, 2], fill: () => colour('--tint-running') }],
      })}
      table={{
        caption: 'Expected duration',
        head: ['elapsed', 'expected', 'early', 'late', "Jenkins' rule"],
        rows: forecasts.map(({ elapsedSeconds }, i) => [
          duration(elapsedSeconds),
          duration(mean[i]),
          duration(low[i]),
          duration(high[i]),
          duration(jenkins[i]),
        ]),
      }}
    />
  )
}
