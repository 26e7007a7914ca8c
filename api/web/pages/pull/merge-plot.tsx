import type { MergeForecast, MergeScore } from '../../../../schemas/events.ts'
import { curveOptions } from '../../charts/curve-options.ts'
import type { Mark } from '../../charts/overlay.ts'
import { Plot } from '../../charts/plot.tsx'
import { colour } from '../../charts/plot-style.ts'
import { duration } from '../../lib/format.ts'
import { Message } from '../../parts/asked.tsx'

/** Expected time from opening to merge over the time it is open: the middle, and two ranges about it. */
export const MergePlot = ({
  forecasts,
  score,
}: {
  readonly forecasts: readonly MergeForecast[]
  readonly score: MergeScore | null
}) => {
  const last = forecasts.at(-1)
  if (last === undefined)
    return <Message title="Its forecasts are past what the log keeps">The score is kept.</Message>
  const of = (name: string) => forecasts.map(({ quantiles }) => quantiles[name] ?? null)
  const end = Math.max(last.elapsedSeconds, score?.seconds ?? 0, 3600) * 1.05
  const marks: Mark[] =
    score === null
      ? []
      : [
          {
            ...{ x: score.seconds, tone: '--ink', dash: [] },
            word: `${score.merged ? 'merged' : 'closed'} after ${duration(score.seconds)}`,
          },
        ]
  const [p05, p25, p50, p75, p95] = ['p05', 'p25', 'p50', 'p75', 'p95'].map(of)
  const xs = forecasts.map(({ elapsedSeconds }) => elapsedSeconds)
  const held = <T,>(values: readonly T[] = []): T[] => [...values, ...values.slice(-1)]
  return (
    <Plot
      label={`Expected ${duration(p50?.[0])} at first, ${duration(p50?.at(-1))} at last`}
      data={[[...xs, end], held(p95), held(p75), held(p25), held(p05), held(p50)]}
      overlay={{ end, marks }}
      height={260}
      options={curveOptions({
        top: topOf(forecasts, score?.seconds ?? 0),
        write: duration,
        isSeconds: true,
        isStepped: true,
        series: [
          { label: '95 %', stroke: () => colour('--ink-3'), width: 0.75 },
          { label: '75 %', stroke: () => colour('--ink-3'), width: 0.75 },
          { label: '25 %', stroke: () => colour('--ink-3'), width: 0.75 },
          { label: '5 %', stroke: () => colour('--ink-3'), width: 0.75 },
          { label: 'expected', stroke: () => colour('--accent') },
        ],
        bands: [
          { series: [1, 4], fill: () => colour('--tint-running') },
          { series: [2, 3], fill: () => colour('--tint-running') },
        ],
      })}
      table={{
        caption: 'Expected time to merge',
        head: [
          'open for',
          'because of',
          '5 %',
          '25 %',
          'expected',
          '75 %',
          '95 %',
          'merges at all',
        ],
        rows: forecasts.map(({ elapsedSeconds, cause, pMerge }, i) => [
          duration(elapsedSeconds),
          cause,
          ...[p05, p25, p50, p75, p95].map((values) => duration(values?.[i])),
          `${Math.round(pMerge * 100)} %`,
        ]),
      }}
    />
  )
}

/** The 95 % bound may lie so far away that nothing else could be read: what is shown ends at three times the middle. */
const topOf = (forecasts: readonly MergeForecast[], ended: number): number => {
  const most = (name: string): number =>
    Math.max(...forecasts.map(({ quantiles }) => quantiles[name] ?? 0))
  return 1.08 * Math.max(ended, most('p75'), Math.min(most('p95'), 3 * most('p50')))
}
