/** Facts about pull requests as sources state them: whatever is not told is null. */

import type { PullEvent, PullEventKind } from '../../schemas/events.ts'
import { key } from '../../schemas/keys.ts'
import type { Told } from './facts.ts'

export type PullRef = Pick<PullEvent, 'source' | 'repo' | 'pull'>

/** One fact about a pull request; `idParts` tell it from others of its kind. */
export const pullFact = (
  { source, repo, pull }: PullRef,
  kind: PullEventKind,
  { eventAt, observedAt }: Told,
  more: Partial<PullEvent> = {},
  ...idParts: readonly string[]
): PullEvent => ({
  eventId: key(source, repo, 'pull', String(pull), kind, ...idParts),
  eventAt,
  observedAt,
  source,
  repo,
  pull,
  kind,
  author: null,
  sha: null,
  base: null,
  draft: null,
  additions: null,
  deletions: null,
  changedFiles: null,
  labels: [],
  actor: null,
  actorAssociation: null,
  authorAssociation: null,
  openedAt: null,
  review: null,
  rawReview: null,
  title: null,
  titleWords: null,
  bodyWords: null,
  commits: null,
  comments: null,
  reviewComments: null,
  reviewers: null,
  files: null,
  autoMerge: null,
  mergeState: null,
  command: null,
  ...more,
})

const WORDS = /\S+/g

/** Words of a text. Example: `Fix the build` has 3. */
export const wordCount = (text: string): number => text.match(WORDS)?.length ?? 0
