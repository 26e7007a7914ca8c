/** What the bot remembers of a pull request: what it wrote where, and what it was told to do. */

import type { Awaitable } from '../../runtime/ports.ts'
import type { MergeForecast } from '../../schemas/events.ts'
import { pullKey, type PullRef } from '../../schemas/keys.ts'

export interface PullMemory {
  readonly comment: number | null
  /** The check run and the commit it is on. */
  readonly check: number | null
  readonly sha: string | null
  /** What the comment says, so that the same is not written again. */
  readonly said: string | null
  /** Title of the check run. */
  readonly title: string | null
  /** The newest forecast, for who asks why. */
  readonly forecast: MergeForecast | null
  readonly isMuted: boolean
  readonly isWhy: boolean
}
export const NOTHING_YET: PullMemory = {
  ...{
    comment: null,
    check: null,
    sha: null,
    said: null,
    title: null,
    forecast: null,
    isMuted: false,
    isWhy: false,
  },
}
export interface TextStore {
  readonly loadText: (name: string) => string | undefined
  /** Resolves when it is kept. */
  readonly saveText: (name: string, text: string) => Awaitable<void>
}
const nameOf = (pull: PullRef): string => `bot/${pullKey(pull)}`

export const recall = (store: TextStore, pull: PullRef): PullMemory => {
  const text = store.loadText(nameOf(pull))
  return text === undefined ? NOTHING_YET : (JSON.parse(text) as PullMemory)
}
export const remember = (store: TextStore, pull: PullRef, memory: PullMemory): Awaitable<void> =>
  store.saveText(nameOf(pull), JSON.stringify(memory))
