import { bandPath, linePath, scale } from '../lib/curves.ts'

export interface SparkPoint {
  readonly at: number
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
}

/** A value over time with its interval behind it; the words beside it carry the figures. */
export const Sparkline = ({ points }: { readonly points: readonly SparkPoint[] }) => {
  const heard = points.filter((point) => point.value !== null)
  if (heard.length < 2) return null
  const all = heard.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value])
  const numbers = all.filter((value): value is number => value !== null)
  const [min, max] = [Math.min(...numbers), Math.max(...numbers)]
  const x = scale(points[0]?.at ?? 0, points.at(-1)?.at ?? 1, 1, 139)
  const y = scale(min, max === min ? min + 1 : max, 24, 2)
  const last = heard.at(-1)
  const xs = points.map((point) => point.at)
  const band = bandPath(
    xs,
    points.map(({ low }) => low),
    points.map(({ high }) => high),
    x,
    y,
  )
  return (
    <svg class="tiny" viewBox="0 0 140 26" preserveAspectRatio="none" aria-hidden="true">
      <path class="band" d={band} />
      <path
        d={linePath(
          xs,
          points.map((point) => point.value),
          x,
          y,
        )}
        vector-effect="non-scaling-stroke"
      />
      {last !== undefined && (
        <path
          class="last"
          d={`M${x(last.at).toFixed(1)} ${y(last.value ?? 0).toFixed(1)}h0.01`}
          vector-effect="non-scaling-stroke"
        />
      )}
    </svg>
  )
}
