/**
 * Slices: runs that have the value of one label in common. KPIs are rolled up by these and no other labels (docs/kpis.md
 * says why): each end is counted once under each of its slices, never under a combination of them.
 */

import type { Run } from './events.ts'

/** Labels within a repository, and those that its neighbours share. */
const OF_REPO = ['family', 'branch'] as const
const OF_SOURCE = ['cluster', 'platform', 'release', 'variant', 'owner'] as const
export const SLICE_DIMENSIONS = [...OF_REPO, ...OF_SOURCE] as const
export type SliceDimension = (typeof SLICE_DIMENSIONS)[number]
/** Value of the sum that values share which have none of their own. */
export const SHARED_VALUE = 'other'
/** Value of each dimension that a run has one of. */
export type Slices = Readonly<Record<string, string>>

/** Longer values are cut: they are part of keys. */
const MOST_CHARS = 120
/** Words by which sources name runs of proposed changes, whose branches are not those of the repository. */
const PROPOSED = /pull|merge.?request|presubmit|batch/i

type Labelled = Pick<Run, 'job' | 'branch' | 'pull' | 'trigger' | 'labels'>

/**
 * Jobs that differ only in numbers, such as versions, are a family, unless a label names it.
 * Example: `nightly-4.12-e2e` and `nightly-4.17-e2e` are both `nightly-#.#-e#e`.
 */
export const familyOf = (job: string, labels: Readonly<Record<string, string>>): string =>
  labels['family'] ?? job.replace(/\d+/g, '#')

/** Branch of a run of no proposed change. */
const branchOf = ({ branch, pull, trigger }: Labelled): string | undefined =>
  branch === null || pull !== null || PROPOSED.test(trigger ?? '') ? undefined : branch

/** A job that is its whole family needs no sum of its own. */
const familySliceOf = ({ job, labels }: Labelled): string | undefined => {
  const family = familyOf(job, labels)
  return family === job ? undefined : family
}

/**
 * Slices of a run, by what is known of it. Example: a run of `unit-4.12` on branch `main` with the label cluster `b1` is of
 * `{ family: 'unit-#.#', branch: 'main', cluster: 'b1' }`.
 */
export const slicesOf = (run: Labelled): Slices => {
  const { labels } = run
  const found: Record<SliceDimension, string | undefined> = {
    family: familySliceOf(run),
    branch: branchOf(run),
    cluster: labels['cluster'] ?? labels['runner_group'],
    platform: labels['platform'],
    release: labels['release'] ?? labels['version'],
    variant: labels['variant'],
    owner: labels['owner'],
  }
  const slices: Record<string, string> = {}
  for (const dimension of SLICE_DIMENSIONS) {
    const value = found[dimension]
    if (value !== undefined && value !== '') slices[dimension] = value.slice(0, MOST_CHARS)
  }
  return slices
}

export const areSameSlices = (a: Slices, b: Slices): boolean =>
  SLICE_DIMENSIONS.every((dimension) => a[dimension] === b[dimension])

/** True where the slices of a dimension are those of a repository, false where of a source. */
export const isOfRepo = (dimension: string): boolean =>
  (OF_REPO as readonly string[]).includes(dimension)
