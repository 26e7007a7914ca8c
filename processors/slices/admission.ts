/**
 * Which values of a label have a sum of their own: the first so many, all others share one. A value of which nothing was
 * heard for longer than any window gives its place away.
 */

import { SHARED_VALUE } from '../../schemas/slices.ts'
import type { Cells } from '../processor.ts'

/** Values of one label within one scope that have a sum of their own. */
export const MOST_VALUES = 64
const DAY_MS = 86_400_000
/** The longest window, and a day. */
const FORGOTTEN_MS = 15 * DAY_MS

interface Admitted {
  readonly value: string
  /** First finish that counts as its own: ends before it may have been counted under {@link SHARED_VALUE}. */
  readonly since: number
  /** End of the day of its newest finish, so that it changes once a day. */
  last: number
}
interface Admission {
  values: Admitted[]
  /** Newest finish that was counted under {@link SHARED_VALUE}; 0 where none was. */
  sharedAt: number
}
export const ADMISSION = {
  type: 'record',
  name: 'Admission',
  fields: [
    {
      name: 'values',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'Admitted',
          fields: [
            { name: 'value', type: 'string' },
            { name: 'since', type: 'long' },
            { name: 'last', type: 'long' },
          ],
        },
      },
    },
    { name: 'sharedAt', type: 'long' },
  ],
}

/**
 * Under which value an end is counted. The same for the same finish however often it is asked, so that an end is taken back
 * from where it was counted. With 64 values known, the 65th counts as `other`.
 */
export const admit = (
  cells: Cells,
  dimension: string,
  value: string,
  finishedAt: number,
  now: number,
): string => {
  const cell = `admission/${dimension}`
  const admission = (cells.get(cell) as Admission | undefined) ?? { values: [], sharedAt: 0 }
  const known = admission.values.find((each) => each.value === value)
  const day = Math.ceil(finishedAt / DAY_MS) * DAY_MS
  if (known === undefined && !hasRoom(admission, now)) {
    if (finishedAt <= admission.sharedAt) return SHARED_VALUE
    admission.sharedAt = finishedAt
    cells.put(cell, admission)
    return SHARED_VALUE
  }
  if (known === undefined) {
    const since = admission.sharedAt === 0 ? 0 : admission.sharedAt + 1
    admission.values.push({ value, since, last: day })
    cells.put(cell, admission)
    return finishedAt >= since ? value : SHARED_VALUE
  }
  if (day > known.last) {
    known.last = day
    cells.put(cell, admission)
  }
  return finishedAt >= known.since ? value : SHARED_VALUE
}

/** Makes room where a value was silent for long enough. */
const hasRoom = (admission: Admission, now: number): boolean => {
  if (admission.values.length < MOST_VALUES) return true
  const oldest = admission.values.reduce((a, b) => (b.last < a.last ? b : a))
  if (oldest.last + FORGOTTEN_MS > now) return false
  admission.values = admission.values.filter((each) => each !== oldest)
  return true
}
