/** How a source was heard over time: the instants at which that changed, as far back as the longest window. */

import type { SourceCondition } from '../../schemas/events.ts'

/** From an instant on it was heard, or was not. */
export interface Change {
  readonly at: number
  readonly isHeard: boolean
}
export interface Course {
  /** Oldest first, and no two alike one after the other; before the first nothing is known. */
  readonly changes: readonly Change[]
}

/** A source that flaps is remembered for a shorter time. */
const MOST = 500

/** Adds what was told, and forgets what is older than `horizonMs` but for what held then. */
export const changed = (
  { changes }: Course,
  state: SourceCondition,
  at: number,
  horizonMs: number,
): Course => {
  const isHeard = state === 'heard'
  const all = changes.at(-1)?.isHeard === isHeard ? changes : [...changes, { at, isHeard }]
  const held = all.findLastIndex((change) => change.at <= at - horizonMs)
  return { changes: all.slice(Math.max(0, held, all.length - MOST)) }
}

export interface Heard {
  readonly heardMs: number
  /** How long anything is known of. */
  readonly knownMs: number
  /** Times that it began not to be heard. */
  readonly outages: number
}

/**
 * What a window that ends at `to` held. Example: heard from 0, not from 60, heard again from 90: of the window (30, 120] it
 * was heard for 60 of 90, with one outage.
 */
export const heardWithin = ({ changes }: Course, from: number, to: number): Heard => {
  let [heardMs, knownMs, outages] = [0, 0, 0]
  for (const [index, { at, isHeard }] of changes.entries()) {
    const [start, end] = [Math.max(at, from), Math.min(changes[index + 1]?.at ?? to, to)]
    if (!isHeard && at > from && at <= to) outages += 1
    if (end <= start) continue
    knownMs += end - start
    if (isHeard) heardMs += end - start
  }
  return { heardMs, knownMs, outages }
}
