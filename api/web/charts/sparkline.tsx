import { linePath, scale } from '../lib/curves.ts'

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
  const xs = points.map((point) => point.at)
  const low = points.map((point) => point.low)
  const high = points.map((point) => point.high)
  const band = `${linePath(xs, high, x, y)}${linePath(
    [...xs].reverse(),
    [...low].reverse(),
    x,
    y,
  ).replace('M', 'L')}Z`
  const hasBand = heard.every((point) => point.low !== null && point.high !== null)
  return (
    <svg class="tiny" viewBox="0 0 140 26" preserveAspectRatio="none" aria-hidden="true">
      {hasBand && <path class="band" d={band} />}
      <path
        d={linePath(
          xs,
          points.map((point) => point.value),
          x,
          y,
        )}
        vector-effect="non-scaling-stroke"
      />
    </svg>
  )
}
