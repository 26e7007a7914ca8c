import { useState } from 'preact/hooks'
import type uPlot from 'uplot'
import type { JobRef } from '../../../../schemas/events.ts'
import { durationSeconds } from '../../../../schemas/outcomes.ts'
import type { RunMark } from '../../../../schemas/views.ts'
import { Plot, type PlotOptions } from '../../charts/plot.tsx'
import { axisOf, SECONDS_STEPS, timeAxis } from '../../charts/plot-style.ts'
import { axisDuration, dateTime, duration } from '../../lib/format.ts'
import { OUTCOME_LOOKS, markOf } from '../../lib/outcomes.ts'
import { runPath } from '../../lib/routes.ts'
import { Message } from '../../parts/asked.tsx'
import { OutcomeMark } from '../../parts/outcome-mark.tsx'

interface Point {
  readonly run: RunMark
  readonly at: number
  readonly seconds: number
}

const pointsOf = (runs: readonly RunMark[]): Point[] =>
  runs
    .flatMap((run) => {
      const seconds = durationSeconds(run)
      return seconds === null || run.startedAt === null
        ? []
        : [{ run, at: run.startedAt / 1000, seconds }]
    })
    .sort((a, b) => a.at - b.at)

/** Every finished run by its start and duration, as the shape of its outcome. */
export const DurationsPlot = ({
  job,
  runs,
}: {
  readonly job: JobRef
  readonly runs: readonly RunMark[]
}) => {
  const [pointed, setPointed] = useState<number | null>(null)
  const points = pointsOf(runs)
  if (points.length === 0)
    return (
      <Message title="No durations yet">
        This source tells no start and finish of its runs, or none has finished.
      </Message>
    )
  const shown = points[pointed ?? points.length - 1] ?? points.at(-1)
  return (
    <Plot
      label={`Durations of ${points.length} finished runs, from ${dateTime((points[0]?.at ?? 0) * 1000)} to ${dateTime((points.at(-1)?.at ?? 0) * 1000)}`}
      data={[points.map(({ at }) => at), points.map(({ seconds }) => seconds)]}
      overlay={{ end: null, marks: [], shapeAt: (index) => markOf(points[index]?.run ?? NO_RUN) }}
      options={() => optionsOf(setPointed)}
      table={{
        caption: 'Durations by outcome',
        head: ['start', 'run', 'outcome', 'duration'],
        rows: [...points]
          .reverse()
          .map(({ run, seconds }) => [
            dateTime(run.startedAt),
            run.runId,
            OUTCOME_LOOKS[markOf(run)].word,
            duration(seconds),
          ]),
      }}
    >
      {shown !== undefined && (
        <p class="row small">
          <OutcomeMark name={markOf(shown.run)} /> <b>{duration(shown.seconds)}</b>{' '}
          {dateTime(shown.run.startedAt)}{' '}
          <a href={runPath({ ...job, ...shown.run })}>run {shown.run.runId}</a>
        </p>
      )}
    </Plot>
  )
}

const NO_RUN = { phase: 'finished', outcome: null } as const
const optionsOf = (onPoint: (index: number | null) => void): PlotOptions => ({
  padding: [10, 12, 0, 0],
  scales: { y: { range: (_, __, max) => [0, max * 1.06] } },
  axes: [timeAxis(), { ...axisOf(axisDuration), incrs: SECONDS_STEPS, size: 62 }],
  series: [{}, { paths: () => null, points: { show: false } }],
  legend: { show: false },
  cursor: { drag: { x: false, y: false }, points: { show: false }, y: false },
  hooks: {
    setCursor: [
      (plot: uPlot) => {
        onPoint(plot.cursor.idx ?? null)
      },
    ],
  },
})
