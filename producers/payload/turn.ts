/** What a round of polling hands on, a part at a time; once it is acknowledged, what is remembered may be kept. */

import type { PullEvent, RunEvent, TestResult } from '../../schemas/events.ts'
import type { Note, Refused } from './heard.ts'

export interface Turn {
  readonly facts: readonly RunEvent[]
  readonly tests: readonly TestResult[]
  readonly pulls: readonly PullEvent[]
  readonly notes: readonly Note[]
  readonly refused: readonly Refused[]
}

export const turnOf = (part: Partial<Turn>): Turn => ({
  facts: [],
  tests: [],
  pulls: [],
  notes: [],
  refused: [],
  ...part,
})

export const isSilent = ({ facts, tests, pulls, notes, refused }: Turn): boolean =>
  facts.length + tests.length + pulls.length + notes.length + refused.length === 0
