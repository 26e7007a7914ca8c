/** How a simulated job behaves: plain data, and what it makes of one instant. */

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

export type BehaviourKind =
  | 'stable'
  | 'flaky'
  | 'streaky'
  | 'hanging'
  | 'starved'
  | 'regressing'
  | 'drifting'
  | 'failsFast'
  | 'failsLate'

/** Episodes that come back for ever, counted from the epoch, so that any `now` has something to show. */
export interface Cycle {
  readonly everyHours: number
  readonly atHours: number
  readonly forHours: number
}
/** One turn of a cycle: from inclusive, until exclusive, in milliseconds since the epoch. */
export interface Episode {
  readonly from: number
  readonly until: number
}

export interface Behaviour {
  readonly kind: BehaviourKind
  /** When the behaviour shows; null = nothing changes with time. */
  readonly cycle: Cycle | null
  /** Chance of failing inside an episode; null = as ever. */
  readonly pFailThen: number | null
  /** Longest wait for capacity inside an episode. */
  readonly waitMinutes: number
  /** Share by which runs are longer at the end of an episode than at its start. */
  readonly growth: number
  /** Share of the failing runs that stall until the limit. */
  readonly hangShare: number
  readonly limitHours: number
  readonly failsAt: 'early' | 'any' | 'late'
}

const plain: Omit<Behaviour, 'kind'> = {
  cycle: null,
  pFailThen: null,
  waitMinutes: 0,
  growth: 0,
  hangShare: 0,
  limitHours: 4,
  failsAt: 'any',
}
const every = (everyHours: number, atHours: number, forHours: number): Cycle => ({
  everyHours,
  atHours,
  forHours,
})

export const stable: Behaviour = { ...plain, kind: 'stable' }
export const flaky: Behaviour = { ...plain, kind: 'flaky' }
export const failsFast: Behaviour = { ...plain, kind: 'failsFast', failsAt: 'early' }
export const failsLate: Behaviour = { ...plain, kind: 'failsLate', failsAt: 'late' }
/** Broken for hours or days at known instants, then fixed. */
export const streaky = (everyHours: number, atHours: number, forHours: number): Behaviour => ({
  ...plain,
  kind: 'streaky',
  cycle: every(everyHours, atHours, forHours),
  pFailThen: 0.97,
})
/** Half of the failing runs stall until the limit. */
export const hanging = (limitHours: number): Behaviour => ({
  ...plain,
  kind: 'hanging',
  hangShare: 0.5,
  limitHours,
})
/** Waits for machines at known hours (UTC) of each day. */
export const starved = (atHours: number, forHours: number): Behaviour => ({
  ...plain,
  kind: 'starved',
  cycle: every(24, atHours, forHours),
  waitMinutes: 90,
})
/** Fails far more often from a known instant on, until somebody repairs it. */
export const regressing = (atHours: number, pFailThen: number): Behaviour => ({
  ...plain,
  kind: 'regressing',
  cycle: every(192, atHours, 72),
  pFailThen,
})
/** Runs grow longer day by day, until somebody makes them fast again. */
export const drifting = (everyDays: number, growth: number): Behaviour => ({
  ...plain,
  kind: 'drifting',
  cycle: every(everyDays * 24, 0, everyDays * 24),
  growth,
})

/** The episode an instant lies in, or null. */
const episodeAt = (cycle: Cycle | null, at: number): Episode | null => {
  if (cycle === null) return null
  const period = cycle.everyHours * HOUR_MS
  const phase = cycle.atHours * HOUR_MS
  const from = Math.floor((at - phase) / period) * period + phase
  const until = from + cycle.forHours * HOUR_MS
  return at < until ? { from, until } : null
}

/** Episodes that overlap an interval, in order. */
export const episodesBetween = (cycle: Cycle, t0: number, t1: number): Episode[] => {
  const period = cycle.everyHours * HOUR_MS
  const phase = cycle.atHours * HOUR_MS
  const out: Episode[] = []
  for (let turn = Math.floor((t0 - phase) / period); turn * period + phase < t1; turn++) {
    const from = turn * period + phase
    const until = from + cycle.forHours * HOUR_MS
    if (until > t0) out.push({ from, until })
  }
  return out
}

/** What a behaviour makes of one instant. */
export interface Conditions {
  readonly episode: Episode | null
  readonly pFail: number
  readonly longestWaitMs: number
  /** Durations are this many times the usual. */
  readonly slowness: number
}

/** Conditions of a job with a usual chance of failing, at an instant. */
export const conditionsAt = (behaviour: Behaviour, pFail: number, at: number): Conditions => {
  const episode = episodeAt(behaviour.cycle, at)
  if (episode === null) return { episode, pFail, longestWaitMs: 0, slowness: 1 }
  const progress = (at - episode.from) / (episode.until - episode.from)
  return {
    episode,
    pFail: behaviour.pFailThen ?? pFail,
    longestWaitMs: behaviour.waitMinutes * MINUTE_MS,
    slowness: 1 + behaviour.growth * progress,
  }
}
