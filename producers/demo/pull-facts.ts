/** The facts of a simulated pull request. */

import type { Offer } from '../../runtime/ports.ts'
import type { PullEvent, PullEventKind } from '../../schemas/events.ts'
import { pullFact } from '../payload/pulls.ts'
import { heard } from './hearing.ts'
import { AUTHORS } from './jobs.ts'
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

/** Somebody else than the author, the same one at each review. */
const reviewerOf = ({ author, pull }: Pull): string => {
  const others = AUTHORS.filter((one) => one !== author)
  return others[pull % others.length] ?? author
}

const moreOf = (pull: Pull, { kind, push }: Happening): Partial<PullEvent> => {
  const isReview = kind === 'reviewed'
  return {
    author: pull.author,
    authorAssociation: 'MEMBER',
    actor: isReview || kind === 'merged' ? reviewerOf(pull) : pull.author,
    actorAssociation: 'MEMBER',
    openedAt: pull.pushes[0]?.at ?? null,
    sha: push.sha,
    base: 'main',
    draft: false,
    additions: push.additions,
    deletions: push.deletions,
    changedFiles: push.changedFiles,
    labels: isReview || kind === 'merged' ? ['approved'] : [],
    review: isReview ? 'approved' : null,
    rawReview: isReview ? 'approved' : null,
  }
}

/** Offers of what happened to a pull request in an interval, from inclusive, until exclusive. */
export const pullFacts = (seed: number, pull: Pull, t0: number, t1: number): Offer[] =>
  happeningsOf(pull)
    .filter(({ at }) => at >= t0 && at < t1)
    .flatMap((each) => {
      const { kind, at, push } = each
      const ref = { source: 'demo', repo: pull.repo, pull: pull.pull }
      const record: PullEvent = {
        ...pullFact(ref, kind, { eventAt: at, observedAt: at }, moreOf(pull, each)),
        eventId: `demo/${pull.repo}/${pull.pull}/${kind}/${push.sha}`,
      }
      return heard('ci.pull-events.v1', record, chanceOf(seed, 'pull-fact', record.eventId))
    })
