/** Pools a job leans on: its family, then its community. */

import type { JobRef } from '../../schemas/events.ts'
import { key } from '../../schemas/keys.ts'

/**
 * Jobs that differ only in numbers, such as versions, are a family, unless a label names it.
 * Example: `nightly-4.12-e2e` and `nightly-4.17-e2e` are both `nightly-#.#-e2e`.
 */
export const familyOf = (job: string, labels: Readonly<Record<string, string>>): string =>
  labels['family'] ?? job.replace(/\d+/g, '#')

/** Pool keys, narrowest first. */
export const poolsOf = (
  ref: JobRef,
  labels: Readonly<Record<string, string>>,
): readonly [family: string, community: string] => [
  key('family', ref.source, ref.repo, familyOf(ref.job, labels)),
  key('community', ref.source),
]
