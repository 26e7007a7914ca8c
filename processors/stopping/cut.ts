/**
 * Runs that a stop has cut: nobody hears how they would have ended. So one that was told to stop and still ended by itself
 * stands for them too, in rates over all passing runs (inverse probability weights: Horvitz and Thompson 1952).
 */

import type { Act, Run } from '../../schemas/events.ts'
import { failedClass } from '../../schemas/outcomes.ts'
import { drop, type Cells, type Effect } from '../processor.ts'
import { runCell } from '../run-cell.ts'
import { policyOf } from '../../schemas/policy.ts'
import type { RunningRun } from './state.ts'

type Told = Pick<RunningRun, 'labels' | 'stopSeconds' | 'leastKept'>

/** Whoever acts says so before it does: from then on an abort is its work, but where it came to nothing. */
export const onAct = (cells: Cells, act: Act): Effect[] => {
  const running = cells.get(runCell(act)) as RunningRun | undefined
  const isActed = act.state === 'intended' || act.state === 'done'
  if (running === undefined || running.isActed === isActed) return [drop('no-use')]
  cells.put(runCell(act), { ...running, isActed })
  return []
}

/** True for a run that was stopped since we said so; others are aborted by a new commit, or by people. */
export const wasStopped = (
  { outcome }: Pick<Run, 'outcome'>,
  running: Pick<RunningRun, 'isActed'> | undefined,
): boolean => outcome === 'aborted' && running?.isActed === true

/**
 * How many runs an ended one stands for: itself, and of its job's `cut` ones that none has stood for yet as many as its share
 * lets it. Of runs that are the likelier mended more are left to their end, and each stands for fewer. 1 where nothing was cut.
 * Those that were cut are counted together, whatever the ground of their stops.
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
