/** What lies on a plot and may change without the chart being made anew. */

import type { MarkName } from '../lib/outcomes.ts'

/** A vertical line with a word at its head; `tone` is a custom property of the page. */
export interface Mark {
  readonly x: number
  readonly word: string
  readonly tone: string
  readonly dash: readonly number[]
}

export interface Overlay {
  /** Last value of x shown; null: what the data say. */
  readonly end: number | null
  readonly marks: readonly Mark[]
  /** Shape of the points of the first series. */
  readonly shapeAt?: (index: number) => MarkName
}
/** Read whenever the chart is drawn. */
export type OverlayNow = () => Overlay
