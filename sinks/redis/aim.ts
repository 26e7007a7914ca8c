/**
 * Up to which pipeline time views hold everything. Tasks say with each commit up to which time they have spoken and how far
 * the log then reached: whoever has written all of that has reached that time.
 */

import { taskName } from '../../runtime/kafka/names.ts'
import type { ProgressBoard } from '../../runtime/kafka/progress-board.ts'
import type { Progress } from '../../runtime/kafka/progress.ts'

/** What all writers had said at one moment. */
interface Aim {
  readonly at: number
  /** Offsets to be reached, by place. */
  readonly written: ReadonlyMap<string, number>
}
export interface Reach {
  /** Pipeline time reached, given the next offset of each place of a partition. */
  readonly reached: (next: ReadonlyMap<string, number>) => number
  /** Pipeline time up to which all writers have spoken. */
  readonly saidAt: () => number
}

/** Follows the tasks `writers` on `partitions` partitions; one for each partition of the views. */
export const createReach = (
  board: Pick<ProgressBoard, 'newest'>,
  writers: readonly string[],
  partitions: number,
): Reach => {
  const names = writers.flatMap((writer) =>
    Array.from({ length: partitions }, (_, partition) => taskName(writer, partition)),
  )
  let aim: Aim = { at: 0, written: new Map() }
  let at = 0
  return {
    reached: (next) => {
      const has = ({ written }: Aim): boolean =>
        [...next].every(([place, offset]) => offset >= (written.get(place) ?? 0))
      // The aim is kept until it is reached: the newest one moves on all the time.
      if (has(aim)) {
        at = Math.max(at, aim.at)
        aim = aimOf(names.map((name) => board.newest(name)))
        if (has(aim)) at = Math.max(at, aim.at)
      }
      return at
    },
    saidAt: () => Math.min(...names.map((name) => board.newest(name).at)),
  }
}

const aimOf = (said: readonly Progress[]): Aim => {
  const written = new Map<string, number>()
  for (const progress of said)
    for (const [place, offset] of Object.entries(progress.written))
      written.set(place, Math.max(offset, written.get(place) ?? 0))
  return { at: Math.min(...said.map((progress) => progress.at)), written }
}
