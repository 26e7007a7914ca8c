/** The change's own history: how the job ended of late on the same pull request or branch. */

import type { Run } from '../../schemas/events.ts'

export interface ChangeCount {
  change: string
  failures: number
  runs: number
}

/** Changes remembered, those heard of last first. */
const MAX_CHANGES = 24
/** An older run on the same change says this much less than the next newer one. */
const DECAY = 0.6

/** Names the change of a run; null where nothing names it. */
export const changeOf = ({ pull, branch }: Pick<Run, 'pull' | 'branch'>): string | null =>
  pull === null ? branch : `#${pull}`

export const onChange = (
  counts: readonly ChangeCount[],
  change: string | null,
): ChangeCount | undefined =>
  change === null ? undefined : counts.find((each) => each.change === change)

/** The counts after one more run on a change. Example: fail, then pass: .6 failures of 1.6 runs. */
export const countChange = (
  counts: readonly ChangeCount[],
  change: string | null,
  failed: boolean,
): ChangeCount[] => {
  if (change === null) return [...counts]
  const { failures, runs } = onChange(counts, change) ?? { failures: 0, runs: 0 }
  const next = { change, failures: failures * DECAY + (failed ? 1 : 0), runs: runs * DECAY + 1 }
  return [next, ...counts.filter((each) => each.change !== change)].slice(0, MAX_CHANGES)
}
