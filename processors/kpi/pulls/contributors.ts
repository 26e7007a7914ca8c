/**
 * contributors: people who opened a pull. reviewers: people who reviewed one. Unit: people. Windows: 7 d, 30 d, in days of UTC with today.
 * new_contributor_share: contributors whose first pull lies in the window over contributors. Unit: ratio. Window: 30 d.
 * contributor_retention: contributors of the 30 d before who came again in the 30 d over those of the 30 d before. Unit: ratio.
 * Bots are told by their names and are none of them. Who was silent for 400 d is new when coming back.
 * Null where nobody was heard of by then: authors, or reviews, are not told.
 * Source: CHAOSS; AI4CI ("distinct creators"). Interval of the ratios: Wilson 95 %.
 * Example: ann and bob opened pulls 40 d ago, bob and cat today: 2 contributors, 1 / 2 new, 1 / 2 retained.
 */

import { NOTHING, plain, shareOf, type Value } from '../row.ts'
import type { People } from './people.ts'
import { type PullWindow, MONTH, WINDOWED, type PullKpiRow } from './row.ts'

const countedIn = (people: People, window: PullWindow): Value => {
  const n = window === '7d' ? people.week : people.month
  return plain(n, n)
}

export const contributors: PullKpiRow = {
  name: 'contributors',
  unit: 'people',
  windows: WINDOWED,
  doc: 'people who opened a pull',
  source: 'CHAOSS',
  value: ({ authors, window, heard }) => (heard.authors ? countedIn(authors, window) : NOTHING),
}

export const newContributorShare: PullKpiRow = {
  name: 'new_contributor_share',
  unit: 'ratio',
  windows: MONTH,
  doc: 'contributors whose first pull was in the window / contributors',
  source: 'CHAOSS',
  value: ({ authors }) => shareOf(authors.newInMonth, authors.month),
}

export const contributorRetention: PullKpiRow = {
  name: 'contributor_retention',
  unit: 'ratio',
  windows: MONTH,
  doc: 'contributors of the 30 d before who came again / contributors of the 30 d before',
  source: 'CHAOSS',
  value: ({ authors }) => shareOf(authors.retained, authors.monthBefore),
}

export const reviewers: PullKpiRow = {
  name: 'reviewers',
  unit: 'people',
  windows: WINDOWED,
  doc: 'people who reviewed a pull of somebody else',
  source: 'CHAOSS',
  value: ({ reviewers: people, window, heard }) =>
    heard.reviewers ? countedIn(people, window) : NOTHING,
}
