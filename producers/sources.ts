/** THE table of live sources. One row is one folder; `docs/sources.md` tells how to add one. */

import { GITHUB } from './github/source.ts'
import { GITLAB } from './gitlab/source.ts'
import { JENKINS } from './jenkins/source.ts'
import { PROMETHEUS } from './prometheus/source.ts'
import { PROW } from './prow/source.ts'
import type { SourceRow } from './source.ts'
import { TESTGRID } from './testgrid/source.ts'

export const SOURCES = {
  prow: PROW,
  testgrid: TESTGRID,
  github: GITHUB,
  gitlab: GITLAB,
  jenkins: JENKINS,
  prometheus: PROMETHEUS,
} as const satisfies Record<string, SourceRow>
