/** Curves given as knots, and the paths that draw them. */

/** Value of a curve at x: linear between knots, held flat beyond both ends, null without knots. Example: knots (0, 1), (10, 0) at 4 give .6. */
export const valueAt = (xs: readonly number[], ys: readonly number[], x: number): number | null => {
  const last = Math.min(xs.length, ys.length) - 1
  if (last < 0) return null
  let low = 0
  let high = last
  if (x <= (xs[0] ?? 0)) return ys[0] ?? null
  if (x >= (xs[last] ?? 0)) return ys[last] ?? null
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((xs[middle] ?? 0) <= x) low = middle
    else high = middle
  }
  const [x0, x1, y0, y1] = [xs[low] ?? 0, xs[high] ?? 0, ys[low] ?? 0, ys[high] ?? 0]
  return x1 === x0 ? y1 : y0 + ((y1 - y0) * (x - x0)) / (x1 - x0)
}

/** The chance to fail and its interval at an age, read off a forecast's curve. */
export interface ChanceAt {
  readonly p: number
  readonly low: number
  readonly high: number
}

const logit = (p: number): number => {
  const inside = Math.min(1 - 1e-6, Math.max(1e-6, p))
  return Math.log(inside / (1 - inside))
}
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

/**
 * A forecast brought to a later age along its own curve; the interval keeps its width in log-odds.
 * Example: p .5 (.3 to .7) and a curve that reaches .8 gives .8 (.632 to .903).
 */
export const chanceAt = (
  forecast: {
    readonly elapsedSeconds: number
    readonly pFail: number
    readonly pFailLow: number
    readonly pFailHigh: number
    readonly curveSeconds: readonly number[]
    readonly curvePFail: readonly number[]
  },
  ageSeconds: number,
): ChanceAt => {
  const stated = { p: forecast.pFail, low: forecast.pFailLow, high: forecast.pFailHigh }
  if (ageSeconds <= forecast.elapsedSeconds) return stated
  const p = valueAt(forecast.curveSeconds, forecast.curvePFail, ageSeconds)
  if (p === null) return stated
  const shift = logit(p) - logit(forecast.pFail)
  return {
    p,
    low: Math.min(p, sigmoid(logit(forecast.pFailLow) + shift)),
    high: Math.max(p, sigmoid(logit(forecast.pFailHigh) + shift)),
  }
}

/** Where a picture of survival may end: the first knot at which at most `share` of both outcomes last longer. */
export const horizonOf = (
  seconds: readonly number[],
  pass: readonly number[],
  fail: readonly number[],
  share = 0.02,
): number => {
  const at = seconds.findIndex((_, i) => (pass[i] ?? 0) <= share && (fail[i] ?? 0) <= share)
  return (at < 0 ? seconds.at(-1) : seconds[at]) ?? 0
}

/** SVG path through the points, both axes through their scales; values that are not finite break the line. */
export const linePath = (
  xs: readonly number[],
  ys: readonly (number | null)[],
  scaleX: (x: number) => number,
  scaleY: (y: number) => number,
): string => {
  let path = ''
  let pen = 'M'
  xs.forEach((x, i) => {
    const y = ys[i]
    if (y === null || y === undefined || !Number.isFinite(y)) {
      pen = 'M'
      return
    }
    path += `${pen}${scaleX(x).toFixed(1)} ${scaleY(y).toFixed(1)}`
    pen = 'L'
  })
  return path
}

/** SVG path of the area between two curves, in pieces where one of them has no value. */
export const bandPath = (
  xs: readonly number[],
  low: readonly (number | null)[],
  high: readonly (number | null)[],
  scaleX: (x: number) => number,
  scaleY: (y: number) => number,
): string => {
  let path = ''
  let ahead: string[] = []
  let back: string[] = []
  const close = (): void => {
    if (ahead.length > 0) path += `M${[...ahead, ...back.reverse()].join('L')}Z`
    ahead = []
    back = []
  }
  xs.forEach((x, i) => {
    const [from, to] = [low[i] ?? null, high[i] ?? null]
    if (from === null || to === null) {
      close()
      return
    }
    ahead.push(`${scaleX(x).toFixed(1)} ${scaleY(to).toFixed(1)}`)
    back.push(`${scaleX(x).toFixed(1)} ${scaleY(from).toFixed(1)}`)
  })
  close()
  return path
}

/** A linear scale. Example: `scale(0, 10, 100, 0)(4)` is 60. */
export const scale =
  (from: number, to: number, start: number, end: number) =>
  (value: number): number =>
    to === from ? start : start + ((value - from) / (to - from)) * (end - start)
