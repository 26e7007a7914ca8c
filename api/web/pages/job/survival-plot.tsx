import type { JobProfile } from '../../../../schemas/events.ts'
import { Plot } from '../../charts/plot.tsx'
import { curveOptions } from '../../charts/curve-options.ts'
import type { Mark } from '../../charts/overlay.ts'
import { colour } from '../../charts/plot-style.ts'
import { now } from '../../data/status.ts'
import type { RunAnswer } from '../../lib/answers.ts'
import { horizonOf } from '../../lib/curves.ts'
import { duration, percent } from '../../lib/format.ts'
import { ageAt } from '../../lib/running.ts'
import { Message } from '../../parts/asked.tsx'

/** Survival of passing and failing runs, the chance to fail they make, our stopping point, and the runs of now. */
export const SurvivalPlot = ({
  profile,
  running,
}: {
  readonly profile: JobProfile
  readonly running: readonly RunAnswer[]
}) => {
  const { seconds, passSurvival, failSurvival, pFail, stopSeconds } = profile
  if (seconds.length < 2 || profile.passes + profile.failures === 0)
    return (
      <Message title="No durations yet">
        Curves need finished runs whose start and finish are known.
      </Message>
    )
  const ages = running.flatMap(({ forecast, run }) =>
    forecast === null ? [] : [{ age: ageAt(forecast, now()), runId: run.runId }],
  )
  const horizon = horizonOf(seconds, passSurvival, failSurvival, 0.005)
  const end = Math.max(horizon, stopSeconds ?? 0, ...ages.map(({ age }) => age)) * 1.04
  const ourStop = { word: `our stop ${duration(stopSeconds)}`, tone: '--ink', dash: [] }
  const marks: Mark[] = [
    ...(stopSeconds === null ? [] : [{ x: stopSeconds, ...ourStop }]),
    ...ages.map(({ age }) => ({ x: age, word: '', tone: '--running', dash: [2, 3] })),
  ]
  return (
    <Plot
      label={`Survival of ${Math.round(profile.passes)} passing and ${Math.round(profile.failures)} failing runs. ${
        stopSeconds === null
          ? 'Our rule would not stop a run without a signal.'
          : `Our rule would stop a run without a signal at ${duration(stopSeconds)}.`
      }`}
      data={[seconds, passSurvival, failSurvival, pFail]}
      overlay={{ end, marks }}
      options={curveOptions({
        top: 1,
        write: percent,
        series: [
          { label: 'passing', stroke: () => colour('--success') },
          { label: 'failing', stroke: () => colour('--failure'), dash: [6, 4] },
          { label: 'chance to fail', stroke: () => colour('--ink-2'), dash: [1, 3] },
        ],
      })}
      table={{
        caption: 'Survival by outcome',
        head: ['elapsed', 'passing', 'failing', 'chance to fail'],
        rows: seconds.map((at, i) => [
          duration(at),
          percent(passSurvival[i]),
          percent(failSurvival[i]),
          percent(pFail[i]),
        ]),
      }}
    >
      {ages.length > 0 && (
        <p class="quiet small">
          Dotted verticals: {ages.length} running, at{' '}
          {ages.map(({ age }) => duration(age)).join(', ')}
        </p>
      )}
    </Plot>
  )
}
