/**
 * Who owned a job when. An owner comes from the configuration, which may change: each end keeps the owner that the job had
 * at its finish, so that a correction takes it back from whom it was counted under.
 */

import type { JobRef } from '../../schemas/events.ts'
import type { AlertOwner } from '../../schemas/events.ts'
import { ownerOf } from '../../schemas/glob.ts'
import type { Cells } from '../processor.ts'

interface Tenure {
  /** Empty: nobody. */
  readonly owner: string
  /** First finish that is its own. */
  readonly since: number
}
export const TENURES = {
  type: 'array',
  items: {
    type: 'record',
    name: 'Tenure',
    fields: [
      { name: 'owner', type: 'string' },
      { name: 'since', type: 'long' },
    ],
  },
}
const CELL = 'owners'
/** With more changes than these within the longest window, the oldest ends go to the owner after. */
const MOST_TENURES = 8

/** Owner of an end by its finish, as the configuration said then; undefined where nobody was. */
export const ownerAt = (
  cells: Cells,
  owners: readonly AlertOwner[],
  job: JobRef,
  finishedAt: number,
  now: number,
): string | undefined => {
  const known = cells.get(CELL) as Tenure[] | undefined
  if (known === undefined && owners.length === 0) return undefined
  const tenures = known ?? []
  const owner = ownerOf(owners, job) ?? ''
  if (tenures.at(-1)?.owner !== owner) {
    tenures.push({ owner, since: tenures.length === 0 ? 0 : now })
    cells.put(CELL, tenures.slice(-MOST_TENURES))
  }
  const held = tenures.findLast(({ since }) => since <= finishedAt) ?? tenures[0]
  return held === undefined || held.owner === '' ? undefined : held.owner
}
