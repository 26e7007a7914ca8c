/** Rounds of a source that are cut off after any of their turns, and go on from what was kept. */

import type { Get } from '../../producers/payload/reach.ts'
import type { Turn } from '../../producers/payload/turn.ts'

export interface Look {
  readonly get: Get
  readonly now: number
}
interface Polled<C> {
  readonly newCursor: () => C
  readonly poll: (get: Get, cursor: C, now: number) => AsyncIterable<Turn>
}

const idsOf = ({ facts, tests, others }: Turn): string[] =>
  [...facts, ...tests, ...others.map(({ record }) => record)].map(({ eventId }) => eventId)

/**
 * Ids heard over the looks where the turn of that number is the last that the log takes before a crash, with what is
 * remembered kept up to the turn before; 0 is never cut. `isCut` says whether there was such a turn.
 */
export const heardWithCut = async <C>(
  { newCursor, poll }: Polled<C>,
  looks: readonly Look[],
  cutAt: number,
): Promise<{ readonly ids: Set<string>; readonly isCut: boolean }> => {
  const ids = new Set<string>()
  let kept = JSON.stringify(newCursor())
  let turns = 0
  const round = async ({ get, now }: Look): Promise<boolean> => {
    const cursor = JSON.parse(kept) as C
    for await (const turn of poll(get, cursor, now)) {
      for (const id of idsOf(turn)) ids.add(id)
      turns += 1
      if (turns === cutAt) return false
      kept = JSON.stringify(cursor)
    }
    kept = JSON.stringify(cursor)
    return true
  }
  for (const look of looks) if (!(await round(look))) await round(look)
  return { ids, isCut: cutAt > 0 && turns >= cutAt }
}
