/**
 * Runs that a stop has cut: nobody hears how they would have ended. So one that was told to stop and still ended by itself
 * stands for them too, in rates over all passing runs (inverse probability weights: Horvitz and Thompson 1952).
 */

import type { Run } from '../../schemas/events.ts'
import { failedClass } from '../../schemas/outcomes.ts'
import { policyOf } from './policy.ts'
import type { RunningRun } from './state.ts'

type Told = Pick<RunningRun, 'labels' | 'stopSeconds' | 'leastKept'>

/** True for a run that was told to stop where stops are acted on, and was. */
export const wasStopped = ({ outcome }: Pick<Run, 'outcome'>, running: Told | undefined): boolean =>
  outcome === 'aborted' && isActedOn(running)

/**
 * How many runs an ended one stands for: itself, and of its job's `cut` ones that none has stood for yet as many as its share
 * lets it. Of runs that are the likelier mended more are left to their end, and each stands for fewer. 1 where nothing was cut.
 * Example: 19 were cut. A run of which at least .05 are left stands for 20; one of which a quarter is left, for 4.
 */
export const weightOf = (
  cut: number,
  { outcome }: Pick<Run, 'outcome'>,
  running: Told | undefined,
): number =>
  cut === 0 || failedClass(outcome ?? 'unknown') === null || !isActedOn(running)
    ? 1
    : 1 + Math.min(cut, 1 / running.leastKept - 1)

const isActedOn = (running: Told | undefined): running is Told =>
  running?.stopSeconds != null && policyOf(running.labels).isActedOn
