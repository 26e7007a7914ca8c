/** Where names of dots are written, so that they lie on no line, dot or other name where there is room beside them. Pure. */

import type { Point } from './svg.ts'

interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}
/** A name and its dot. */
export interface Named {
  readonly name: string
  readonly dot: Point
}
/** The left end of the base line of a name. */
export interface Placed extends Named {
  readonly at: Point
  /** True where it stands apart from its dot, so that a line must lead to it. */
  readonly isLed: boolean
}

/** Room of a sign at 12 units, on the safe side, and of a line of text above and below its base. */
const SIGN = 7
const ABOVE = 11
const BELOW = 4
/** From the middle of a dot to its name. */
const ASIDE = 9
const FAR = 24
/** Kept free before and behind a name. */
const MARGIN = 3
const ROW = 15
const ROWS = 12
/** Points of a line that are looked at, so far apart. */
const STEP = 3

const boxOf = (name: string, [x, y]: Point): Box => ({
  left: x - MARGIN,
  right: x + name.length * SIGN + MARGIN,
  top: y - ABOVE,
  bottom: y + BELOW,
})
const isOn = ({ left, right, top, bottom }: Box, [x, y]: Point): boolean =>
  x >= left && x <= right && y >= top && y <= bottom
const overlaps = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom

/** Points along a line, near enough to each other to be missed by no name. */
export const along = (line: readonly Point[]): Point[] =>
  line.flatMap(([x, y], i): Point[] => {
    const [toX, toY] = line[i + 1] ?? [x, y]
    const steps = Math.max(1, Math.ceil(Math.hypot(toX - x, toY - y) / STEP))
    return Array.from({ length: steps }, (_, step): Point => {
      const share = step / steps
      return [x + (toX - x) * share, y + (toY - y) * share]
    })
  })

/** Right of the dot, left of it, farther right, then row by row above and below. */
const candidates = ({ name, dot: [x, y] }: Named): Point[] =>
  Array.from({ length: ROWS }, (_, row) => row).flatMap((row) =>
    (row === 0 ? [0] : [-row * ROW, row * ROW]).flatMap((down): Point[] => [
      [x + ASIDE, y + BELOW + down],
      [x - ASIDE - name.length * SIGN, y + BELOW + down],
      [x + FAR, y + BELOW + down],
    ]),
  )

/** Places one name after the other: the first free place within the bounds, or the one with the least below it. */
export const placeNames = (
  names: readonly Named[],
  taken: readonly Point[],
  bounds: Box,
): Placed[] => {
  const points = [...taken, ...names.map(({ dot }) => dot)]
  const boxes: Box[] = []
  return names.map((named) => {
    let best: { readonly at: Point; readonly hits: number } = { at: named.dot, hits: Infinity }
    for (const at of candidates(named)) {
      const box = boxOf(named.name, at)
      const isInside =
        box.left >= bounds.left &&
        box.right <= bounds.right &&
        box.top >= bounds.top &&
        box.bottom <= bounds.bottom
      if (!isInside) continue
      const hits =
        points.filter((point) => isOn(box, point)).length +
        boxes.filter((other) => overlaps(box, other)).length * 10
      if (hits < best.hits) best = { at, hits }
      if (hits === 0) break
    }
    boxes.push(boxOf(named.name, best.at))
    const [x, y] = [best.at[0] - named.dot[0], best.at[1] - named.dot[1]]
    const isLed = x > ASIDE || Math.abs(y - BELOW) > 1
    return { ...named, at: best.at, isLed }
  })
}
