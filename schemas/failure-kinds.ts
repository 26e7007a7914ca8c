/** Why runs fail: the kinds that are told apart, in the words people read. */

import type { FailureKindName } from './events.ts'

/** The kinds in the order in which a tie is decided: what was done to a run from outside explains the rest. */
export const FAILURE_KINDS = [
  'timeout',
  'cancelled',
  'infrastructure',
  'crash',
  'build',
  'policy',
  'test',
] as const satisfies readonly FailureKindName[]

/** As it is said to people. */
export const KIND_WORDS: Readonly<Record<FailureKindName, string>> = {
  unknown: 'not known',
  test: 'test failure',
  build: 'build failure',
  infrastructure: 'infrastructure',
  timeout: 'timeout or hang',
  cancelled: 'cancelled',
  policy: 'lint or policy',
  crash: 'crash',
}
