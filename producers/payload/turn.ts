/** What a round of polling hands on, a part at a time; once it is acknowledged, what is remembered may be kept. */

import type { PullEvent, RunEvent, TestResult } from '../../schemas/events.ts'
import type { RecordOf } from '../../schemas/topics.ts'
import type { Note, Refused } from './heard.ts'

type OtherTopic =
  'ci.issue-events.v1' | 'ci.tab-states.v1' | 'ci.cluster-states.v1' | 'ci.log-excerpts.v1'
/** A record of one of the topics that few sources speak on. */
export type Other = {
  readonly [T in OtherTopic]: { readonly topic: T; readonly record: RecordOf<T> }
}[OtherTopic]

export interface Turn {
  readonly facts: readonly RunEvent[]
  readonly tests: readonly TestResult[]
  readonly pulls: readonly PullEvent[]
  readonly others: readonly Other[]
  readonly notes: readonly Note[]
  readonly refused: readonly Refused[]
}

export const turnOf = (part: Partial<Turn>): Turn => ({
  facts: [],
  tests: [],
  pulls: [],
  others: [],
  notes: [],
  refused: [],
  ...part,
})

export const isSilent = ({ facts, tests, pulls, others, notes, refused }: Turn): boolean =>
  [facts, tests, pulls, others, notes, refused].every((part) => part.length === 0)
