/** Pools a job leans on: its family, then its repository, then its community. */

import type { JobRef } from '../../schemas/events.ts'
import { key } from '../../schemas/keys.ts'
import { familyOf } from '../../schemas/slices.ts'

/** Pool keys, narrowest first. */
export const poolsOf = (
  ref: JobRef,
  labels: Readonly<Record<string, string>>,
): readonly [family: string, repository: string, community: string] => [
  key('family', ref.source, ref.repo, familyOf(ref.job, labels)),
  key('repository', ref.source, ref.repo),
  key('community', ref.source),
]
