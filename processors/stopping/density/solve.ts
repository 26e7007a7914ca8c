/** The little numerical mathematics that maximum likelihood needs: special functions and two maximisers. */

/** ψ(x), the slope of ln Γ, for x > 0: recurrence up to 6, then the asymptotic series (Abramowitz and Stegun 6.3.18). Example: ψ(1) = −.577216. */
export const digamma = (x: number): number => {
  let shift = 0
  let at = x
  for (; at < 6; at += 1) shift -= 1 / at
  const r = 1 / (at * at)
  return shift + Math.log(at) - 0.5 / at - r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r / 240)))
}

/** ψ′(x) for x > 0, as above (6.4.12). Example: ψ′(1) = π²/6 = 1.644934. */
export const trigamma = (x: number): number => {
  let shift = 0
  let at = x
  for (; at < 6; at += 1) shift += 1 / (at * at)
  const r = 1 / (at * at)
  const series = 1 / 6 - r * (1 / 30 - r * (1 / 42 - r / 30))
  return shift + 1 / at + r / 2 + (r / at) * series
}

/** ln Γ(x) for x > 0: recurrence up to 7, then Stirling's series (6.1.41). Example: ln Γ(5) = ln 24 = 3.178054. */
export const logGamma = (x: number): number => {
  let product = 1
  let at = x
  for (; at < 7; at += 1) product *= at
  const r = 1 / (at * at)
  const series = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r / 1680))) / at
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product)
}

const GOLDEN = (Math.sqrt(5) - 1) / 2

/**
 * The x in [low, high], both above zero, where f is largest: a grid in ln x, then a golden-section search around its best
 * point, since a likelihood may have a second maximum at its border. Precise to (high/low)^(1/700) by default.
 */
export const maximise = (
  f: (x: number) => number,
  low: number,
  high: number,
  points = 9,
  goldenSteps = 9,
): number => {
  const step = Math.log(high / low) / (points - 1)
  let best = 0
  let most = -Infinity
  for (let i = 0; i < points; i += 1) {
    const value = f(low * Math.exp(i * step))
    if (value > most) [best, most] = [i, value]
  }
  const at = (i: number): number => f(low * Math.exp(i * step))
  let a = Math.max(0, best - 1)
  let b = Math.min(points - 1, best + 1)
  let left = b - GOLDEN * (b - a)
  let right = a + GOLDEN * (b - a)
  let [fLeft, fRight] = [at(left), at(right)]
  for (let i = 0; i < goldenSteps; i += 1) {
    if (fLeft > fRight) {
      ;[b, right, fRight] = [right, left, fLeft]
      left = b - GOLDEN * (b - a)
      fLeft = at(left)
    } else {
      ;[a, left, fLeft] = [left, right, fRight]
      right = a + GOLDEN * (b - a)
      fRight = at(right)
    }
  }
  const middle = (a + b) / 2
  return low * Math.exp((at(middle) >= most ? middle : best) * step)
}

type Point = readonly [number, number]
interface Vertex {
  readonly at: Point
  readonly value: number
}

/**
 * The point where f of two variables is largest, by the simplex of Nelder and Mead (1965) from `start` with sides of `side`;
 * ends when the values at its corners agree to `precision`, or after so many steps.
 */
export const maximise2 = (
  f: (x: number, y: number) => number,
  start: Point,
  side: number,
  steps: number,
  precision: number,
): Point => {
  const vertex = (x: number, y: number): Vertex => ({ at: [x, y], value: f(x, y) })
  const [x, y] = start
  let simplex = [vertex(x, y), vertex(x + side, y), vertex(x, y + side)]
  for (let step = 0; step < steps; step += 1) {
    simplex.sort((one, other) => other.value - one.value)
    const [best, good, worst] = simplex as [Vertex, Vertex, Vertex]
    if (best.value - worst.value < precision) break
    const towards = (share: number): Vertex => {
      const along = (i: 0 | 1): number => {
        const centre = (best.at[i] + good.at[i]) / 2
        return centre + share * (worst.at[i] - centre)
      }
      return vertex(along(0), along(1))
    }
    const reflected = towards(-1)
    const next =
      reflected.value > best.value
        ? larger(towards(-2), reflected)
        : reflected.value > good.value
          ? reflected
          : towards(reflected.value > worst.value ? -0.5 : 0.5)
    const half = ({ at }: Vertex): Vertex =>
      vertex((at[0] + best.at[0]) / 2, (at[1] + best.at[1]) / 2)
    simplex = next.value > worst.value ? [best, good, next] : [best, half(good), half(worst)]
  }
  return simplex.reduce(larger).at
}
const larger = (one: Vertex, other: Vertex): Vertex => (other.value > one.value ? other : one)
