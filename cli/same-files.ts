/** A store goes on with the files of which it has the first facts, and no others: a cursor counts facts, it does not know them. */

import type { Archive } from '../producers/archive/archive.ts'
import type { Digests } from '../producers/archive/digest.ts'
import type { FeedTarget } from './live.ts'

/** Keeps what the files of an archive hold when it begins. Throws where they hold something else when it goes on. */
export const checkFiles = async (
  { fed, loadText, saveText }: Pick<FeedTarget, 'fed' | 'loadText' | 'saveText'>,
  archive: Archive,
  signal: AbortSignal,
): Promise<void> => {
  const { name } = archive
  const place = `files/${name}`
  const taken = fed.cursor(name)
  const held = taken === 0 ? undefined : loadText(place)
  const found = await archive.digests(signal)
  // What was begun before digests were kept is taken to be the same.
  if (held === undefined) return saveText(place, JSON.stringify(found))
  const before = JSON.parse(held) as Digests
  const names = Object.keys({ ...before, ...found })
  const others = names.filter((each) => before[each] !== found[each])
  if (others.length > 0)
    throw new Error(
      `${others.join(', ')}: not what it was when ${taken.toLocaleString('en')} facts of ${name} were taken, and rows may lie ` +
        'before those. Put it back as it was, or replay all of it into another store (--store; on Kafka another namespace)',
    )
}
