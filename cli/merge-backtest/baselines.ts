/** Medians of what had been merged before a pull request was opened: of its author, its repository, of all. */

import { key } from '../../schemas/keys.ts'
import type { Opening } from './collector.ts'

/** Log(1 + seconds) forecast at the opening by each baseline; the wider one where there is nothing yet. */
export interface Baselines {
  readonly author: number
  readonly repository: number
  readonly global: number
  /** Pull requests of the repository that had ended before, and of all others. */
  readonly ended: number
  readonly endedElsewhere: number
  /** Share of the author's ended pull requests that were merged, one of each added. */
  readonly authorShare: number
}

/** A day and a half, where nothing was merged before. */
const NOTHING_KNOWN = 10.5

/** Sorted numbers that grow one by one. */
const createSorted = () => {
  const values: number[] = []
  return {
    add(value: number): void {
      let [low, high] = [0, values.length]
      while (low < high) {
        const mid = (low + high) >> 1
        if ((values[mid] ?? 0) < value) low = mid + 1
        else high = mid
      }
      values.splice(low, 0, value)
    },
    median(other: number): number {
      const [low, high] = [(values.length - 1) >> 1, values.length >> 1]
      return values.length === 0 ? other : ((values[low] ?? 0) + (values[high] ?? 0)) / 2
    },
  }
}
type Sorted = ReturnType<typeof createSorted>

const within = <V>(map: Map<string, V>, name: string, make: () => V): V => {
  const found = map.get(name) ?? make()
  map.set(name, found)
  return found
}

/** Baselines of every opening, in order. */
export const baselinesOf = (openings: readonly Opening[]): Baselines[] => {
  const all = createSorted()
  const repos = new Map<string, { times: Sorted; ended: number }>()
  const authors = new Map<string, { times: Sorted; merged: number; ended: number }>()
  const ended = openings
    .flatMap(({ forecast, score }) => (score === null ? [] : [{ forecast, score }]))
    .sort((a, b) => a.score.observedAt - b.score.observedAt)
  let next = 0
  const refOf = ({ forecast: { source, repo, author, pull } }: Pick<Opening, 'forecast'>) => ({
    ofRepo: within(repos, key(source, repo), () => ({ times: createSorted(), ended: 0 })),
    // Who is not named is nobody's fellow.
    ofAuthor: within(authors, key(source, repo, author ?? `#${pull}`), () => ({
      ...{ times: createSorted(), merged: 0, ended: 0 },
    })),
  })
  return openings.map((opening) => {
    for (let one = ended[next]; one !== undefined; one = ended[next]) {
      if (one.score.observedAt > opening.forecast.observedAt) break
      next += 1
      const { ofRepo, ofAuthor } = refOf(one)
      ofRepo.ended += 1
      ofAuthor.ended += 1
      if (!one.score.merged) continue
      const logTime = Math.log1p(one.score.seconds)
      ofAuthor.merged += 1
      for (const times of [all, ofRepo.times, ofAuthor.times]) times.add(logTime)
    }
    const { ofRepo, ofAuthor } = refOf(opening)
    const global = all.median(NOTHING_KNOWN)
    const repository = ofRepo.times.median(global)
    return {
      ...{ global, repository, author: ofAuthor.times.median(repository) },
      ended: ofRepo.ended,
      endedElsewhere: next - ofRepo.ended,
      authorShare: (ofAuthor.merged + 1) / (ofAuthor.ended + 2),
    }
  })
}
