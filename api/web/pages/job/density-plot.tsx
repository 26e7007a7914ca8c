import type { DensityFit, JobProfile } from '../../../../schemas/events.ts'
import { Plot } from '../../charts/plot.tsx'
import { curveOptions } from '../../charts/curve-options.ts'
import type { Mark } from '../../charts/overlay.ts'
import { colour } from '../../charts/plot-style.ts'
import { horizonOf } from '../../lib/curves.ts'
import { duration, figure } from '../../lib/format.ts'
import { Message } from '../../parts/asked.tsx'

/** The fitted densities weighted by how often runs pass and fail, with three stopping points: the baseline's, its published form's, ours. */
export const DensityPlot = ({ profile }: { readonly profile: JobProfile }) => {
  const fit = profile.density
  if (fit === null)
    return (
      <Message title="No fit yet">
        The baseline fits a distribution once both outcomes were seen often enough; this job has{' '}
        {Math.round(profile.passes)} passes and {Math.round(profile.failures)} failures that count.
      </Message>
    )
  return <FittedPlot profile={profile} fit={fit} />
}

const FittedPlot = ({
  profile,
  fit,
}: {
  readonly profile: JobProfile
  readonly fit: DensityFit
}) => {
  const { seconds, failureRate } = profile
  // Per hour, so that the axis reads as shares of runs and not as ten-thousandths.
  const passes = fit.passDensity.map((density) => density * (1 - failureRate) * 3600)
  const failures = fit.failDensity.map((density) => density * failureRate * 3600)
  const stops = stopsOf(profile, fit)
  const end =
    Math.max(
      horizonOf(seconds, profile.passSurvival, profile.failSurvival, 0.005),
      ...stops.map(({ at }) => at ?? 0),
    ) * 1.06
  const marks: Mark[] = stops.flatMap(({ name, at, tone, dash }) =>
    at === null ? [] : [{ x: at, word: `${name} ${duration(at)}`, tone, dash }],
  )
  return (
    <Plot
      label={`Densities of the ${fit.family} family. ${stops
        .map(({ name, at }) => `${name}: ${at === null ? 'never stops' : duration(at)}`)
        .join('; ')}.`}
      data={[seconds, passes, failures]}
      overlay={{ end, marks }}
      options={curveOptions({
        top: null,
        write: figure,
        series: [
          { label: 'passing, per hour', stroke: () => colour('--success') },
          { label: 'failing, per hour', stroke: () => colour('--failure'), dash: [6, 4] },
        ],
      })}
      table={{
        caption: 'Weighted densities',
        head: ['elapsed', 'passing, per hour', 'failing, per hour'],
        rows: seconds.map((at, i) => [duration(at), figure(passes[i]), figure(failures[i])]),
      }}
    >
      <p class="quiet small">
        Family {fit.family}.{' '}
        {stops
          .map(
            ({ name, at }) => `${name} ${at === null ? 'never stops' : `stops at ${duration(at)}`}`,
          )
          .join(', ')}
        .
      </p>
    </Plot>
  )
}

interface Stop {
  readonly name: string
  readonly at: number | null
  readonly tone: string
  readonly dash: readonly number[]
}
const stopsOf = (profile: JobProfile, fit: DensityFit): Stop[] => [
  { name: 'ours', at: profile.stopSeconds, tone: '--ink', dash: [] },
  { name: 'density', at: fit.stopSeconds, tone: '--error', dash: [7, 3] },
  { name: 'as published', at: fit.compatStopSeconds, tone: '--timedOut', dash: [2, 3] },
]
