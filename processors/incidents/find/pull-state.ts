/** What the rules of pull requests keep of a repository: those that wait, how long such waits take, and what is held. */

import { HELD_LIST, type Held } from '../held.ts'

/** An open pull request; 0 where it does not wait for that. */
export interface Waiting {
  readonly pull: number
  reviewSince: number
  readySince: number
}
export interface RepoState {
  waiting: Waiting[]
  held: Held[]
  /** Waits that ended, in seconds, newest last. */
  reviews: number[]
  merges: number[]
  mergedAt: number
  wakeAt: number
}
const LONGS = { type: 'array', items: 'long' }
export const REPO_CELL = {
  type: 'record',
  name: 'PullAlerts',
  fields: [
    {
      name: 'waiting',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'WaitingPull',
          fields: ['pull', 'reviewSince', 'readySince'].map((name) => ({ name, type: 'long' })),
        },
      },
    },
    { name: 'held', type: HELD_LIST },
    { name: 'reviews', type: LONGS },
    { name: 'merges', type: LONGS },
    { name: 'mergedAt', type: 'long' },
    { name: 'wakeAt', type: 'long' },
  ],
}
const MOST_PAST = 100

export const newRepoState = (): RepoState => ({
  ...{ waiting: [], held: [], reviews: [], merges: [], mergedAt: 0, wakeAt: 0 },
})

/** Notes a wait that ended. */
export const past = (list: number[], ms: number): void => {
  list.push(Math.max(0, Math.round(ms / 1000)))
  if (list.length > MOST_PAST) list.shift()
}
