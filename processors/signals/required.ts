/**
 * What a change waits for: its required jobs. One that its policy calls optional may fail, or run on, and the change may
 * merge all the same.
 */

import type { GroupRun } from '../../schemas/events.ts'
import type { Cells } from '../processor.ts'
import { policyOf, type Policy } from '../../schemas/policy.ts'
import { endsOf, rateOf, type Group, type Member } from './group.ts'

/** A job that fails so often, this failure included, cannot be required. */
const USUAL_FAILURE = 0.75

export const policyFrom = (policy: string | null): Policy =>
  policyOf(policy === null ? {} : { policy })

/** True where a failure of the job is none of the change's. The rate holds this failure already. */
export const mayFail = (cells: Cells, job: string, policy: string | null): boolean =>
  policyFrom(policy).isOptional || rateOf(endsOf(cells, job), endsOf(cells)) > USUAL_FAILURE

/**
 * A run of a change is heard of. What was said of the end of optional runs alone is no word on the change once a required
 * one is there: it is said again. Changes the group.
 */
export const noteRequired = (group: Group, { policy }: GroupRun): void => {
  if (group.hasRequired || policyFrom(policy).isOptional) return
  group.hasRequired = true
  group.told = null
  group.isEndTold = false
}

/** True where the change does not end before the run does: where all of its runs are optional, it waits for all. */
export const isAwaited = ({ hasRequired }: Group, { isOptional }: Member): boolean =>
  !hasRequired || !isOptional
