/** What lasted too long under limits that have changed since it was told, and is not too long by those in force. */

import type { Cells, Effect } from '../../processor.ts'
import { clear, type Held, type Occasion } from '../held.ts'
import type { WaitingRule } from '../rule.ts'
import type { Rule, Settings } from '../settings.ts'
import type { JobState, Watched } from './job-state.ts'
import { isStandingStill } from './logs.ts'
import { isTooLong, silenceOf, waitOf, wakeFor } from './waits.ts'

/** Its end still tells whether it was right; it is told again where it becomes too long by these. */
export const clearRelaxed = (
  cells: Cells,
  state: JobState,
  occasion: Occasion,
  settings: Settings,
): Effect[] =>
  state.held
    .filter((one) => !one.isGone && one.at < settings.since)
    .filter((one) => isRelaxed(cells, state, one, occasion, settings))
    .flatMap((one) => [
      ...clear(state.held, one, occasion, 'it is within the limits set since', { keep: true }),
      ...wakeFor(state, watchedOf(state, one), occasion.ref, settings, occasion.now),
    ])

const watchedOf = ({ runs }: JobState, { member }: Held): Watched | null =>
  runs.find(({ run }) => run === member) ?? null

const isRelaxed = (
  cells: Cells,
  state: JobState,
  one: Held,
  { now, ref }: Occasion,
  { byName }: Settings,
): boolean => {
  const rule = byName.get(one.rule)
  if (rule === undefined || !isOfWaits(rule)) return false
  const watched = watchedOf(state, one)
  if (watched === null && one.member !== ref.job) return false
  const wait = watched === null ? silenceOf(state) : waitOf(watched)
  // A job with a run under way is not silent, yet only the end of a run ends its silence.
  if (wait.kind !== one.kind || wait.since === 0) return false
  return !isTooLong(state, wait, rule, now) && !isStandingStill(cells, one.member, rule, now)
}

const isOfWaits = (rule: Rule): rule is Rule<WaitingRule> =>
  rule.row.of === 'queued' || rule.row.of === 'running' || rule.row.of === 'silent'
