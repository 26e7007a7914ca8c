/** The facts of a simulated pull request. */

import type { Offer } from '../../runtime/ports.ts'
import type { PullEvent, PullEventKind } from '../../schemas/events.ts'
import { heard } from './hearing.ts'
import type { Pull, Push } from './pulls.ts'
import { chanceOf } from './random.ts'

interface Happening {
  readonly kind: PullEventKind
  readonly at: number
  readonly push: Push
}

const happeningsOf = (pull: Pull): Happening[] => {
  const last = pull.pushes.at(-1)
  const pushed = pull.pushes.map((push, index): Happening => {
    return { kind: index === 0 ? 'opened' : 'synchronised', at: push.at, push }
  })
  if (last === undefined) return pushed
  return [
    ...pushed,
    { kind: 'reviewed', at: pull.reviewedAt, push: last },
    { kind: pull.isMerged ? 'merged' : 'closed', at: pull.endedAt, push: last },
  ]
}

/** Offers of what happened to a pull request in an interval, from inclusive, until exclusive. */
export const pullFacts = (seed: number, pull: Pull, t0: number, t1: number): Offer[] =>
  happeningsOf(pull)
    .filter(({ at }) => at >= t0 && at < t1)
    .flatMap(({ kind, at, push }) => {
      const record: PullEvent = {
        eventId: `demo/${pull.repo}/${pull.pull}/${kind}/${push.sha}`,
        ...{ eventAt: at, observedAt: at, source: 'demo', repo: pull.repo, pull: pull.pull },
        ...{ kind, author: pull.author, sha: push.sha, base: 'main', draft: false },
        ...{ additions: push.additions, deletions: push.deletions },
        changedFiles: push.changedFiles,
        labels: kind === 'reviewed' || kind === 'merged' ? ['approved'] : [],
      }
      return heard('ci.pull-events.v1', record, chanceOf(seed, 'pull-fact', record.eventId))
    })
