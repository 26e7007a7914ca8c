/** Histories of pull requests, for tests: only what a case is about has to be said. */

import fc from 'fast-check'
import { pullFact } from '../../producers/payload/pulls.ts'
import type { PullEvent, PullEventKind } from '../../schemas/events.ts'
import { HOUR, MINUTE, MONDAY } from './facts.ts'

const REPO = { source: 'test', repo: 'acme/shop' }

/** Something that happened to a pull request and was heard at once, unless `more` says otherwise. */
export const aPullEvent = (
  pull: number,
  kind: PullEventKind,
  at: number,
  more: Partial<PullEvent> = {},
): PullEvent =>
  pullFact(
    { ...REPO, pull },
    kind,
    { eventAt: at, observedAt: more.observedAt ?? at },
    kind === 'reviewed' ? more : { author: 'ada', ...more },
    String(at),
  )

/** One that was opened at `at` and ended `hours` later. */
export const anEnded = (
  pull: number,
  at: number,
  hours: number,
  { kind = 'merged', ...more }: Partial<PullEvent> = {},
): PullEvent[] => [
  aPullEvent(pull, 'opened', at, more),
  aPullEvent(pull, kind, at + hours * HOUR, { openedAt: at, ...more }),
]

const plan = fc.record({
  openMinute: fc.integer({ min: 0, max: 60 * 24 * 20 }),
  minutes: fc.constantFrom(1, 10, 60, 600, 3_000, 20_000),
  author: fc.constantFrom('ada', 'bob', 'cy', null),
  end: fc.constantFrom<PullEventKind | null>('merged', 'merged', 'merged', 'closed', null),
  isOpeningHeard: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
  isReopened: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  lateMinutes: fc.constantFrom(0, 0, 0, 30, 3_000),
  additions: fc.option(fc.integer({ min: 0, max: 5_000 })),
  between: fc.array(
    fc.tuple(
      fc.constantFrom<PullEventKind>('synchronised', 'labelled', 'reviewed', 'ready'),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      fc.constantFrom('approved', 'changesRequested', 'commented'),
    ),
    { maxLength: 4 },
  ),
})
type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never

const eventsOf = (one: Plan, index: number): PullEvent[] => {
  const pull = index + 1
  const at = MONDAY + one.openMinute * MINUTE
  const spanMs = one.minutes * MINUTE
  const reviewers = index % 3 === 0 ? null : [index % 3 === 1 ? 'dan' : 'eve']
  const told = { openedAt: at, title: 'Fix it', draft: index % 5 === 0 }
  const known = { ...told, author: one.author, reviewers }
  const hear = (kind: PullEventKind, when: number, more: Partial<PullEvent>): PullEvent =>
    aPullEvent(pull, kind, when, { ...more, observedAt: when + one.lateMinutes * MINUTE })
  return [
    ...(one.isOpeningHeard ? [hear('opened', at, { ...known, additions: one.additions })] : []),
    ...one.between.map(([kind, share, review]) => {
      const when = Math.round(at + share * spanMs)
      if (kind === 'reviewed') return hear(kind, when, { review, actor: 'cy' })
      return hear(kind, when, { ...known, draft: false, labels: ['lgtm'], sha: String(when) })
    }),
    ...(one.end === null ? [] : [hear(one.end, at + spanMs, known)]),
    ...(one.isReopened ? [hear('reopened', at + spanMs + HOUR, known)] : []),
  ]
}
const byHearing = (a: PullEvent, b: PullEvent): number => a.observedAt - b.observedAt

/** Events of up to fourteen pull requests of one repository over some weeks, in the order in which they are heard. */
export const pullHistory: fc.Arbitrary<PullEvent[]> = fc
  .array(plan, { minLength: 1, maxLength: 14, size: 'max' })
  .map((plans) => plans.flatMap(eventsOf).sort(byHearing))
  .filter((events) => events.length > 0)
