/** What happened to a pull request, seen by what is otherwise than it was. */

import type { PullEventKind } from '../../schemas/events.ts'

/** What is remembered of a pull request, to see what changed. Lists are sorted names, one a line. */
export interface PullMark {
  readonly sha: string
  readonly labels: string
  readonly reviewers: string
  readonly isDraft: boolean
  readonly isOpen: boolean
}
/** What a delivery tells: its action says what was otherwise before. */
export interface Delivered {
  readonly action: string
  /** Login of whoever did it. */
  readonly sender: string | null
}
export interface PullTimes {
  readonly createdAt: number
  readonly updatedAt: number
  readonly mergedAt: number | null
  readonly closedAt: number | null
}
export interface Happening {
  readonly kind: PullEventKind
  readonly eventAt: number
  readonly idParts: readonly string[]
}

const happening = (
  kind: PullEventKind,
  eventAt: number,
  ...idParts: readonly string[]
): Happening => ({ kind, eventAt, idParts })

const hasMore = (names: string, before: string): boolean => {
  const known = new Set(before.split('\n'))
  return names !== '' && names.split('\n').some((name) => !known.has(name))
}

const changes = (at: number, mark: PullMark, before: PullMark): Happening[] => {
  const all: Happening[] = []
  if (mark.isOpen && !before.isOpen) all.push(happening('reopened', at, mark.sha))
  if (mark.sha !== before.sha) all.push(happening('synchronised', at, mark.sha))
  if (mark.isDraft !== before.isDraft)
    all.push(happening(mark.isDraft ? 'drafted' : 'ready', at, mark.sha))
  if (mark.labels !== before.labels) all.push(happening('labelled', at, mark.labels))
  // Who has reviewed is asked no more.
  if (hasMore(mark.reviewers, before.reviewers))
    all.push(happening('reviewRequested', at, mark.reviewers))
  return all
}

/** What the actions of deliveries changed. */
const DELIVERED: Readonly<Record<string, (mark: PullMark) => Partial<PullMark>>> = {
  synchronize: ({ sha }) => ({ sha: `not ${sha}` }),
  labeled: ({ labels }) => ({ labels: `not ${labels}` }),
  unlabeled: ({ labels }) => ({ labels: `not ${labels}` }),
  ready_for_review: () => ({ isDraft: true }),
  converted_to_draft: () => ({ isDraft: false }),
  reopened: () => ({ isOpen: false }),
  review_requested: () => ({ reviewers: '' }),
}

const markBefore = (mark: PullMark, before: PullMark | Delivered | null): PullMark | null => {
  if (before === null || 'sha' in before) return before
  const change = Object.hasOwn(DELIVERED, before.action) ? DELIVERED[before.action] : undefined
  return change === undefined ? null : { ...mark, ...change(mark) }
}

/** What has happened to it since it was as `before`; null where it was not heard of, or where that is not known. */
export const happeningsOf = (
  { createdAt, updatedAt, mergedAt, closedAt }: PullTimes,
  mark: PullMark,
  before: PullMark | Delivered | null,
): Happening[] => {
  const known = markBefore(mark, before)
  const all = [happening('opened', createdAt)]
  if (known !== null) all.push(...changes(updatedAt, mark, known))
  if (mergedAt !== null) all.push(happening('merged', mergedAt))
  else if (closedAt !== null) all.push(happening('closed', closedAt, String(closedAt)))
  return all
}
