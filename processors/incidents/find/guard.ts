/** What holds the stops of a job back, as the end of each of its runs tells. */

import type { Score } from '../../../schemas/events.ts'
import type { Effect } from '../../processor.ts'
import { clear, raise, type Occasion } from '../held.ts'
import { rulesOf, type Settings } from '../settings.ts'
import type { JobState } from './job-state.ts'

export const onGuard = (
  state: JobState,
  score: Score,
  occasion: Occasion,
  settings: Settings,
): Effect[] =>
  rulesOf(settings, 'guard').flatMap((rule) => {
    const place = { subject: score.job, member: score.guard ?? '' }
    const held = state.held.filter(({ rule: name }) => name === rule.name)
    const others = held.filter(({ member }) => member !== place.member)
    const isRaised = rule.row.isRaised(score.guard, rule.limits)
    const raised = isRaised
      ? raise(state.held, occasion, rule, place, rule.row.words(score.job, place.member))
      : []
    // What holds them back now comes before what no longer does: the incident goes on.
    const verdict = 'forecasts and stops of the job are within their bounds'
    return [...raised, ...others.flatMap((one) => clear(state.held, one, occasion, verdict))]
  })
