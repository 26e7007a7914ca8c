/** Pull requests of the simulated repositories: at most one is opened per repository and hour. */

import { AUTHORS, BROKEN_PUSH_SHARE } from './jobs.ts'
import { between, chanceOf, normal, pick } from './random.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const HOURS_OF_DAY = 24
/** The epoch was a Thursday. */
const EPOCH_WEEKDAY = 4
const MAX_PUSHES = 6

/** A pull request is closed at most this many hours after it was opened. */
export const PULL_SPAN_HOURS = 76

export interface Push {
  readonly at: number
  readonly sha: string
  readonly isBroken: boolean
  /** When the next push of the pull request makes this one's runs superfluous. */
  readonly supersededAt: number | null
  readonly additions: number
  readonly deletions: number
  readonly changedFiles: number
}
export interface Pull {
  readonly repo: string
  readonly pull: number
  readonly author: string
  readonly pushes: readonly Push[]
  readonly reviewedAt: number
  readonly endedAt: number
  readonly isMerged: boolean
}

/** Chance that a pull request is opened in an hour: busy by day (UTC), quieter at the weekend. */
const openingShare = (hour: number): number => {
  const day = Math.floor(hour / HOURS_OF_DAY)
  const isWeekend = [0, 6].includes((day + EPOCH_WEEKDAY) % 7)
  const daylight = 0.5 - 0.5 * Math.cos((2 * Math.PI * ((hour % HOURS_OF_DAY) - 3)) / HOURS_OF_DAY)
  return (0.5 + 0.5 * daylight) * (isWeekend ? 0.8 : 1)
}

const hex = (bits: number): string =>
  Math.floor(bits * 0x1_0000_0000)
    .toString(16)
    .padStart(8, '0')

/** The pull request of a repository opened in an hour (counted from the epoch), or null. */
export const pullOf = (seed: number, repo: string, hour: number): Pull | null => {
  const chance = chanceOf(seed, 'pull', repo, hour)
  if (chance() >= openingShare(hour)) return null
  const instants = [hour * HOUR_MS + Math.floor(chance() * HOUR_MS)]
  while (instants.length < MAX_PUSHES && chance() < 0.62) {
    const gapMs = Math.min(600, Math.max(4, 60 * Math.exp(1.4 * normal(chance)))) * MINUTE_MS
    instants.push((instants.at(-1) ?? 0) + Math.round(gapMs))
  }
  let additions = Math.ceil(40 * Math.exp(1.2 * normal(chance)))
  const pushes = instants.map((at, index): Push => {
    const push = {
      at,
      sha: Array.from({ length: 5 }, () => hex(chance())).join(''),
      isBroken: chance() < BROKEN_PUSH_SHARE,
      supersededAt: instants[index + 1] ?? null,
      additions,
      deletions: Math.floor(additions * between(chance, 0, 0.6)),
      changedFiles: 1 + Math.floor(Math.sqrt(additions) * 0.5),
    }
    additions += Math.floor(chance() * 25)
    return push
  })
  const last = instants.at(-1) ?? 0
  const waitMs = Math.round(between(chance, 1.5, 14) * HOUR_MS)
  return {
    repo,
    // Unique for eleven years, and short enough to read.
    pull: hour % 100_000,
    author: pick(chance, AUTHORS),
    pushes,
    reviewedAt: last + Math.round(waitMs * between(chance, 0.2, 0.9)),
    endedAt: last + waitMs,
    isMerged: pushes.at(-1)?.isBroken === false && chance() < 0.93,
  }
}
