/** Incidents of a repository with members that are part of another: they stand by themselves when that one closes. */

import type { Cells } from '../processor.ts'
import { incidentOf } from './incident-state.ts'

/** So many are kept, those heard of last. */
const MOST_BEHIND = 300
const NONE_BEHIND: readonly string[] = []
export const behindOf = (cells: Cells): readonly string[] =>
  (cells.get('behind') as string[] | undefined) ?? NONE_BEHIND
export const noteBehind = (cells: Cells, incident: string): void => {
  if (!behindOf(cells).includes(incident))
    cells.put('behind', [...behindOf(cells), incident].slice(-MOST_BEHIND))
}

/** Forgets those of which nothing is part of another any more. */
export const pruneBehind = (cells: Cells): void => {
  const before = behindOf(cells)
  const still = before.filter((name) =>
    incidentOf(cells, name)?.members.some(({ by }) => by !== ''),
  )
  if (still.length > 0) cells.put('behind', still)
  else if (before.length > 0) cells.delete('behind')
}
