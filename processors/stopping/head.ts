/** What a run ran on: a failing job may be mended by another commit, or by another configuration. Pure. */

import type { Run } from '../../schemas/events.ts'
import { key as keyOf } from '../../schemas/keys.ts'
import { phaseOf } from '../phase.ts'

/** Labels known at a start that say how a job is configured: where it runs, of which version, within which limits. */
const CONFIGURATION: readonly string[] = [
  'labels',
  'queue',
  'version',
  'stage',
  'optional',
  'timeout_seconds',
  'grace_seconds',
]

/**
 * Commit and configuration of a run, by hash. Where no commit is told, runs that were started together for one change are of
 * one; where neither is, only a configuration tells runs apart.
 */
export const headOf = ({ sha, group, labels }: Pick<Run, 'sha' | 'group' | 'labels'>): number =>
  phaseOf(keyOf(sha ?? group ?? '', ...CONFIGURATION.map((name) => labels[name] ?? '')), 2 ** 31)
